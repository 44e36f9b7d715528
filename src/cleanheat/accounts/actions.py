"""Writes of accounts: load organisations, make the demo cast, sign in and out, set passwords."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from cleanheat.accounts.models import AccessKey, Organisation, User
from cleanheat.accounts.queries import forget_organisations, user_rows
from cleanheat.accounts.sessions import forget_users
from cleanheat.accounts.vocabulary import OrganisationKind, Role
from cleanheat.infra import audit, clock
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.errors import Problem, forbidden, invalid, not_found

DEMO_SEED = 20_260_115


@dataclass(frozen=True)
class OrganisationRow:
    """One organisation to load; ``id`` stays its number everywhere, 0 is nobody."""

    id: int
    kind: str
    code: str
    name: str
    short_name: str
    parent_id: int | None = None
    district_code: str = ""


@dataclass(frozen=True)
class CastMember:
    """One user of the demo city, as printed for whoever tries it out."""

    level: str
    role: str
    username: str
    password: str
    display_name: str
    organisation: str


@transaction.atomic
def load_organisations(rows: Iterable[OrganisationRow]) -> int:
    """Insert or update organisations, parents before children; returns how many."""
    paths = dict(Organisation.objects.values_list("id", "path"))
    nodes = []
    for row in rows:
        if row.parent_id is not None and row.parent_id not in paths:
            raise ValueError(f"organisation {row.id}: its parent {row.parent_id} is unknown; parents come first")
        paths[row.id] = f"{paths[row.parent_id] if row.parent_id is not None else '/'}{row.id}/"
        nodes.append(Organisation(**vars(row), path=paths[row.id]))
    changed = ["kind", "code", "name", "short_name", "parent", "path", "district_code"]
    Organisation.objects.bulk_create(
        nodes, batch_size=500, update_conflicts=True, unique_fields=["id"], update_fields=changed
    )
    audit.record(None, "accounts.load_organisations", "organisation", "*", {"rows": len(nodes)})
    transaction.on_commit(forget_organisations)
    forget_organisations()
    return len(nodes)


@transaction.atomic
def create_demo_cast(seed: int = DEMO_SEED) -> list[CastMember]:
    """Reader, dispatcher and administrator for the city, one district, two companies and one branch office.

    Passwords follow from the seed: a test takes a fixed one, a build draws its own and keeps the list beside the data.
    """
    cast = []
    for stage_name, organisation in _stage():
        for role in Role:
            username = f"{stage_name}.{role.value}"
            member = CastMember(
                level=organisation.kind,
                role=role.value,
                username=username,
                password=_demo_password(seed, username),
                display_name=f"{organisation.short_name}{role.label}",
                organisation=organisation.name,
            )
            _create_user(organisation, member)
            cast.append(member)
    audit.record(None, "accounts.create_demo_cast", "user", "*", {"usernames": [m.username for m in cast]})
    forget_users()
    return cast


def _stage() -> list[tuple[str, Organisation]]:
    """The organisations of the cast: a company, another company, and a branch office of the first."""
    of_kind = Organisation.objects.order_by("id")
    companies = list(of_kind.filter(kind=OrganisationKind.COMPANY)[:2])
    return [
        ("city", of_kind.get(kind=OrganisationKind.CITY)),
        ("district", of_kind.filter(kind=OrganisationKind.DISTRICT)[0]),
        ("company", companies[0]),
        ("company2", companies[1]),
        ("office", of_kind.filter(kind=OrganisationKind.OFFICE, parent=companies[0])[0]),
    ]


def _demo_password(seed: int, username: str) -> str:
    """Four groups of four letters without look-alikes: about 70 bits of the digest."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    digest = hashlib.sha256(f"cleanheat demo {seed} {username}".encode()).digest()
    word = "".join(letters[b % len(letters)] for b in digest[:16])
    return "-".join(word[i : i + 4] for i in range(0, 16, 4))


def _create_user(organisation: Organisation, member: CastMember) -> None:
    User.objects.update_or_create(
        username=member.username,
        defaults={
            "password": make_password(member.password),
            "organisation": organisation,
            "role": member.role,
            "display_name": member.display_name,
            "is_active": True,
        },
    )


def sign_in(request: HttpRequest, username: str, password: str) -> User:
    """Open a session; the same refusal for an unknown name and a wrong password, a lock-out after too many."""
    user = _authenticated(request, username, password)
    if user is None:
        raise Problem(401, "sign-in-refused", "用户名或密码不正确")
    with transaction.atomic():
        login(request, user)
        audit.record(user, "accounts.sign_in", "user", user.pk, {"address": request.META.get("REMOTE_ADDR", "")})
    return user


def sign_out(request: HttpRequest) -> None:
    user = request.user
    with transaction.atomic():
        if user.is_authenticated:
            audit.record(user, "accounts.sign_out", "user", user.pk)
        logout(request)


def _authenticated(request: HttpRequest, username: str, password: str) -> User | None:
    """Whose name and password these are; every wrong guess counts towards the lock-out, wherever it was made."""
    user = authenticate(request, username=username, password=password)
    if getattr(request, "axes_locked_out", False):
        raise Problem(429, "locked-out", "登录失败次数过多，账号已临时锁定", "请稍后再试")
    return user if isinstance(user, User) else None


def change_own_password(request: HttpRequest, current: str, password: str) -> None:
    """A new password for whoever knows the old one; this session goes on, all his others end."""
    user = _authenticated(request, request.user.get_username(), current)
    if user is None or user.pk != request.user.pk:
        raise invalid("current", "原密码不正确")
    if password == current:
        raise invalid("password", "新密码不能与原密码相同")
    with transaction.atomic():
        _set_password(user, user, password, "accounts.change_password")
        update_session_auth_hash(request, user)


def set_password(actor: Any, user_id: int, password: str) -> User:
    """An initial password for somebody of one's own organisation or below it; all his sessions and access keys end."""
    require(actor, "accounts.edit")
    if user_id == actor.pk:
        raise forbidden("修改本人密码须验证原密码")
    with transaction.atomic():
        user = User.objects.select_for_update(of=("self",)).filter(user_rows(scope_of(actor)), pk=user_id).first()
        if user is None:
            raise not_found("没有这个用户")
        if user.is_superuser and not actor.is_superuser:
            raise forbidden("不能设置系统管理员的密码")
        _set_password(actor, user, password, "accounts.set_password")
        AccessKey.objects.filter(user=user, revoked_s=0).update(revoked_s=clock.machine_now())
    return user


def _set_password(actor: Any, user: User, password: str, verb: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise invalid("password", "密码强度不足", " ".join(error.messages)) from error
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(actor, verb, "user", user.pk)
