"""The six families of rules judge one minute together: each finds its own fault and leaves the sound row alone."""

import numpy as np
import pytest

from bench.arrays import City, tiny
from cleanheat.quality.vocabulary import Family
from cleanheat.telemetry.traces import Arrivals
from tests.quality.minutes import MINUTE, Bench, frame_of
from tests.quality.specs import spec

SUPPLY, RETURN = "secondary_supply_temp_c", "secondary_return_temp_c"
FLOW, PUMP = "secondary_flow_t_h", "circulation_pump_hz"
RULES = (
    spec(1, "boundary", "unit", "介于(值, 0, 95)", Family.BOUNDARY, each=(SUPPLY,), weight=2.0),
    spec(2, "jump", "unit", "绝对值(变化(二次供水温度)) <= 5 or 室外温度 < -30", Family.JUMP, marks=(SUPPLY,)),
    spec(3, "correlated", "unit", "二次供水温度 >= 二次回水温度 且 (二次流量 > 0 或 循环泵频率 < 5)", Family.CORRELATED,
         marks=(SUPPLY, RETURN)),
    spec(4, "normativity", "unit", "绝对值(值 - 取整(值)) < 0.001", Family.NORMATIVITY, each=(PUMP,)),
    spec(5, "completeness", "unit", "not 缺失(值)", Family.COMPLETENESS, each=(FLOW,)),
    spec(6, "timeliness", "unit", "到报延迟 <= 5", Family.TIMELINESS),
)  # fmt: skip


@pytest.mark.feature("A4-3")
def test_each_family_finds_its_own_fault():
    archive = City(tiny()).archive
    bench, n = Bench(archive, *RULES), archive["unit"].count
    weather = frame_of(archive, "weather", outdoor_temp_c=[-150] * 5)
    sound = {SUPPLY: [500] * n, RETURN: [400] * n, FLOW: [1_000] * n, PUMP: [400] * n}

    def minute(i, faults, arrivals=None):
        values = {name: [*faults.get(name, []), *given][:n] for name, given in sound.items()}
        at = MINUTE + i * 60
        judged = bench.minute(frame_of(archive, "unit", at, **values), weather, arrivals=arrivals)
        return judged.by_rule, {int(i): int(r) for h in judged.hits for i, r in zip(h.ids, h.rules, strict=True)}

    assert minute(0, {}) == ({}, {})
    found, by_object = minute(1, {SUPPLY: [500, 560, 500], RETURN: [400, 400, 510], PUMP: [400, 400, 400, 405],
                                  FLOW: [1_000] * 4 + [-32768]})  # fmt: skip
    assert found == {"jump": 1, "correlated": 1, "normativity": 1, "completeness": 1}
    first = archive["unit"].numbers
    assert by_object == {int(first[1]): 2, int(first[2]): 3, int(first[3]): 4, int(first[4]): 5}
    assert minute(10, {SUPPLY: [951]})[0] == {"boundary": 1}, "ten minutes later nothing is known to jump from"
    sender = int(archive["unit"].links["sender"][first[0]])
    at = MINUTE + 660
    late = Arrivals(["unit"], np.array([sender], np.uint32), np.zeros(1, np.uint64), np.array([at]),
                    np.array([at + 660]), np.ones(1, np.uint32), np.zeros(1, np.uint32))  # fmt: skip
    theirs = int((archive["unit"].links["sender"][first] == sender).sum())
    assert minute(11, {}, late)[0] == {"timeliness": theirs}
