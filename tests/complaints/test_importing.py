"""A history file becomes tickets: nothing lost, nothing twice, every refused line named."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cleanheat.assets.models import Building, Community
from cleanheat.complaints import public
from cleanheat.complaints.importing import CHUNK, import_tickets
from cleanheat.complaints.models import RefusedLine, Ticket, TicketImport
from cleanheat.infra import clock, jobs
from cleanheat.infra.models import AuditEntry, Delivery

TITLES = "渠道,工单编号,受理时间,来电人,联系电话,地址,投诉类型,投诉内容,状态,满意度,房号备注"
LINES = [
    "12345,A1,2026-01-15 08:00,张三,13812341234,小区1 1号楼1单元201室,室温低,冷,办结,满意,x",
    "12345,A2,2026/1/15 9:00,李四,１３９１２３４１２３４,小区2-1-1-201,,家里漏水了,转办,,y",
    "12319,A1,2026-01-15 10:00,王五,,不知道在哪,建议,建议,受理,,",
    "12345,,2026-01-15 10:00,赵六,,,其他,,,,",
    "12345,A4,昨天,孙七,,,其他,,,,",
]


@pytest.fixture
def homes(city):
    """Community names people write, and buildings with numbers."""
    Community.objects.filter(number=1).update(name="御景花园")
    Community.objects.filter(number=2).update(name="翠湖家园")
    for n, name in ((1, "御景花园1号楼"), (2, "翠湖家园1号楼")):
        Building.objects.filter(number=n).update(name=name)


def body(lines=LINES, titles=TITLES):
    text = "\n".join([titles, *lines]) + "\n"
    return text.replace("小区1", "御景花园").replace("小区2", "翠湖家园").encode("gb18030")


def hand_in(client, content, name="h.csv", **more):
    answer = client.post("/api/v1/complaints/imports", {"file": SimpleUploadedFile(name, content), **more})
    assert answer.status_code == 202, answer.content
    jobs.run_pending()
    report = client.get(f"/api/v1/complaints/imports/{answer.json()['id']}").json()
    return report, client.get(f"/api/v1/jobs/{answer.json()['job']}").json()


@pytest.fixture
def boss(signed_in, homes):
    return signed_in("city.administrator")


@pytest.mark.feature("G6-1")
def test_rows_become_tickets_or_named_refusals(boss):
    report, job = hand_in(boss, body())
    counts = [report[n] for n in ("rows_in", "created", "changed", "unchanged", "refused")]
    assert counts == [5, 3, 0, 0, 2], job
    assert [(line["line"], line["field"]) for line in report["lines"]] == [(5, "number"), (6, "received_at")]
    assert report["corrected"]["caller_phone"] >= 1
    assert (report["words"]["caller_phone"], report["words"]["received_at"]) == ("来电号码", "受理时间")
    unmatched = Ticket.objects.get(channel="12319")
    assert (unmatched.company_id, unmatched.match_score) == (None, 0)
    matched = Ticket.objects.get(channel="12345", number="A1")
    assert (matched.building_id, matched.heat_user_id, matched.company_id, matched.office_id) == (1, 1, 10, 11)
    assert (matched.category, matched.state, matched.satisfaction) == ("cold_room", "closed", "satisfied")
    assert matched.match_score == 1.0
    other = Ticket.objects.get(number="A2")
    assert (other.building_id, other.company_id, other.category) == (2, 20, "leak")
    assert other.caller_phone == "13912341234"
    assert AuditEntry.objects.filter(verb="complaints.import").count() == 1


def test_nothing_of_a_row_is_lost(boss):
    hand_in(boss, body())
    assert Ticket.objects.get(number="A2").raw["联系电话"] == "１３９１２３４１２３４"
    assert Ticket.objects.get(channel="12345", number="A1").raw["房号备注"] == "x"
    assert RefusedLine.objects.get(line=6).raw["来电人"] == "孙七"
    source = TicketImport.objects.get()
    text = boss.get(f"/api/v1/complaints/imports/{source.pk}/refused").content.decode("utf-8-sig")
    assert "昨天" in text


@pytest.mark.feature("G6-1")
def test_same_file_again_changes_nothing_and_a_new_one_only_what_differs(boss):
    hand_in(boss, body())
    boss.patch(
        f"/api/v1/resources/complaints.ticket/{Ticket.objects.get(number='A2').pk}",
        {"category": "facility"},
        "application/json",
    )
    report, _ = hand_in(boss, body())
    assert (report["created"], report["changed"], report["unchanged"]) == (0, 0, 3)
    assert Ticket.objects.get(number="A2").category == "facility", "people's corrections stay"
    report, _ = hand_in(boss, body([LINES[0].replace("办结", "转办"), *LINES[1:3]]))
    assert (report["created"], report["changed"], report["unchanged"]) == (0, 1, 2)
    assert Ticket.objects.count() == 3


def test_number_twice_in_a_file_is_one_ticket_as_its_last_row_says(boss):
    report, _ = hand_in(boss, body([LINES[0], LINES[0].replace("张三", "张四")]))
    assert (report["created"], report["changed"]) == (1, 1)
    assert Ticket.objects.get().caller_name == "张四"


def test_import_goes_on_after_the_last_whole_chunk(homes, tmp_path, monkeypatch):
    path = tmp_path / "h"
    lines = [f"12345,N{i},2026-01-15 08:00,张,,御景花园1号楼,冷,冷,,," for i in range(CHUNK + 5)]
    path.write_bytes(body(lines))
    source = TicketImport.objects.create(file="h.csv", digest="d", started_at=clock.now_utc())

    class KilledError(Exception):
        pass

    def kill(*_):
        raise KilledError

    with pytest.raises(KilledError):
        import_tickets(source, path, kill)
    assert Ticket.objects.count() == CHUNK
    again = TicketImport.objects.get(pk=source.pk)
    import_tickets(again, path, lambda *_: None)
    assert (again.rows_in, again.created, Ticket.objects.count()) == (CHUNK + 5,) * 3
    assert again.finished_at


def test_workbook_with_a_mapping_and_no_channel_column(boss):
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["案号", "来话", "住址"])
        sheet.write_row(1, 0, ["7", 46037.5, "御景花园1号楼"])
    mapping = 'channel = "12319"\n[columns]\nnumber = "案号"\nreceived_at = "来话"\naddress = "住址"\n'
    report, job = hand_in(boss, out.getvalue(), "h.xlsx", map=mapping)
    assert report["created"] == 1, job
    assert Ticket.objects.get().building_id == 1


@pytest.mark.parametrize(
    ("content", "more", "status"),
    [(b"", {}, 422), (b"x", {"map": "a = 1"}, 422)],
)
def test_wrong_request_is_refused(boss, content, more, status):
    answer = boss.post("/api/v1/complaints/imports", {"file": SimpleUploadedFile("h.csv", content), **more})
    assert answer.status_code == status


def test_file_without_the_needed_columns_says_so(boss):
    report, job = hand_in(boss, body(["1,2"], "甲,乙"))
    assert report["problem"]
    assert job["answer"]["problem"]["field"] == "number"


def test_only_the_city_imports(signed_in, homes):
    for who in ("city.reader", "district.administrator", "company.administrator"):
        upload = {"file": SimpleUploadedFile("h.csv", body())}
        assert signed_in(who).post("/api/v1/complaints/imports", upload).status_code == 403


def test_record_is_masked_and_seen_by_its_company_alone(boss, signed_in):
    hand_in(boss, body())
    path = "/api/v1/resources/complaints.ticket"
    mine = signed_in("company.administrator").get(path).json()
    assert [row["number"] for row in mine["rows"]] == ["A1"]
    assert mine["rows"][0]["caller_name"] == "张*"
    assert mine["rows"][0]["caller_phone"] == "138****1234"
    assert mine["rows"][0]["address"].endswith("1号楼***")
    assert boss.get(path).json()["total"] == 3


def test_correcting_an_address_matches_it_anew(boss):
    hand_in(boss, body())
    pk = Ticket.objects.get(channel="12319").pk
    answer = boss.patch(f"/api/v1/resources/complaints.ticket/{pk}", {"address": "翠湖家园１号楼"}, "application/json")
    assert answer.status_code == 200, answer.content
    ticket = Ticket.objects.get(pk=pk)
    assert (ticket.company_id, ticket.corrections["address"]) == (20, "人工校准")


def test_columns_for_record_rules(boss):
    hand_in(boss, body())
    found = public.ticket_columns()
    assert len(found) == 3
    assert set(found.texts) == set(public.TEXTS)
    assert set(found.numbers) == set(public.NUMBERS)
    assert {found.texts["channel"][i] for i in range(3)} == {"12345", "12319"}
    assert sorted(found.texts["channel"].words) == ["12319", "12345"]
    only = public.ticket_columns(channel="12319", fields=("address", "company_id"))
    assert (len(only), list(only.texts), list(only.numbers)) == (1, ["address"], ["company_id"])
    assert len(public.ticket_columns(channel="12319", end=0)) == 0


def test_import_is_told_to_other_rooms(boss):
    from cleanheat.complaints.events import TicketsImported
    from cleanheat.infra import events

    assert events.name_of(TicketsImported) == "complaints.TicketsImported"
    assert not Delivery.objects.filter(event="complaints.TicketsImported").exists(), "nobody listens yet"
