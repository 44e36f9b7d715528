"""What the archive answers: the same arrays after storing, and to each scope its own objects only."""

import numpy as np
import pytest

from cleanheat.assets import public as assets
from cleanheat.assets.queries import KIND_MODELS
from cleanheat.assets.resources import rows_of
from cleanheat.infra.scope import EVERYTHING, NOBODY, Scope
from cleanheat.kernel.errors import Problem


def _scopes(city):
    first = {kind: next(o.id for o in city.organisations if o.kind == kind) for kind in (
        "company", "office", "plant_operator", "rural_platform", "weather_service")}  # fmt: skip
    district = int(city.tables["substation"]["district_id"][0])
    return {
        "city": EVERYTHING,
        "nobody": NOBODY,
        "district": Scope("district", district_ids=frozenset({district})),
        "company": Scope("company", company_ids=frozenset({first["company"]})),
        "office": Scope("office", office_ids=frozenset({first["office"]})),
        "operator": Scope("operator", sender_ids=frozenset({first["plant_operator"]})),
        "platform": Scope("platform", sender_ids=frozenset({first["rural_platform"]})),
        "weather": Scope("weather", sender_ids=frozenset({first["weather_service"]})),
    }


def test_archive_is_the_same_stored_cached_and_generated(loaded_city):
    generated, stored = loaded_city.archive(), assets.archive()
    assets.forget()
    for archive in (stored, assets.archive()):
        for kind, table in generated.kinds.items():
            assert np.array_equal(table.numbers, archive[kind].numbers)
            for name, links in table.links.items():
                assert np.array_equal(links, archive[kind].links[name]), (kind, name)
            for name, values in table.values.items():
                assert np.array_equal(values, archive[kind].values[name], equal_nan=True), (kind, name)


def test_a_new_version_is_read_anew(loaded_city, django_capture_on_commit_callbacks):
    before = assets.archive()
    with django_capture_on_commit_callbacks(execute=True):
        name = assets.publish("changed")
    assert assets.archive().version == name != before.version


@pytest.mark.feature("A2-5")
def test_each_scope_sees_its_own(loaded_city):
    archive, scopes = assets.archive(), _scopes(loaded_city)
    for kind, table in archive.kinds.items():
        assert np.array_equal(assets.visible(kind, EVERYTHING), table.exists())
        for name, scope in scopes.items():
            assert not assets.visible(kind, scope)[~table.exists()].any(), (kind, name)
    assert np.count_nonzero(assets.visible("weather", scopes["company"])) == 12
    company = scopes["company"]
    for kind in ("boiler", "substation", "unit", "community", "building", "room", "pipe"):
        mine = assets.visible(kind, company)
        assert mine.any()
        assert set(archive[kind].links["company"][mine]) == set(company.company_ids)
    for kind in ("plant", "branch", "device"):
        assert not assets.visible(kind, company).any()
    assert assets.visible("branch", scopes["operator"]).any()
    assert not assets.visible("substation", scopes["operator"]).any()
    assert assets.visible("device", scopes["platform"]).any()
    assert not assets.visible("building", NOBODY).any()


@pytest.mark.feature("H1-4")
def test_records_and_arrays_agree_on_who_sees_what(loaded_city):
    for kind, model in KIND_MODELS.items():
        for name, scope in _scopes(loaded_city).items():
            rows = sorted(set(model.objects.filter(rows_of(kind)(scope)).values_list("pk", flat=True)))
            assert rows == np.flatnonzero(assets.visible(kind, scope)).tolist(), (kind, name)


def test_every_kind_has_a_card_with_its_chain_of_supply(loaded_city):
    for kind, table in assets.archive().kinds.items():
        card = assets.object_card(kind, int(table.numbers[0]), EVERYTHING)
        assert card["name"]
        assert card["code"].startswith("2201")
        assert all(a["zh"] for a in card["attributes"])
    chain = [p["kind"] for p in assets.parents("room", 1, EVERYTHING)]
    assert chain == ["unit", "building", "user"] or {"unit", "building"} <= set(chain)


def test_strangers_and_nobodies_get_the_same_refusal(loaded_city):
    scope = _scopes(loaded_city)["company"]
    foreign = int(np.flatnonzero(~assets.visible("substation", scope))[1])
    for number in (foreign, 99_999, 0, -1):
        with pytest.raises(Problem) as refused:
            assets.object_card("substation", number, scope)
        assert refused.value.status == 404


@pytest.mark.feature("H1-4")
def test_search_finds_names_and_codes_within_the_scope(loaded_city):
    station = loaded_city.tables["substation"]
    name, code = station["name"][4], station["code"][4]
    assert assets.search(name, EVERYTHING)[0]["code"] == code
    assert assets.search(code.lower(), EVERYTHING)[0]["number"] == 5
    other = next(c for c in set(station["company_id"].tolist()) if c != station["company_id"][4])
    assert not assets.search(code, Scope("other", company_ids=frozenset({other})))
    assert len(assets.search("号楼", EVERYTHING, 7)) == 7
    assert assets.search("  ", EVERYTHING) == []


def test_search_follows_a_renamed_object(loaded_city):
    assets.search("换热站", EVERYTHING)
    station = KIND_MODELS["substation"].objects.get(pk=3)
    station.name = "改名换热站"
    station.save()
    assert [f["number"] for f in assets.search("改名", EVERYTHING)] == [3]


def test_names_keep_the_order_asked(loaded_city):
    stored = loaded_city.tables["plant"]["name"]
    assert assets.names("plant", [2, 1, 9]) == [stored[1], stored[0], ""]


def test_load_refuses_an_unknown_table_and_a_missing_column(loaded_city):
    with pytest.raises(ValueError, match="unknown archive tables"):
        assets.load({"chimney": {}})
    with pytest.raises(ValueError, match="column code is missing"):
        assets.load({"plant": {"number": [9]}})
