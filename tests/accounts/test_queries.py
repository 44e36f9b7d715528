"""Who sees which organisations, and which scope a user has."""

import pytest

from cleanheat.accounts.models import User
from cleanheat.accounts.queries import list_organisations
from cleanheat.infra.scope import may, scope_of


@pytest.fixture
def scope(cast):
    return lambda username: scope_of(User.objects.get(username=username))


def test_city_sees_everything(scope):
    assert scope("city.reader").sees_all
    assert len(list_organisations(scope("city.reader"))) == 11


def test_company_sees_itself_its_offices_and_whom_it_reports_to(scope):
    company = scope("company.reader")
    assert company.company_ids == {10}
    assert [c.id for c in list_organisations(company)] == [1, 10, 11, 12]


def test_scopes_have_exactly_one_dimension(scope):
    for name in ("district.reader", "company.reader", "office.reader"):
        found = scope(name)
        set_ = [
            d for d in (found.company_ids, found.office_ids, found.district_codes, found.sender_ids) if d is not None
        ]
        assert len(set_) == 1, name
        assert not found.sees_all


def test_district_codes_become_area_ids(scope, city):
    assert scope("district.reader").district_ids == {2}


def test_disabled_user_sees_and_may_nothing(cast):
    user = User.objects.get(username="city.administrator")
    user.is_active = False
    assert scope_of(user).key == "nobody"
    assert not may(user, "telemetry.view")


def test_moved_company_is_seen_at_once(cast, scope):
    from cleanheat.accounts.models import Organisation

    scope("company.reader")
    office = Organisation.objects.get(pk=12)
    office.parent_id, office.path = 20, "/1/20/12/"
    office.save()
    assert [c.id for c in list_organisations(scope("company.reader"))] == [1, 10, 11]
