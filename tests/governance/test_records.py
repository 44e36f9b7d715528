"""Trainings, the register of compliance and the policies as resources."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cleanheat.governance.models import PolicyRecord, Training
from cleanheat.governance.register import load_shipped

TRAINING = {
    "topic": "数据质量规则培训", "held_on": "2026-01-10", "organiser": "调度中心", "trainees": 12, "hours": 3.0,
    "result": "passed", "passed": 11,
}  # fmt: skip
TRAININGS = "/api/v1/resources/governance.training"


@pytest.fixture
def training(city, cast, signed_in):
    client = signed_in("company.dispatcher")
    answer = client.post(TRAININGS, TRAINING, "application/json")
    assert answer.status_code == 201, answer.content
    return Training.objects.get()


@pytest.mark.feature("A8-1")
def test_a_training_is_recorded_with_its_material(training, signed_in):
    client = signed_in("company.dispatcher")
    file = client.post("/api/v1/files", {"file": SimpleUploadedFile("讲义.txt", "第一章".encode())}).json()
    path = f"/api/v1/governance/trainings/{training.pk}/files"
    (kept,) = client.post(path, {"files": [file["id"]]}, "application/json").json()
    assert (kept["name"], kept["is_attached"]) == ("讲义.txt", True)
    assert training.organisation_id == 10
    for name, status in (("city.reader", 200), ("office.reader", 200), ("company2.dispatcher", 404)):
        assert signed_in(name).get(path).status_code == status
        assert signed_in(name).get(file["url"]).status_code == status
    assert signed_in("city.dispatcher").post(path, {"files": [1]}, "application/json").status_code == 403
    rows = signed_in("city.reader").get(TRAININGS).json()["rows"]
    assert (rows[0]["topic"], rows[0]["trainees"], rows[0]["passed"]) == ("数据质量规则培训", 12, 11)


@pytest.mark.parametrize(
    ("change", "field"), [({"passed": 13}, "passed"), ({"hours": 0}, "hours"), ({"topic": ""}, "topic")]
)
def test_a_wrong_training_is_refused(city, cast, signed_in, change, field):
    answer = signed_in("company.dispatcher").post(TRAININGS, TRAINING | change, "application/json")
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_anothers_training_is_not_changed(training, signed_in):
    path = f"{TRAININGS}/{training.pk}"
    assert signed_in("company2.dispatcher").patch(path, {"topic": "x"}, "application/json").status_code == 404
    assert signed_in("city.dispatcher").patch(path, {"topic": "x"}, "application/json").status_code == 422
    assert signed_in("company.reader").patch(path, {"topic": "x"}, "application/json").status_code == 403


@pytest.mark.feature("A8-2")
def test_the_register_of_compliance_is_kept_and_reviewed(city, cast, signed_in):
    PolicyRecord.objects.all().delete()
    assert load_shipped() == PolicyRecord.objects.count() >= 10
    city_admin = signed_in("city.administrator")
    path = "/api/v1/resources/governance.policy"
    found = {r["code"]: r for r in city_admin.get(f"{path}?limit=100").json()["rows"]}
    assert "个人信息保护法" in found["PIPL-51"]["law"]
    review = {"reviewed_on": "2026-01-15", "reviewer": "法规处"}
    answer = city_admin.patch(f"{path}/{found['PIPL-51']['pk']}", review, "application/json")
    assert answer.json()["reviewer"] == "法规处"
    assert signed_in("company.administrator").patch(f"{path}/1", review, "application/json").status_code == 403
    assert load_shipped() == 0  # what people edited stays
