"""A kind that stops while its sender goes on, and codes that do not fit for long: one finding a sender."""

import numpy as np
import pytest

from bench.arrays import COMPANY, City, tiny
from cleanheat.alerts.sources import source_of
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.time import utc
from cleanheat.quality.public import KIND_INTERRUPTED, MISMATCH, UploadWatch
from cleanheat.telemetry.models import RefusedObject
from cleanheat.telemetry.public import Latest

NOW = 1_768_478_400
DAY_AGO = NOW - 86_400


@pytest.fixture
def archive():
    return City(tiny()).archive


@pytest.fixture
def heard(archive, db):
    latest = Latest(archive)
    for kind in latest:
        latest[kind].heard[archive[kind].numbers] = NOW
    return latest


def silence(latest, archive, kind, sender, minutes):
    latest[kind].heard[archive[kind].links["sender"] == sender] = NOW - minutes * 60


def test_nothing_is_wrong(archive, heard):
    assert UploadWatch(archive, DAY_AGO).judge(heard, NOW) == []


@pytest.mark.feature("A4-4")
def test_a_kind_that_stops_while_its_sender_goes_on_is_one_finding(archive, heard):
    silence(heard, archive, "room", COMPANY + 2, 45)
    (found,) = UploadWatch(archive, DAY_AGO).judge(heard, NOW)
    assert found.place == (KIND_INTERRUPTED, "sender", COMPANY + 2)
    assert found.text.endswith(KINDS["room"].zh)
    assert found.since == NOW - 45 * 60
    assert source_of(found.source).zh == "整类数据中断"


def test_a_sender_that_is_wholly_silent_or_only_briefly_is_not_ours(archive, heard):
    for kind in KINDS:
        silence(heard, archive, kind, COMPANY + 2, 45)
    silence(heard, archive, "room", COMPANY + 1, 20)
    assert UploadWatch(archive, DAY_AGO).judge(heard, NOW) == []
    assert not UploadWatch(archive, NOW - 600).has_listened_enough(NOW)


@pytest.mark.feature("H1-2")
def test_codes_that_do_not_fit_for_long_are_one_finding_a_sender(archive, heard):
    rows = [(7, "901", 90, 1), (7, "902", 200, 2), (8, "903", 20, 1), (9, "904", 200, 60), (0, "905", 200, 1)]
    for sender, key, first, last in rows:
        RefusedObject.objects.create(
            sender_id=sender, kind="room", key=key, reason="unknown-object", rows=9,
            first_at=utc(NOW - first * 60), last_at=utc(NOW - last * 60),
        )  # fmt: skip
    (found,) = UploadWatch(archive, DAY_AGO).judge(heard, NOW)
    assert (found.source, found.number, found.since) == (MISMATCH, 7, NOW - 200 * 60)
    assert found.evidence[0].value == 2
    assert np.isfinite(found.evidence[0].limit)
