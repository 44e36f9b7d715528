"""The permission matrix: what level and role together allow."""

import pytest

from cleanheat.accounts.rules import BY_LEVEL, BY_ROLE, PERMISSIONS, permissions
from cleanheat.accounts.vocabulary import OrganisationKind, Role


@pytest.mark.parametrize(
    ("level", "role", "permission", "expected"),
    [
        ("city", "administrator", "accounts.edit", True),
        ("city", "dispatcher", "accounts.edit", False),
        ("city", "reader", "alerts.handle", False),
        ("city", "dispatcher", "status.view", True),
        ("district", "administrator", "assets.edit", False),
        ("district", "dispatcher", "alerts.handle", True),
        ("company", "administrator", "assets.edit", True),
        ("company", "administrator", "city.view", False),
        ("company", "administrator", "status.view", False),
        ("office", "administrator", "accounts.view", False),
        ("office", "dispatcher", "alerts.handle", True),
        ("rural_platform", "reader", "telemetry.view", True),
        ("nobody", "administrator", "telemetry.view", False),
    ],
)
def test_matrix(level, role, permission, expected):
    assert (permission in permissions(level, role)) is expected


def test_every_level_and_role_is_decided_with_known_words():
    assert set(BY_LEVEL) == set(OrganisationKind.values)
    assert set(BY_ROLE) == set(Role.values)
    for allowed in (*BY_LEVEL.values(), *BY_ROLE.values()):
        assert allowed <= set(PERMISSIONS)


def test_higher_role_may_whatever_the_lower_may():
    assert BY_ROLE["reader"] <= BY_ROLE["dispatcher"] <= BY_ROLE["administrator"]
