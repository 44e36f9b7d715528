"""Which class of client sends this request?  Decided here alone, by what a browser cannot choose.

Three things count, and the lowest of them decides: the network the request comes from (as the server sees it), the
kind of session (a session that was opened on a phone stays a phone's), and what its user may.  What a browser says of
itself can only lower its class: a phone that says so is one, a phone that hides it still needs an inside network.
"""

from __future__ import annotations

import copy
import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import SimpleLazyObject

from cleanheat.infra.scope import may, scope_of
from cleanheat.infra.secrecy import actions, classes
from cleanheat.infra.secrecy.classes import Client, Network
from cleanheat.kernel.errors import Problem

EXACT: Final = "twin.precise"
"""The permission to see exact positions and what pipes are made of."""
SESSION_KEY: Final = "client"
PHONE: Final = "phone"
_PHONE_WORDS: Final = re.compile(r"Mobi|Android|iPhone|iPad|HarmonyOS|MicroMessenger", re.IGNORECASE)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def client_for(user: Any, meta: Mapping[str, Any], session: Any) -> Client:
    """The class of client of a request or socket.

    Args:
        meta: ``REMOTE_ADDR`` and headers as in ``request.META``.
        session: of the request; None without one.
    """
    known = classes.current().clients
    is_phones = (session is not None and session.get(SESSION_KEY) == PHONE) or says_phone(meta)
    if is_phones or not is_inside(meta):
        return known["coarse"]
    return known["precise" if may(user, EXACT) else "plain"]


def is_inside(meta: Mapping[str, Any]) -> bool:
    """Does the request come from an inside network that is none of phones?"""
    policy, address = classes.current(), address_of(meta)
    return (
        address is not None
        and _among(address, policy.networks["internal"])
        and not _among(address, policy.networks["phones"])
    )


def address_of(meta: Mapping[str, Any]) -> Address | None:
    """Who asks, behind the proxies we know; None where nobody can tell."""
    at = _address(str(meta.get("REMOTE_ADDR", "")))
    told = [_address(part) for part in str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",") if part.strip()]
    while told:  # each known proxy speaks for the one before it; an unknown one could say anything
        if at is None or not _among(at, classes.current().networks["proxies"]):
            return None
        at = told.pop()
    return at


def says_phone(meta: Mapping[str, Any]) -> bool:
    says = str(meta.get("HTTP_SEC_CH_UA_MOBILE", "")) == "?1"
    return says or bool(_PHONE_WORDS.search(str(meta.get("HTTP_USER_AGENT", ""))))


def _address(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found


def _among(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address.version == n.version and address in n for n in networks)


def seen_as(user: Any, meta: Mapping[str, Any], session: Any) -> Any:
    """The user, marked with the class of his client; ``scope_of`` of what is answered is that of the class."""
    if not getattr(user, "is_authenticated", False):
        return user
    view = classes.view_of(client_for(user, meta, session))
    if not view:
        return user
    marked = copy.copy(user)  # the row itself is shared by all his sessions
    marked.client_view = view
    return marked


class ClientView:
    """Middleware behind sign-in: every request's user is marked, and closed addresses are refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actions.refresh()
        signed_in = request.user
        request.user = SimpleLazyObject(  # type: ignore[assignment]  # it stands for the user
            lambda: seen_as(signed_in, request.META, getattr(request, "session", None))
        )
        return self._refusal(request) or self._get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        if not any(request.path.startswith(prefix) for prefix in classes.current().addresses):
            return None
        found = classes.closed(request.path, scope_of(request.user))
        if found is None:
            return None
        problem = Problem(403, "client-class", "此功能仅限内网授权终端使用", found.zh)
        return JsonResponse(problem.document(), status=403, content_type="application/problem+json")


def _remember(*, request: Any, **_signal: Any) -> None:
    """A session opened on a phone stays a phone's, whatever it says later."""
    if request is not None and says_phone(request.META):
        request.session[SESSION_KEY] = PHONE


user_logged_in.connect(_remember, dispatch_uid="secrecy.session_kind")
