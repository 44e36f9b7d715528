"""People add knowledge: versioned, audited, derived fields untouched; and as a file, row by row."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from cleanheat.catalogue import actions, elements, queries
from cleanheat.catalogue.export import ELEMENT_TITLES, checksum
from cleanheat.catalogue.models import ElementVersion, Knowledge, KnowledgeVersion
from cleanheat.infra.models import AuditEntry

KEY = "telemetry.unit.heat_power_gj_h"
PATH = f"/api/v1/catalogue/elements/{KEY}"


@pytest.fixture(autouse=True)
def _fresh(db):
    queries.forget()
    yield
    queries.forget()


@pytest.fixture
def boss(signed_in):
    return signed_in("city.administrator")


def patch(client, **values):
    return client.patch(PATH, values, "application/json")


@pytest.mark.feature("A7-1")
def test_knowledge_is_laid_over_what_was_derived_and_kept_in_versions(boss):
    before = boss.get(PATH).json()
    after = patch(boss, definition="换热机组当前供出的热量", steward="王工", level=3, knowledge_version=0).json()
    assert (after["definition"], after["steward"], after["level"]) == ("换热机组当前供出的热量", "王工", 3)
    assert after["derived"]["definition"] == before["definition"]
    assert {after[n] for n in ("unit",)} == {before["unit"]}
    patch(boss, definition="", knowledge_version=1)
    assert boss.get(PATH).json()["definition"] == before["definition"]
    history = boss.get(f"{PATH}/versions").json()["knowledge"]
    assert [v["version"] for v in history] == [2, 1]
    assert history[1]["values"]["steward"] == "王工"
    assert history[0]["username"] == "city.administrator"
    assert AuditEntry.objects.filter(verb="catalogue.edit").count() == 2


@pytest.mark.parametrize("values", [{"unit": "MW"}, {"level": 99}, {"sharing": "all"}, {"definition": "长" * 401}])
def test_what_people_may_not_say_is_refused_by_field(boss, values):
    answer = patch(boss, **values)
    assert answer.status_code == 422
    assert answer.json()["field"] == next(iter(values))
    assert not Knowledge.objects.exists()


def test_anothers_change_is_not_overwritten(boss):
    patch(boss, remarks="甲", knowledge_version=0)
    assert patch(boss, remarks="乙", knowledge_version=0).status_code == 409
    assert boss.get(PATH).json()["remarks"] == "甲"


def test_same_again_is_no_change(boss):
    patch(boss, remarks="甲")
    patch(boss, remarks="甲")
    assert KnowledgeVersion.objects.count() == 1


def test_only_the_city_edits(signed_in):
    for who in ("city.reader", "district.administrator", "company.administrator"):
        assert patch(signed_in(who), remarks="x").status_code == 403
        upload = {"file": SimpleUploadedFile("k.csv", "标识,备注\nx,y\n".encode())}
        assert signed_in(who).post("/api/v1/catalogue/import", upload).status_code == 403


def test_unknown_element_does_not_exist(boss):
    for path in ("/elements/no.such", "/elements/no.such/versions", "/resources/no.such", "/lineage/no.such"):
        assert boss.get(f"/api/v1/catalogue{path}").status_code == 404


@pytest.mark.feature("A7-1")
def test_derived_versions_are_noted_when_content_changes(db, monkeypatch):
    n = actions.refresh_versions()
    assert n == len(elements.elements()) == ElementVersion.objects.count()
    assert actions.refresh_versions() == 0
    from dataclasses import replace

    present = dict(elements.elements())
    present[KEY] = replace(present[KEY], unit="MW")
    gone = present.pop("telemetry.weather.pm10_ug_m3")
    monkeypatch.setattr(actions, "elements", lambda: present)
    assert actions.refresh_versions() == 2
    assert list(ElementVersion.objects.filter(key=KEY).values_list("version", flat=True)) == [2, 1]
    assert ElementVersion.objects.get(key=gone.key).retired_at is not None


def workbook(client):
    body = client.get("/api/v1/catalogue/export?format=xlsx").content
    return body, CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()


@pytest.mark.feature("A7-2")
def test_exported_standard_is_whole_stable_and_checked(boss):
    told = boss.get("/api/v1/catalogue/export?format=json").json()
    assert told["checksum"] == checksum(told)
    assert [e["key"] for e in told["elements"]] == list(elements.elements())
    assert all(r["subject"] and r["identifier"] for r in told["resources"])
    again = boss.get("/api/v1/catalogue/export?format=json").json()
    assert again == told
    _, rows = workbook(boss)
    assert rows[0] == list(ELEMENT_TITLES.values())
    assert len(rows) == len(told["elements"]) + 1


@pytest.mark.feature("A7-1")
def test_filled_in_file_comes_back_and_bad_rows_are_named(boss):
    body, rows = workbook(boss)
    upload = {"file": SimpleUploadedFile("c.xlsx", body)}
    report = boss.post("/api/v1/catalogue/import", upload).json()
    assert (report["changed"], report["refused"]) == (0, [])
    assert report["unchanged"] == len(rows) - 1
    at = {title: i for i, title in enumerate(rows[0])}
    kept = [rows[0], *(row for row in rows if row[0] == KEY), ["no.such"] + [""] * (len(at) - 1)]
    kept[1][at["备注"]], kept[1][at["共享类型"]] = "供热量核心指标", "不予共享"
    kept.append([*kept[1]])
    kept[3][at["敏感级别"]] = "绝密"
    out = io.StringIO()
    csv.writer(out).writerows(kept)
    for query, n in (("?rehearse=true", 0), ("", 1)):
        upload = {"file": SimpleUploadedFile("c.csv", out.getvalue().encode())}
        report = boss.post(f"/api/v1/catalogue/import{query}", upload).json()
        assert (report["changed"], [(r["line"], r["field"]) for r in report["refused"]]) == (
            1,
            [(3, "标识"), (4, "level")],
        )
        assert Knowledge.objects.count() == n
    known = Knowledge.objects.get()
    assert (known.key, known.remarks, known.sharing, known.level) == (KEY, "供热量核心指标", "closed", None)


def test_file_without_identifiers_is_refused(boss):
    upload = {"file": SimpleUploadedFile("c.csv", "名称\nx\n".encode())}
    assert boss.post("/api/v1/catalogue/import", upload).json()["field"] == "file"
