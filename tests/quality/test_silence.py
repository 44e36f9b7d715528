"""A silent company is one finding, a lost gateway of a living company another, a storm none."""

import numpy as np
import pytest

from bench.arrays import COMPANY, City, tiny
from cleanheat.kernel.findings import Level
from cleanheat.quality.public import SilenceWatch
from cleanheat.telemetry.public import Latest

NOW = 1_768_478_400


@pytest.fixture
def archive():
    return City(tiny()).archive


@pytest.fixture
def all_heard(archive):
    latest = Latest(archive)
    for kind in latest:
        latest[kind].heard[archive[kind].numbers] = NOW
    return latest


def silence(latest, archive, kind, of, minutes):
    latest[kind].heard[np.isin(archive[kind].links[of[0]], of[1])] = NOW - minutes * 60


def test_nobody_is_silent(archive, all_heard):
    assert SilenceWatch(archive, NOW - 86_400).judge(all_heard, NOW) == []


@pytest.mark.feature("A6-1")
def test_a_silent_company_is_one_finding(archive, all_heard):
    for kind in ("unit", "boiler", "room"):
        silence(all_heard, archive, kind, ("sender", [COMPANY + 2]), 6)
    (finding,) = SilenceWatch(archive, NOW - 86_400).judge(all_heard, NOW)
    assert finding.place == ("quality.gateway_lost", "sender", COMPANY + 2)
    assert (finding.level, finding.since) == (Level.III, NOW - 360)


@pytest.mark.feature("A6-1")
def test_one_lost_gateway_is_one_finding_a_substation(archive, all_heard):
    silence(all_heard, archive, "unit", ("substation", [4, 5]), 9)
    found = SilenceWatch(archive, NOW - 86_400).judge(all_heard, NOW)
    assert [(f.kind, f.number, f.level) for f in found] == [("substation", 4, Level.IV), ("substation", 5, Level.IV)]


def test_one_living_unit_keeps_its_substation(archive, all_heard):
    all_heard["unit"].heard[4 * 4 + 1] = NOW - 3_600  # station 4 has two units
    assert SilenceWatch(archive, NOW - 86_400).judge(all_heard, NOW) == []


def test_time_without_a_listener_does_not_count(archive):
    never_heard = Latest(archive)
    assert SilenceWatch(archive, NOW - 240).judge(never_heard, NOW) == []
    assert SilenceWatch(archive, NOW - 360).judge(never_heard, NOW) != []
