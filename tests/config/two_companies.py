"""One thing of every sort that belongs to company 10 (district 2), and its like of company 20 (district 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from io import BytesIO

from cleanheat.accounts.key_actions import issue_key
from cleanheat.accounts.models import User
from cleanheat.alerts.models import Alert
from cleanheat.assets.changes import propose
from cleanheat.assets.models_importing import ArchiveImport, MappingTemplate
from cleanheat.assets.models_upkeep import MatchCase
from cleanheat.diagnosis.models import Advice, Contradiction, Drift, Found, Scenario
from cleanheat.diagnosis.service.models import QualityRequest
from cleanheat.evaluation.models import Report, Round, Sample, Score
from cleanheat.evaluation.queries.indicators import version_at
from cleanheat.governance.models import Training
from cleanheat.infra import clock, jobs
from cleanheat.infra.files.actions import upload
from cleanheat.infra.models import Job
from cleanheat.orders.raising import raise_by_hand
from cleanheat.quality.models import RecordIssue, Rule
from cleanheat.telemetry.models import Confirmation
from cleanheat.telemetry.public import RefetchRow, ask_again


@dataclass(frozen=True)
class Owner:
    """Whose things: his people's user names begin with ``login``; his objects of the small city."""

    login: str
    name: str
    company: int
    office: int
    district: int
    substation: int
    unit: int

    @property
    def place(self) -> dict[str, int]:
        return {
            "company_id": self.company, "office_id": self.office, "sender_id": self.company,
            "district_id": self.district,
        }  # fmt: skip

    def user(self, role: str) -> User:
        return User.objects.get(username=f"{self.login}.{role}")


OURS = Owner("company", "甲热力", 10, 11, 2, 1, 5)
THEIRS = Owner("company2", "乙热力", 20, 21, 3, 2, 9)


def things_of(owner: Owner) -> dict[str, int]:
    """Ids by the names that addresses use."""
    alert = _alert(owner)
    job = Job.objects.create(
        name=next(iter(jobs.JOBS)).key, owner=owner.user("reader"), created_at=clock.now_utc()
    ).pk  # fmt: skip
    made = {"user": owner.user("reader").pk, "alert": alert.pk, "job": job}
    made["key"] = issue_key(owner.user("dispatcher"), "QGIS", "twin.gis", 1).card.id
    made |= _diagnosed(owner) | _advised(owner) | _demanded(owner)
    return made | _judged(owner) | _evaluated(owner) | _governed(owner, alert) | _upkept(owner) | _imported(owner)


def _alert(owner: Owner) -> Alert:
    at = clock.now_utc()
    return Alert.objects.create(
        source="diagnosis.supply_stopped", object_kind="substation", object_number=owner.substation,
        object_name=f"换热站{owner.substation}", level=1, text="停供", since_at=at, first_at=at, last_at=at,
        **owner.place,
    )  # fmt: skip


def _judged(owner: Owner) -> dict[str, int]:
    """An issue of a record, a person's word on a value, a value to be sent again."""
    at = clock.now_utc()
    rule, _ = Rule.objects.get_or_create(
        code="tidy", defaults={"title": "名称书写", "data_class": "archive", "kind": "archive.substation"}
    )
    issue = RecordIssue.objects.create(
        rule=rule, version=1, kind="archive.substation", record=owner.substation, field="name",
        title=f"换热站{owner.substation}", found="x", proposal="y", first_at=at, last_at=at, **owner.place,
    )  # fmt: skip
    said = Confirmation.objects.create(
        kind="unit", number=owner.unit, signal="heat_power_gj_h", start=1, end=2, is_good=True, reason="x",
        made_by=User.objects.get(username="city.dispatcher"), made_at=at,
    )  # fmt: skip
    ask_again([RefetchRow(owner.company, "unit", 60, 120, owner.unit, "heat_power_gj_h")])
    return {"issue": issue.pk, "confirmation": said.pk}


def _evaluated(owner: Owner) -> dict[str, int]:
    """A score, a published report and a sampled record."""
    at = clock.now_utc()
    made, _ = Round.objects.get_or_create(
        span="month", period="2025-12",
        defaults={"start_s": 0, "end_s": 1, "indicators": version_at(0), "rules_version": 1, "computed_at": at},
    )  # fmt: skip
    about = {"subject_kind": "company", "subject_id": owner.company, "round": made}
    Score.objects.create(**about, checks=1, violations=0, place=1)
    content = {"subject": {"name": owner.name}}
    report = Report.objects.create(**about, state="published", content=content, at=at)
    sample = Sample.objects.create(
        round_span="month", period="2025-12", kind="substation", size=1, seed=owner.company, at=at
    )
    record = sample.records.create(
        stratum=0, number=owner.substation, company_id=owner.company, district_id=owner.district
    )
    return {"report": report.pk, "sample": sample.pk, "record": record.pk}


