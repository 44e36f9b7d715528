"""Gaps are bridged between trusted readings, once, under the rule that found them."""

import numpy as np
import pytest

from bench.arrays import City, tiny
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.gaps import bridged, fill_gaps
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
