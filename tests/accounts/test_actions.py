"""Loading organisations, the demo cast."""

import pytest

from cleanheat.accounts.models import Organisation, User
from cleanheat.accounts.public import OrganisationRow, create_demo_cast, load_organisations
from cleanheat.infra.models import AuditEntry


def test_paths_follow_parents(organisations):
    assert Organisation.objects.get(pk=11).path == "/1/10/11/"


def test_loading_again_updates_in_place(organisations):
    load_organisations([OrganisationRow(10, "company", "H10", "甲供热集团", "甲集团", 1, "220102")])
    assert Organisation.objects.get(pk=10).name == "甲供热集团"
    assert Organisation.objects.count() == 11


def test_child_before_parent_is_refused(db):
    with pytest.raises(ValueError, match="parents come first"):
        load_organisations([OrganisationRow(5, "office", "X", "X", "X", 4)])


def test_cast_has_every_level_and_role_and_the_same_passwords_each_time(organisations, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cast = create_demo_cast()
    assert len(cast) == 15
    assert {(m.level, m.role) for m in cast} == {
        (level, role)
        for level in ("city", "district", "company", "office")
        for role in ("reader", "dispatcher", "administrator")
    }
    assert create_demo_cast() == cast
    assert len({m.password for m in cast}) == 15
    assert User.objects.get(username="office.reader").organisation_id == 11
    assert AuditEntry.objects.filter(verb="accounts.create_demo_cast").count() == 2
