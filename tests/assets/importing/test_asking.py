"""A company's file is a request: its own objects alone, seen by the regulator row by row, written when approved."""

from __future__ import annotations

import pytest

from cleanheat.accounts.models import User
from cleanheat.assets.importing import actions, rehearsing
from cleanheat.assets.models import Building
from cleanheat.assets.models_upkeep import ArchiveRecordVersion
from cleanheat.kernel.errors import Problem
from tests.assets.importing.files import HEAD, csv_file
from tests.assets.importing.test_importing import boss, confirmed, row, through, work

__all__ = ["boss"]
pytestmark = [pytest.mark.usefixtures("city", "cast", "manual_clock"), pytest.mark.feature("H1-5", "A3-1")]


@pytest.fixture
def company(cast):
    return User.objects.get(username="company.administrator")


@pytest.fixture
def asked(tmp_path, company):
    """Two new buildings of company 10, waiting."""
    rows = [row(), row(楼栋名称="御景花园4栋")]
    return confirmed(company, through(company, csv_file(tmp_path / "a.csv", [HEAD, *rows])))


def decided(user, found, **more):
    actions.decide(user, found.pk, more.pop("note", ""), **{"approve": True, **more})
    work()
    found.refresh_from_db()
    return found


def test_nothing_is_written_before_the_regulator_approves(asked, boss):
    assert (asked.state, Building.objects.count()) == ("waiting", 2)
    told = actions.differences(boss, asked.pk, 0, 50)
    assert [(t.title, t.is_new, t.fault) for t in told] == [("御景花园3号楼", True, ""), ("御景花园4号楼", True, "")]
    assert {d.key for d in told[0].differences} >= {"name", "heated_area_m2", "unit_id"}
    done = decided(boss, asked)
    assert (done.state, len(done.created)) == ("applied", 2)
    assert {v.by for v in ArchiveRecordVersion.objects.filter(number__in=done.created)} == {boss}


def test_chosen_rows_alone(asked, boss):
    done = decided(boss, asked, left_out=[0])
    assert [b.name for b in Building.objects.filter(pk__in=done.created)] == ["御景花园4号楼"]


def test_sent_back_with_a_reason_and_rehearsed_again(asked, boss, company):
    with pytest.raises(Problem) as refused:
        actions.decide(boss, asked.pk, "", approve=False)
    assert refused.value.field == "note"
    back = decided(boss, asked, approve=False, note="面积单位有误")
    assert (back.state, back.note, Building.objects.count()) == ("rejected", "面积单位有误", 2)
    actions.rehearse(company, back.pk, actions.mapping_from(back.mapping))
    work()
    again = confirmed(company, back)
    assert again.state == "waiting"
    assert decided(boss, again).state == "applied"


def test_a_company_cannot_approve_undo_or_reach_beyond_its_own(tmp_path, asked, company, boss):
    with pytest.raises(Problem) as refused:
        actions.decide(company, asked.pk, "", approve=True)
    assert refused.value.status == 403
    foreign = [row(), row(所属小区="小区2", 供热单位="乙热力", 机组编码="JZ2", 行政区="宽城")]
    found = through(company, csv_file(tmp_path / "b.csv", [HEAD, *foreign]))
    assert found.outcome["refused"] == 1
    (told,) = rehearsing.refused_rows(actions.path_of(found))
    assert "没有这个小区" in dict(told.faults)["community_id"], "what another company has does not exist for it"
    with pytest.raises(Problem) as refused:
        actions.find(User.objects.get(username="company2.administrator"), found.pk)
    assert refused.value.status == 404
    done = decided(boss, asked)
    with pytest.raises(Problem):
        actions.undo(company, done.pk, "撤回")


def test_what_changed_hands_meanwhile_is_not_written(asked, boss, company):
    from cleanheat.assets import public as assets
    from cleanheat.assets.models import Community, Substation

    Substation.objects.filter(pk=1).update(company_id=20, office_id=21)
    Community.objects.filter(pk=1).update(company_id=20)
    assets.publish("transfer")
    assets.forget()
    done = decided(boss, asked)
    assert (done.state, Building.objects.count()) == ("refused", 2)


def test_deciding_twice_decides_once(asked, boss):
    first = decided(boss, asked)
    assert decided(boss, asked).created == first.created


@pytest.mark.parametrize("left_out", [[5], [0, 1]])
def test_rows_that_are_not_there_and_all_rows_cannot_be_left_out(asked, boss, left_out):
    with pytest.raises(Problem) as refused:
        actions.decide(boss, asked.pk, "", approve=True, left_out=left_out)
    assert refused.value.field == "left_out"


def test_templates_are_the_organisations_own(asked, company, boss):
    actions.save_template(company, "楼栋", actions.mapping_from(asked.mapping))
    actions.save_template(boss, "楼栋", actions.mapping_from(asked.mapping))
    assert actions.templates(company).count() == actions.templates(boss).count() == 1
