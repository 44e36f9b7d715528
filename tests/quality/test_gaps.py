"""Gaps are bridged between trusted readings, once, under the rule that found them."""

import numpy as np
import pytest

from bench.arrays import City, tiny
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.gaps import along, bridged, fill_gaps
from cleanheat.quality.vocabulary import Action, Family, Fill
from cleanheat.telemetry.traces import Method
from tests.quality.minutes import MINUTE, Bench, frame_of
from tests.quality.specs import basic, spec

SUPPLY = "secondary_supply_temp_c"


@pytest.mark.parametrize(
    ("readings", "longest", "expected"),
    [
        ([10, -1, -1, 40], 2, [10, 20, 30, 40]),
        ([10, -1, -1, 40], 1, [10, -1, -1, 40]),
        ([-1, 10, -1, 11, -1], 5, [-1, 10, 10, 11, -1]),
        ([5, 5, 5], 5, [5, 5, 5]),
    ],
)
def test_lines_between_trusted_readings(readings, longest, expected):
    raw = np.array(readings)[:, None]
    values, able = bridged(raw, raw >= 0, longest)
    assert values[:, 0].tolist() == expected
    assert able[:, 0].tolist() == [r < 0 <= e for r, e in zip(readings, expected, strict=True)]


@pytest.mark.feature("A5-5")
@pytest.mark.parametrize("kind", ["unit", "room"])
def test_a_gap_is_filled_once_and_says_by_which_rule(store, kind):
    code = SUPPLY if kind == "unit" else "room_temp_c"
    city = City(tiny(rooms=40, stations=4))
    rule = spec(
        77, "gap", kind, "not 缺失(值)", Family.COMPLETENESS, each=(code,), verdict=Verdict.MISSING,
        action=Action.CORRECT, fill=Fill.INTERPOLATION,
    )  # fmt: skip
    bench, missing = Bench(city.archive, rule, *basic((kind,))[1:2]), KINDS[kind][code].missing
    for i, value in enumerate((200, missing, missing, 230, missing)):
        frame = frame_of(city.archive, kind, MINUTE + i * 60, **{code: [value]})
        judged = bench.minute(frame)
        store.append_judged(judged.hits, judged.cleaned, f"{i}-judged")
        store.append(frame, f"{i}")
    until = MINUTE + 300
    assert fill_gaps([rule], store, city.archive, until) == 2
    assert fill_gaps([rule], store, city.archive, until + 3_600) == 0
    number = int(city.archive[kind].numbers[0])
    cleaned = store.cleaned(kind, number, MINUTE, until)
    assert list(zip(cleaned.minutes, cleaned.values, cleaned.raw, cleaned.rules, cleaned.methods, strict=True)) == [
        (MINUTE + 60, 210, missing, 77, Method.INTERPOLATION),
        (MINUTE + 120, 220, missing, 77, Method.INTERPOLATION),
    ]


def test_along_the_usual_both_sides_are_met():
    raw = np.array([100, -1, -1, -1, 150])[:, None]
    usual = np.array([90.0, 120.0, 160.0, 120.0, 160.0])[:, None]
    values, able = along(raw, raw >= 0, usual)
    assert values[:, 0].tolist() == [100, 125, 160, 115, 150]  # 10 above at first, 10 below at last
    assert able[:, 0].tolist() == [False, True, True, True, False]
    usual[2] = np.nan
    assert along(raw, raw >= 0, usual)[1][:, 0].tolist() == [False, True, False, True, False]


class Known:
    """Every object usually reads ten degrees more than forty at even hours, forty at odd ones."""

    def __init__(self, count):
        self.count = count

    def usual(self, _kind, _signal, minute, _outdoor):
        middle = np.full(self.count, 50.0 if minute // 3_600 % 2 == 0 else 40.0)
        return middle - 5, middle, middle + 5


@pytest.mark.feature("A5-6")
def test_a_long_gap_follows_the_profile(store):
    city = City(tiny(rooms=40, stations=4))
    rule = spec(
        78, "long", "unit", "not 缺失(值)", Family.COMPLETENESS, each=(SUPPLY,), verdict=Verdict.MISSING,
        action=Action.CORRECT, fill=Fill.PROFILE,
    )  # fmt: skip
    bench, missing = Bench(city.archive, rule), KINDS["unit"][SUPPLY].missing
    for i in range(200):
        frame = frame_of(city.archive, "unit", MINUTE + i * 60, **{SUPPLY: [missing if 0 < i < 199 else 480]})
        judged = bench.minute(frame)
        store.append_judged(judged.hits, judged.cleaned, f"{i}-judged")
        store.append(frame, f"{i}")
    until, known = MINUTE + 200 * 60, Known(city.archive["unit"].count)
    assert fill_gaps([rule], store, city.archive, until) == 0
    assert fill_gaps([rule], store, city.archive, until, known) == 198
    assert fill_gaps([rule], store, city.archive, until + 3_600, known) == 0
    cleaned = store.cleaned("unit", int(city.archive["unit"].numbers[0]), MINUTE, until)
    assert set(cleaned.methods.tolist()) == {Method.PROFILE}
    level = {int(m): int(v) for m, v in zip(cleaned.minutes, cleaned.values, strict=True)}
    assert abs(level[MINUTE + 120] - level[MINUTE + 3_600 + 120]) > 60  # the hours differ as they usually do
