"""The HTTP interface: one NinjaAPI under /api/v1, session sign-in with CSRF, problem documents for every refusal."""

from __future__ import annotations

from ninja import NinjaAPI
from ninja.security import django_auth

api = NinjaAPI(
    title="CleanHeat",
    version="1",
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
    auth=django_auth,
)
