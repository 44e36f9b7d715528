"""Who is behind a request of a GIS client, and what may he see?  By access key, or by the session of a browser."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final

from django.http import HttpRequest
from ninja.utils import check_csrf

from cleanheat.accounts import public as accounts
from cleanheat.infra.scope import require
from cleanheat.kernel.errors import Problem
from cleanheat.twin.secrecy import Allowed, allowed

PERMISSION: Final = "twin.gis"
CHALLENGE: Final = 'Basic realm="CleanHeat GIS", charset="UTF-8"'


def enter(request: HttpRequest) -> Allowed:
    """What the client behind the request may be told; a problem for a stranger or one without the right."""
    return allowed(_user(request), request)


def _user(request: HttpRequest) -> Any:
    name, key = _shown(request)
    if key:
        return accounts.user_of_key(key, PERMISSION, name, request.META.get("REMOTE_ADDR", ""))
    if not request.user.is_authenticated:
        raise Problem(401, "signed-out", "请出示访问密钥", "用户名与访问密钥（HTTP Basic），或 Authorization: Bearer")
    if request.method == "POST" and check_csrf(request):
        raise Problem(403, "csrf", "请求来源校验失败", "X-CSRFToken")
    require(request.user, PERMISSION)
    return request.user


def _shown(request: HttpRequest) -> tuple[str, str]:
    """User name and key as shown: Basic (the key in place of a password), Bearer, or a header of its own."""
    scheme, _, told = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return "", told.strip()
    if scheme.lower() == "basic":
        try:
            name, _, key = base64.b64decode(told, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Problem(401, "key-refused", "访问密钥无法识别") from error
        return name, key or "-"
    return "", request.headers.get("X-API-Key", "").strip()
