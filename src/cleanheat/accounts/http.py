"""Addresses of accounts: the session, and the organisations its user sees."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from ninja import Field, Router, Schema, Status
from ninja.utils import check_csrf

from cleanheat.accounts import actions, key_actions, key_queries, queries
from cleanheat.infra import clock
from cleanheat.infra.http import encoded_json
from cleanheat.infra.scope import scope_of
from cleanheat.kernel.errors import Problem

router = Router(tags=["accounts"])


Password = Annotated[str, Field(min_length=1, max_length=128)]
"""Bounded, since hashing a long one costs the server more than sending it costs the sender."""


class SignIn(Schema):
    username: Annotated[str, Field(max_length=150)]
    password: Password


class PasswordChange(Schema):
    current: Password
    password: Password


class PasswordSet(Schema):
    password: Password


class KeyWanted(Schema):
    """``days``: how long it shall be valid."""

    name: Annotated[str, Field(max_length=40)]
    permission: str = "twin.gis"
    days: int = 180


class OrganisationOut(Schema):
    """``path`` is the chain of ids from the root, ``/1/7/93/``."""

    id: int
    kind: str
    code: str
    name: str
    short_name: str
    parent_id: int | None
    path: str
    district_code: str


class Me(Schema):
    """Who is signed in, what he may do, and which part of the city he sees (``scope``: ``all``, ``company:12`` …)."""

    id: int
    username: str
    display_name: str
    role: str
    organisation: OrganisationOut | None
    permissions: list[str]
    scope: str


class ClockOut(Schema):
    """Platform time in epoch seconds, and platform seconds per machine second: the page's clock runs by them."""

    now: float
    speed: float


class Session(Schema):
    """``me`` is null while nobody is signed in."""

    me: Me | None
    clock: ClockOut


@router.get("/session", response=Session, auth=None)
def session(request: HttpRequest) -> dict[str, Any]:
    """Who is signed in.  Also sets the CSRF cookie that every other method must repeat in ``X-CSRFToken``."""
    get_token(request)
    return _session(request.user)


@router.post("/session", response=Session, auth=None)
def sign_in(request: HttpRequest, body: SignIn) -> dict[str, Any]:
    """Sign in.  401: wrong name or password; 429: too many failures."""
    if check_csrf(request):
        raise Problem(403, "csrf", "请求来源校验失败", "X-CSRFToken")
    return _session(actions.sign_in(request, body.username, body.password))


@router.delete("/session", response={204: None})
def sign_out(request: HttpRequest) -> Status[None]:
    actions.sign_out(request)
    return Status(204, None)


@router.post("/session/password", response={204: None})
def change_password(request: HttpRequest, body: PasswordChange) -> Status[None]:
    """Change one's own password.  422 names ``current`` (it is another) or ``password`` (too weak)."""
    actions.change_own_password(request, body.current, body.password)
    return Status(204, None)


@router.post("/users/{user_id}/password", response={204: None})
def set_password(request: HttpRequest, user_id: int, body: PasswordSet) -> Status[None]:
    """Give a user of one's own organisation or below it a password; his open sessions end."""
    actions.set_password(request.user, user_id, body.password)
    return Status(204, None)


@router.get("/access-keys", response=list[key_queries.KeyCard], summary="访问密钥")
def access_keys(request: HttpRequest, everyone: bool = False) -> list[key_queries.KeyCard]:
    """One's own keys for desktop GIS and other programs; ``everyone``: of all users one looks after."""
    return key_queries.keys_of(request.user, everyone=everyone)


@router.post("/access-keys", response=key_actions.IssuedKey, summary="签发访问密钥")
def issue_key(request: HttpRequest, body: KeyWanted) -> key_actions.IssuedKey:
    """The answer alone holds the secret: it is not kept and cannot be read again."""
    return key_actions.issue_key(request.user, body.name, body.permission, body.days)


@router.delete("/access-keys/{key_id}", response={204: None}, summary="停用访问密钥")
def revoke_key(request: HttpRequest, key_id: int) -> Status[None]:
    key_actions.revoke_key(request.user, key_id)
    return Status(204, None)


@router.get("/organisations", response=list[OrganisationOut])
def organisations(request: HttpRequest) -> HttpResponse:
    """The organisations the user sees, parents before children."""
    return encoded_json(request, queries.list_organisations(scope_of(request.user)))


def _session(user: Any) -> dict[str, Any]:
    me = _me(user) if user.is_authenticated else None
    return {"me": me, "clock": {"now": clock.now(), "speed": clock.current().speed}}


def _me(user: Any) -> dict[str, Any]:
    return {
        "id": user.pk,
        "username": user.username,
        "display_name": user.display_name or user.username,
        "role": user.role,
        "organisation": queries.find_organisation(user.organisation_id),
        "permissions": sorted(queries.permissions_of(user)),
        "scope": scope_of(user).key,
    }
