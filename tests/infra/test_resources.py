"""Every declared resource keeps the engine's promises; the two of accounts show them in detail."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cleanheat.accounts.models import User
from cleanheat.accounts.rules import PERMISSIONS
from cleanheat.infra.models import AuditEntry
from cleanheat.infra.resources import RESOURCES
from cleanheat.infra.resources.fields import described, field_of, type_of
from cleanheat.infra.scope import Scope

USERS = "/api/v1/resources/accounts.user"
every_resource = pytest.mark.parametrize("resource", list(RESOURCES), ids=lambda r: r.key)


@every_resource
def test_declaration_is_whole(resource):
    assert resource.zh
    assert resource.permission in PERMISSIONS
    assert not resource.form or resource.edit_permission in PERMISSIONS
    paths = [col.path for col in resource.columns]
    assert len(paths) == len(set(paths))
    assert all(described(resource, col)["zh"] for col in resource.columns)
    for path in (
        *resource.form,
        *resource.filters,
        *resource.search,
        *([resource.identity] if resource.identity else ()),
    ):
        field_of(resource, path)
    for name in resource.form:
        if type_of(field_of(resource, name)) == "reference":
            source = resource.column(name).choices_from
            assert source in RESOURCES, f"{resource.key}.{name}: say with choices_from where its choices come from"
    if resource.identity:
        assert field_of(resource, resource.identity).unique


FOR_EVERYBODY = {
    "assets.area": "districts and streets are public geography",
    "assets.weather": "the weather is everybody's",
    "governance.policy": "rules of law and duty hold for everybody",
    "orders.rule": "who is ordered may know when",
}


def test_exceptions_exist():
    assert set(FOR_EVERYBODY) <= {resource.key for resource in RESOURCES}


@pytest.mark.parametrize("resource", [r for r in RESOURCES if r.key not in FOR_EVERYBODY], ids=lambda r: r.key)
def test_stranger_sees_no_row(resource, city, cast):
    stranger = Scope("company:999", 999, company_ids=frozenset({999}))
    assert resource.model._default_manager.filter(resource.scope_by(stranger)).count() == 0


@pytest.mark.feature("H1-4")
@every_resource
def test_list_detail_and_export_agree(resource, city, signed_in):
    client = signed_in("city.administrator")
    page = client.get(f"/api/v1/resources/{resource.key}?limit=2").json()
    assert page["total"] >= len(page["rows"])
    for row in page["rows"]:
        assert client.get(f"/api/v1/resources/{resource.key}/{row['pk']}").json() == row
    lines = client.get(f"/api/v1/resources/{resource.key}/export").content.decode("utf-8-sig").splitlines()
    assert len(lines) == page["total"] + 2, "header and watermark"


@every_resource
def test_reader_may_not_write(resource, city, signed_in):
    client = signed_in("city.reader")
    assert client.post(f"/api/v1/resources/{resource.key}", {}, "application/json").status_code == 403


@pytest.fixture
def boss(signed_in):
    """The administrator of company 10."""
    return signed_in("company.administrator")


def _new(**values):
    return {"username": "li", "display_name": "李", "organisation": 11, "role": "reader", **values}


def _post(client, values):
    return client.post(USERS, values, "application/json")


def test_company_sees_only_its_own_users(boss):
    names = {row["username"] for row in boss.get(f"{USERS}?limit=100").json()["rows"]}
    assert names == {
        f"{who}.{role}" for who in ("company", "office") for role in ("reader", "dispatcher", "administrator")
    }


def test_created_row_is_there_with_its_audit(boss):
    created = _post(boss, _new())
    assert created.status_code == 201, created.json()
    assert created.json()["organisation__short_name"] == "甲一分"
    entry = AuditEntry.objects.get(verb="accounts.user.create")
    assert entry.object_id == str(created.json()["pk"])


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (_new(username=""), "username"),
        (_new(role="king"), "role"),
        (_new(organisation=21), "organisation"),
        (_new(organisation=None), "organisation"),
        (_new(is_superuser=True), "is_superuser"),
    ],
    ids=["empty", "no such choice", "another company's", "none", "not in the form"],
)
def test_refusal_names_the_field(boss, values, field):
    answer = _post(boss, values)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert not User.objects.filter(username="li").exists()


def test_patch_changes_only_what_is_given(boss):
    pk = User.objects.get(username="office.reader").pk
    answer = boss.patch(f"{USERS}/{pk}", {"display_name": "王"}, "application/json")
    assert answer.json()["display_name"] == "王"
    user = User.objects.get(pk=pk)
    assert (user.username, user.role, user.organisation_id) == ("office.reader", "reader", 11)


@pytest.mark.parametrize("method", ["get", "patch"])
def test_another_companys_row_does_not_exist(boss, method):
    theirs = User.objects.get(username="company2.reader").pk
    answer = getattr(boss, method)(
        f"{USERS}/{theirs}", *([{"phone": "1"}, "application/json"] if method == "patch" else [])
    )
    assert answer.status_code == 404
    assert answer.json() == boss.get(f"{USERS}/999999").json()


@pytest.mark.parametrize(
    ("query", "status"),
    [("role=reader", 200), ("q=office", 200), ("order=-username", 200), ("password=x", 422), ("order=password", 422)],
)
def test_filters_and_order_are_those_declared(boss, query, status):
    answer = boss.get(f"{USERS}?{query}")
    assert answer.status_code == status
    if query == "role=reader":
        assert {row["role"] for row in answer.json()["rows"]} == {"reader"}


def test_pages_cover_every_row_once(signed_in):
    client = signed_in("city.administrator")
    pages = [client.get(f"{USERS}?limit=4&offset={at}&order=role").json() for at in range(0, 16, 4)]
    seen = [row["pk"] for page in pages for row in page["rows"]]
    assert len(seen) == len(set(seen)) == pages[0]["total"] == 15


def _upload(client, name, body, query=""):
    return client.post(f"{USERS}/import{query}", {"file": SimpleUploadedFile(name, body)}).json()


CSV = "用户名,姓名,所属组织,角色\nli,李,H11,查看员\nwang,王,H21,查看员\noffice.reader,赵,H12,调度员\n,无,H11,查看员\n"


@pytest.mark.feature("H1-4")
def test_import_saves_good_rows_and_reports_the_others(boss):
    report = _upload(boss, "users.csv", CSV.encode("gb18030"))
    assert (report["created"], report["changed"], report["n_refused"]) == (1, 1, 2)
    assert [(r["line"], r["field"]) for r in report["refused"]] == [(3, "organisation"), (5, "username")]
    assert User.objects.get(username="li").organisation_id == 11
    assert User.objects.get(username="office.reader").role == "dispatcher"


def test_rehearsal_saves_nothing(boss):
    report = _upload(boss, "users.csv", CSV.encode(), "?rehearse=true")
    assert report["created"] == 1
    assert not User.objects.filter(username="li").exists()
    assert not AuditEntry.objects.filter(verb="accounts.user.create").exists()


def test_exported_workbook_can_be_imported_again(boss):
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["用户名", "电话"])
        sheet.write_row(1, 0, ["office.reader", 13800000000])
    assert _upload(boss, "users.xlsx", out.getvalue())["changed"] == 1
    assert User.objects.get(username="office.reader").phone == "13800000000"
    assert boss.get(f"{USERS}/export?format=xlsx").content[:2] == b"PK"


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("users.xlsx", b"garbage", "file"),
        ("users.csv", "密码\nx\n".encode(), "密码"),
        ("users.csv", "姓名\nx\n".encode(), "username"),
    ],
)
def test_unreadable_file_is_refused_with_the_field(boss, name, body, field):
    assert _upload(boss, name, body)["field"] == field


def test_formulas_are_disarmed_in_csv(boss):
    _post(boss, _new(display_name="=1+1"))
    assert "'=1+1" in boss.get(f"{USERS}/export").content.decode("utf-8-sig")


def test_declaration_tells_a_form_all_it_needs(boss):
    told = {r["key"]: r for r in boss.get("/api/v1/resources").json()}
    role = next(c for c in told["accounts.user"]["columns"] if c["key"] == "role")
    assert role["type"] == "choice"
    assert [c["zh"] for c in role["choices"]] == ["查看员", "调度员", "管理员"]
    assert told["accounts.user"]["may_edit"]
    assert not told["accounts.organisation"]["may_edit"]
