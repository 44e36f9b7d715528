"""Personal data leaves masked, everywhere by the same table; whoever sees it whole gives a reason that is kept."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cleanheat.accounts.models import User
from cleanheat.infra import panels as p
from cleanheat.infra.masking import MASKS, Level, looks_masked, masked
from cleanheat.infra.models import AuditEntry
from cleanheat.infra.panels import serve
from cleanheat.infra.resources import RESOURCES, Col
from cleanheat.infra.scope import EVERYTHING
from cleanheat.infra.sheets import WATERMARK

USERS = "/api/v1/resources/accounts.user"
FLATS = "/api/v1/resources/assets.heat_user"


@pytest.mark.feature("A7-3")
@pytest.mark.parametrize(
    ("sensitivity", "whole", "shown"),
    [
        ("person_name", "张三", "张*"),
        ("person_name", "欧阳娜娜", "欧*"),
        ("phone", "13812341234", "138****1234"),
        ("phone", "+86 138-1234-1234", "861****1234"),
        ("phone", "0431-81234567", "043****4567"),
        ("phone", "8123456", "*****56"),
        ("phone", "12", "***"),
        ("id_number", "220104199001011234", "220*************34"),
        ("address", "南关区御景花园3号楼2单元501室", "南关区御景花园3号楼***"),
        ("address", "御景花园3栋", "御景花园3栋"),
        ("address", "人民大街1号", "人民大街1号"),
        ("address", "和平胡同5单元", "和平胡同***"),
        ("address", "和平胡同", "和平胡同"),
        ("door", "501", "***"),
        ("ip", "10.1.2.3", "10.1.2.0/24"),
        ("ip", "2001:db8:1:2::3", "2001:db8:1::/48"),
        ("ip", "what", "***"),
        ("free_text", "请回电13812341234，2单元501室冷", "请回电138****1234，***冷"),
        ("free_text", "证号22010419900101123X", "证号220*************3X"),
        ("phone", "", ""),
        ("phone", None, None),
        ("", "plain", "plain"),
    ],
)
def test_what_is_shown(sensitivity, whole, shown):
    assert masked(sensitivity, whole) == shown


@pytest.mark.parametrize("mask", MASKS.values(), ids=lambda m: m.key)
def test_every_mask_hides_and_is_known_as_a_mask(mask):
    whole = "220104199001011234" if mask.key == "id_number" else "吉林13812341234号3单元501室"
    assert mask.hide(whole) != whole
    assert mask.level >= Level.INTERNAL
    assert mask.rule
    if mask.key not in {"user_code", "ip"}:
        assert looks_masked(mask.key, mask.hide(whole))


def test_pseudonym_is_the_same_for_the_same_person_and_only_in_shares():
    code = "220104-YH-000123"
    assert masked("user_code", code) == code
    hidden = masked("user_code", code, shared=True)
    assert hidden == masked("user_code", code, shared=True) != masked("user_code", code + "4", shared=True)
    assert code not in hidden


def test_id_numbers_never_stand_in_lists():
    assert masked("id_number", "220104199001011234", in_list=True) == "***"


def test_column_of_an_unknown_class_is_refused():
    with pytest.raises(ValueError, match="personal data"):
        Col("phone", "电话", sensitivity="telefone")


@pytest.fixture
def li(cast):
    user = User.objects.get(username="office.reader")
    user.phone = "13812341234"
    user.save()
    return user


@pytest.mark.feature("A7-3")
def test_list_record_and_file_are_masked(li, signed_in):
    client = signed_in("company.administrator")
    for path in (f"{USERS}?q=office.reader", f"{USERS}/{li.pk}", f"{USERS}/export", f"{USERS}/export?format=xlsx"):
        body = client.get(path).content
        assert b"13812341234" not in body, path
    assert client.get(f"{USERS}/{li.pk}").json()["phone"] == "138****1234"


@pytest.mark.feature("A8-2")
def test_whole_value_needs_role_and_reason_and_is_recorded(li, signed_in):
    path, reason = f"{USERS}/{li.pk}", "?unmask_reason=电话回访核实"
    assert signed_in("company.reader").get(path + reason).status_code == 403
    client = signed_in("company.administrator")
    assert client.get(path + "?unmask_reason=x").json()["field"] == "unmask_reason"
    assert not AuditEntry.objects.filter(verb="privacy.unmask").exists()
    assert client.get(path + reason).json()["phone"] == "13812341234"
    entry = AuditEntry.objects.get(verb="privacy.unmask")
    assert (entry.object_kind, entry.object_id) == ("accounts.user", str(li.pk))
    assert entry.detail["reason"] == "电话回访核实"
    assert "phone" in entry.detail["fields"]
    assert "13812341234" in client.get(f"{USERS}/export{reason}").content.decode()
    assert AuditEntry.objects.filter(verb="privacy.unmask").count() == 2


def test_masked_text_that_comes_back_changes_nothing(li, signed_in):
    client = signed_in("company.administrator")
    answer = client.patch(f"{USERS}/{li.pk}", {"phone": "138****1234", "display_name": "李四"}, "application/json")
    assert answer.status_code == 200, answer.content
    li.refresh_from_db()
    assert (li.phone, li.display_name) == ("13812341234", "李四")
    answer = client.patch(f"{USERS}/{li.pk}", {"phone": "139****1234"}, "application/json")
    assert (answer.status_code, answer.json()["field"]) == (422, "phone")


def test_exported_file_comes_back_without_damage(li, signed_in):
    client = signed_in("company.administrator")
    exported = client.get(f"{USERS}/export?q=office.reader").content.decode("utf-8-sig")
    header, line, mark = csv.reader(io.StringIO(exported))
    assert mark[0].startswith(WATERMARK)
    assert "company.administrator" in mark[0]
    kept = [i for i, name in enumerate(header) if name in {"用户名", "姓名", "电话"}]
    back = "\n".join(",".join(row[i] for i in kept) for row in (header, line)) + f"\n{mark[0]}\n"
    report = client.post(f"{USERS}/import", {"file": SimpleUploadedFile("u.csv", back.encode())}).json()
    assert (report["changed"], report["n_refused"]) == (1, 0)
    li.refresh_from_db()
    assert li.phone == "13812341234"


def test_masked_values_are_not_found_piece_by_piece(li, signed_in):
    client = signed_in("company.administrator")
    assert client.get(f"{USERS}?q=1381234").json()["total"] == 0
    assert client.get(f"{USERS}?q=13812341234").json()["total"] == 1


@pytest.mark.feature("A7-3")
def test_masked_values_are_not_told_by_their_order(li, signed_in):
    assert signed_in("company.administrator").get(f"{USERS}?order=phone").json()["field"] == "order"
    assert signed_in("company.administrator").get(f"{FLATS}?order=code").status_code == 200


def test_households_show_no_door(city, signed_in):
    rows = signed_in("city.reader").get(FLATS).json()["rows"]
    assert {row["door"] for row in rows} == {"***"}


def test_panels_tables_are_masked():
    def load(_query):
        columns = [p.Column(key="n", label="姓名", sensitivity="person_name"), p.Column(key="x", label="数")]
        return p.Table(columns=columns, rows=[["张三", 1], [None, 2]], total=2)

    panel = p.Panel("t.t", "表", p.Table, load, "telemetry.view", "f", "s")
    shown = serve.result(panel, p.PanelQuery(EVERYTHING, 0, 60, "minute"))
    assert shown.rows == [["张*", 1], [None, 2]]


def test_columns_named_like_personal_data_are_classed():
    words = ("phone", "caller_name", "id_number", "door")
    bare = [
        f"{resource.key}.{col.path}"
        for resource in RESOURCES
        for col in resource.columns
        if col.path.rpartition("__")[2].endswith(words) and not col.sensitivity
    ]
    assert bare == []
