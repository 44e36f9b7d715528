#!/bin/sh
# The TypeScript types must be those generated from the committed OpenAPI document (run inside web/).
set -e
made=$(mktemp)
npx openapi-typescript src/api/openapi.json -o "$made" >/dev/null
cmp -s "$made" src/api/schema.d.ts || { echo "web/src/api/schema.d.ts is stale: run 'make openapi'"; exit 1; }
