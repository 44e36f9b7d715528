"""What is not known raises nothing: missing data, plans, mild weather, a lost memory; a history speaks at once."""

import numpy as np

from tests.diagnosis.live.world import COLD, HEALTHY, Nothing, World


def test_missing_data_never_raises_anything(world):
    world.silent.update({("unit", 17), ("unit", 18), ("boiler", 1)})
    world.bad.update({("unit", 25), ("unit", 26), ("boiler", 2)})
    assert world.run(30) == []


def test_what_stands_falls_when_nothing_is_known_for_an_hour(units):
    units.fault("unit", [18], valve_opening_pct=20)
    assert units.run(3)
    units.silent.add(("unit", 18))
    assert units.run(2) == []


def test_a_planned_outage_is_no_finding(units):
    planned = np.zeros(units.archive["unit"].size, bool)
    planned[[17, 18]] = True
    units.fault("unit", [17, 18], **COLD)
    assert units.run(16, {"unit": planned}) == []


def test_not_when_it_is_mild_nor_out_of_season(units):
    units.fault("unit", [5], **COLD)
    units.outdoor = 12
    assert units.run(16) == []
    units.outdoor, units.now = -15, units.now + 120 * 86_400
    assert units.run(2) == []


def test_a_memory_of_another_archive_or_cut_off_is_not_taken_up(tmp_path):
    world = World(tmp_path)
    world.run(0.5)
    world.live.save(world.now)
    (tmp_path / "live-diagnosis" / "unit.npz").write_bytes(b"half of a fi")
    reborn = World(tmp_path)
    reborn.live.recover(Nothing(), world.now)
    assert reborn.live.circuits("unit").minute == 0


def test_a_first_start_with_a_history_judges_from_its_first_hour():
    world = World(kinds=("unit",))
    world.live.recover(Healthy(), world.now)
    units = world.live.circuits("unit")
    assert (units.memory.total("heat_on_kw", 24)[1] == 24).all()
    assert units.view is None  # nothing has been judged, only remembered
    world.fault("unit", [5], **COLD)
    assert ("under_supply", "substation", 1) in world.states(world.run(14))


class Healthy(Nothing):
    """A store that remembers healthy hours of everything."""

    def hour_grid(self, kind, signals, start, end, ids):
        values = np.array([HEALTHY[kind].get(s, np.nan) for s in signals], np.float32)
        return np.tile(values[:, None, None], (1, len(ids), (end - start) // 3_600))