def _imported(owner: Owner) -> dict[str, int]:
    """A file on its way into the archive, and a mapping kept for the next."""
    user, at = owner.user("administrator"), clock.now_utc()
    row = ArchiveImport.objects.create(
        file=f"换热站{owner.substation}.csv", ending=".csv", size_bytes=1, user=user, uploaded_at=at,
        mapping={"kind": "building", "layer": "csv", "columns": {}},
    )  # fmt: skip
    kept = MappingTemplate.objects.create(
        name=f"换热站{owner.substation}", kind="building", user=user, saved_at=at,
        mapping={"kind": "building", "layer": "csv", "columns": {}},
    )  # fmt: skip
    return {"import": row.pk, "template": kept.pk}


def _upkept(owner: Owner) -> dict[str, int]:
    """A change asked for of a building, a link in doubt."""
    change = propose(owner.user("administrator"), "building", owner.substation, {"floors": 7}, owner.name)
    case = MatchCase.objects.create(
        relation="building_community", number=owner.substation, code="x", name=owner.name, present=owner.substation,
        band="review", probability=0.5, candidates=[], found_at=clock.now_utc(), **owner.place,
    )  # fmt: skip
    return {"change": change.pk, "case": case.pk}


def _governed(owner: Owner, alert: Alert) -> dict[str, int]:
    """A governance order, a training and a file."""
    order = raise_by_hand(User.objects.get(username="city.dispatcher"), [alert.pk], "", owner.name, [])
    training = Training.objects.create(
        organisation_id=owner.company, topic=owner.name, held_on=date(2026, 1, 1), organiser="x", trainees=1, hours=1
    )
    file = upload(owner.user("dispatcher"), "x.txt", BytesIO(b"x"), 1)
    return {"order": order.pk, "training": training.pk, "file": file.pk}


def _diagnosed(owner: Owner) -> dict[str, int]:
    """A model's parameters that have drifted."""
    about = {"kind": "unit", "number": owner.unit, "quantity": "supply"}
    drift = Drift.objects.create(**about, week_s=0, bias=3.0, limit=1.5, hours=168)
    place = {
        "object_kind": "substation", "object_number": owner.substation, "object_name": f"换热站{owner.substation}",
    } | owner.place  # fmt: skip
    found = Found.objects.create(
        **place, source="diagnosis.under_supply", state_key="under_supply", level=3, worst=3, since_s=60, found_s=60,
        judged_s=60, text="欠供", archive_version="x",
    )  # fmt: skip
    against = Contradiction.objects.create(
        **place, kind="hot_rooms_under_supply", first={}, second={"text": owner.name}, opened_s=60
    )
    return {"drift": drift.pk, "finding": found.pk, "contradiction": against.pk}


def _advised(owner: Owner) -> dict[str, int]:
    """An advice and a saved cold snap."""
    at = clock.now_utc()
    advice = Advice.objects.create(
        kind="unit", number=owner.unit, name=f"换热站{owner.substation}", day=at.date(), issued_at=at, level=3,
        text="x", **owner.place,
    )  # fmt: skip
    run = {
        "units_below": 1, "substations_below": 1, "users_below": 1, "area_below_m2": 1.0, "users_share": 0.1,
        "lowest_room_c": 17.0, "first_below_h": 3.0, "short_gj": 1.0, "mean_room_c": [17.0], "users_below_by_hour": [1],
        "sources": [], "worst": [], "companies": [],
    }  # fmt: skip
    asked = {"lowest_c": -25.0, "within_h": 12, "hours": 48, "limited": []}
    measures = {"raise_units": 1, "mean_raise_k": 1.0, "start_peak_boilers": [], "more_heat_gj": 1.0}
    result = {
        "asked": asked, "start": int(clock.now()), "outdoor_c": [-25.0], "basis": "", "note": "", "as_is": run,
        "with_measures": run, "measures": measures,
    }  # fmt: skip
    scenario = Scenario.objects.create(
        name=owner.name, owner=owner.user("reader"), organisation_id=owner.company, at=at, asked=asked, result=result
    )
    return {"advice": advice.pk, "scenario": scenario.pk}


def _demanded(owner: Owner) -> dict[str, int]:
    """A demand that service is set right."""
    about = {"object_kind": "substation", "object_number": owner.substation, "company_id": owner.company}
    return {"demand": QualityRequest.objects.create(**about, reason="x", level=3, opened_at=clock.now_utc()).pk}
