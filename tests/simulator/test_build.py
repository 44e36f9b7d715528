"""Is a city built once, whole or not at all?  The steps themselves are tested where they live; here most are stubs."""

from __future__ import annotations

import json
from datetime import datetime

import numpy as np
import pytest

from cleanheat.accounts.models import User
from cleanheat.assets import public as assets
from cleanheat.infra import clock
from cleanheat.kernel.time import SHANGHAI, ManualClock, epoch
from cleanheat.simulator import build as builder
from cleanheat.simulator.city import CityDataset
from cleanheat.twin.geometry import CityGeometry, Shapes
from tests import small_city

START = 1_768_475_400


class PowerCutError(RuntimeError):
    """The power went."""


@pytest.fixture
def steps(monkeypatch):
    """What was done, in order; ``steps.fails`` names the step during which the power goes."""

    class Steps(list):
        fails = ""

        def take(self, name, folder):
            self.append(name)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"part {len(self)}").touch()
            if name == self.fails:
                raise PowerCutError(name)

    done = Steps()
    none = Shapes(np.zeros(0, np.int32), np.zeros(1, np.uint32), np.zeros((0, 2)))
    geometry = CityGeometry(none, np.zeros(0, np.float32), none, {}, {})

    def make(size, seed):
        done.append("city")
        return CityDataset(size, seed, small_city.organisations(), small_city.tables(), geometry)

    def draw(_geometry):
        done.take("map", builder.Path(builder.settings.DATA_DIR) / "twin")

    def write(_watch, _archive, _size, _seed, _until, data_dir):
        done.take("past", data_dir / "tsdb")

    monkeypatch.setattr(builder, "make_city", make)
    monkeypatch.setattr(builder.twin, "store_geometry", draw)
    monkeypatch.setattr(builder, "_write_past", write)
    monkeypatch.setattr(builder, "_train_models", lambda _watch, _until, _data_dir: None)
    return done


@pytest.fixture
def directory(db, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.DATABASES["default"]["NAME"], kept = ":memory:", settings.DATABASES["default"]["NAME"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    assets.forget()
    yield tmp_path
    assets.forget()
    settings.DATABASES["default"]["NAME"] = kept


def test_a_city_is_built_once(directory, steps):
    made = builder.ensure_built("small", 7, START, directory)
    assert (made.size, made.seed, made.clock_start, made.counts["unit"] > 0) == ("small", 7, START, True)
    assert sorted(steps) == ["city", "map", "past"]
    assert builder.ensure_built("small", 7, None, directory) == made == builder.built(directory)
    assert len(steps) == 3


def test_the_cast_is_printed_for_the_one_who_built_it(directory, steps):
    builder.ensure_built("small", 7, START, directory)
    cast = json.loads((directory / "cast.json").read_text("utf-8"))
    assert {m["username"] for m in cast} == set(User.objects.values_list("username", flat=True))
    assert (directory / "cast.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("step", ["past", "map"])
def test_an_interrupted_build_starts_clean(directory, steps, step):
    steps.fails = step
    (directory / "keys").mkdir()
    with pytest.raises(PowerCutError):
        builder.ensure_built("small", 7, START, directory)
    assert builder.built(directory) is None
    left = set(directory.rglob("part *"))
    assert left
    steps.fails = ""
    builder.ensure_built("small", 7, START, directory)
    assert builder.built(directory) is not None
    assert left.isdisjoint(directory.rglob("part *"))
    assert assets.archive()["unit"].count == len(small_city.tables()["unit"]["code"])
    assert (directory / "keys").exists()  # what a build does not make it does not take


@pytest.mark.parametrize(("size", "seed"), [("city", 7), ("small", 8)])
def test_another_city_is_never_overwritten(directory, steps, size, seed):
    made = builder.ensure_built("small", 7, START, directory)
    files = {p: p.stat().st_mtime_ns for p in directory.rglob("*")}
    with pytest.raises(builder.BuiltOtherwiseError, match="size=small seed=7"):
        builder.ensure_built(size, seed, START, directory)
    assert builder.built(directory) == made
    assert {p: p.stat().st_mtime_ns for p in directory.rglob("*")} == files
    assert len(steps) == 3


def test_a_directory_the_platform_is_not_set_up_for_is_refused(directory, steps, tmp_path_factory):
    with pytest.raises(ValueError, match="CLEANHEAT_DATA_DIR"):
        builder.ensure_built("small", 7, START, tmp_path_factory.mktemp("elsewhere"))
    assert steps == []


def test_every_step_is_told_to_its_end(directory, steps):
    told = []
    builder.ensure_built("small", 7, START, directory, lambda *step: told.append(step))
    for name in builder.STEPS:
        if name != "历史数据":
            assert [(done, total) for step, done, total in told if step == name] == [(0, 1), (1, 1)]
    assert {step for step, _, _ in told} == set(builder.STEPS)


@pytest.mark.parametrize(("today", "year"), [((2026, 11, 22), 2027), ((2026, 2, 1), 2026), ((2026, 7, 1), 2026)])
def test_the_clock_starts_on_a_january_evening(today, year):
    machine = ManualClock(epoch(datetime(*today, 12, tzinfo=SHANGHAI)))
    clock.install(clock.current(), machine)
    try:
        assert builder.default_start() == epoch(datetime(year, 1, 15, 19, tzinfo=SHANGHAI))
    finally:
        clock.install(clock.current())
