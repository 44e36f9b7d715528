"""What does the minute mean?  All models one after the other on the same archive, readings and weather.

A model that fails costs its own findings of the minute, not the others'.  Memories are written every quarter of an hour
and taken up again at a start of the same archive; what happened in between is rebuilt from the store.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.diagnosis.live import declared
from cleanheat.diagnosis.live.circuits_now import CircuitsNow
from cleanheat.diagnosis.live.contradicting import ContradictionKeeper, Side, contradictions
from cleanheat.diagnosis.live.contradicting_source import Supplied, source_contradictions
from cleanheat.diagnosis.live.grouping import Grouped, Grouping, Place
from cleanheat.diagnosis.live.keeping import Judged, Keeper
from cleanheat.diagnosis.live.model import MODELS, Arrays, LiveModel, LiveSpec, Moment
from cleanheat.diagnosis.live.numbers import number
from cleanheat.diagnosis.live.reliving import relive
from cleanheat.diagnosis.live.saying import state_of
from cleanheat.diagnosis.live.weather_now import WeatherNow
from cleanheat.diagnosis.outdoor import Outdoor
from cleanheat.diagnosis.vocabulary import State
from cleanheat.kernel.findings import Finding
from cleanheat.kernel.time import HOUR_S, MINUTE_S
from cleanheat.telemetry.public import Latest, Store

log = structlog.get_logger(__name__)
FOLDER = "live-diagnosis"
KEEP_EVERY_MIN = 15
OUTDOOR_HELD_MIN = 10
NEAREST_STATIONS, WEATHER_FRESH_MIN = 3, 60.0
TOO_OLD_S = 6 * HOUR_S
"""A memory older than this is not taken up: the rings would be mostly holes."""
CIRCUIT_KINDS = ("plant", "branch", "boiler", "unit")


class LiveDiagnosis:
    """One city's models with their memory; ``folder`` None: nothing is kept (tests, past minutes)."""

    def __init__(
        self, archive: Archive, folder: Path | None = None, specs: Iterable[LiveSpec] | None = None, keeps: bool = True
    ) -> None:
        declared.check()
        self._archive, self._folder = archive, None if folder is None else folder / FOLDER
        self._specs = sorted(MODELS if specs is None else specs, key=lambda s: (s.order, s.key))
        self.models: dict[str, LiveModel] = {s.key: s.build(archive) for s in self._specs}
        self.weather = WeatherNow()
        self._standing: dict[str, Sequence[Finding]] = {}
        self._failed: set[str] = set()
        self._grouping = Grouping(archive)
        self._keeper = Keeper() if keeps else None
        self._contradictions = ContradictionKeeper() if keeps else None
        self._nearest: dict[str, Outdoor] = {}
        self._outdoor: dict[str, tuple[int, NDArray[np.float64]]] = {}
        self.grouped = Grouped((), {})
        self.minute = 0
        for key, model in self.models.items():
            if isinstance(model, CircuitsNow) and model.kind == "boiler" and "branch" in self.models:
                model.branch_gap_k = self._branch_gap_k
            log.debug("live model", key=key)

    # --- the minute ---------------------------------------------------------------------------------------------------

    def judge(self, latest: Latest, minute: int, planned: Mapping[str, NDArray[np.bool_]]) -> list[Finding]:
        """Everything that holds in the minute and is not explained by something graver; a minute counts once."""
        if minute <= self.minute:
            return list(self.grouped.spoken)
        self.weather.add(latest, minute)
        moment = Moment(
            minute, self._archive, latest, planned, lambda kind: self._outdoor_c(kind, latest, minute), self.weather
        )
        for spec in self._specs:
            if spec.key not in self._standing or spec.is_due(minute):
                self._ask(spec, moment)
        found = [f for findings in self._standing.values() for f in findings]
        self.grouped = self._grouping.group(found, self._running_units())
        self.minute = minute
        if self._keeper is not None:
            versions = {m.kind: m.version for m in self.models.values() if isinstance(m, CircuitsNow)}
            self._keeper.keep(self.grouped, Judged(self._archive, versions, minute), self.able(minute))
            self._compare(minute)
        self._save_due(minute)
        return list(self.grouped.spoken)

    def _ask(self, spec: LiveSpec, moment: Moment) -> None:
        try:
            self._standing[spec.key] = self.models[spec.key].judge(moment)
            self._failed.discard(spec.key)
        except Exception:
            if spec.key not in self._failed:  # once, not every minute
                log.exception("live model failed", model=spec.key, minute=moment.minute)
            self._failed.add(spec.key)

    def _compare(self, minute: int) -> None:
        """Every quarter of an hour: what contradicts what."""
        units = self.circuits("unit")
        due = minute // MINUTE_S % int(number("contradiction", "every_min")) == 0
        if due and units is not None and self._contradictions is not None:
            found = contradictions(units) | self.source_contradictions(units)
            self._contradictions.keep(found, self._archive, minute)

    def source_contradictions(self, units: CircuitsNow) -> dict[Place, tuple[Side, Side]]:
        """Branches and boiler rooms that say otherwise than their units."""
        table, below = self._archive["unit"], Supplied.of(units)
        area = table.values["heated_area_m2"][units.numbers]
        found: dict[Place, tuple[Side, Side]] = {}
        for kind in ("branch", "boiler"):
            model = self.circuits(kind)
            above = Supplied.of(model) if model is not None else None
            if above is not None and below is not None and kind in table.links:
                found |= source_contradictions(above, below, table.links[kind][units.numbers], area)
        return found

    def able(self, minute: int) -> set[str]:
        """Sources whose silence means that nothing is there."""
        able = {
            source
            for key, model in self.models.items()
            if key not in self._failed and model.able(minute)
            for source in model.sources
        }
        unable = {
            source
            for key, m in self.models.items()
            if key in self._failed or not m.able(minute)
            for source in m.sources
        }
        return able - unable

    @property
    def judged_until(self) -> int:
        """The last minute that the store's replay has already judged, 0 if none."""
        return max((int(getattr(model, "judged_until", 0)) for model in self.models.values()), default=0)

    @property
    def sources(self) -> set[str]:
        return {source for model in self.models.values() for source in model.sources}

    def circuits(self, kind: str) -> CircuitsNow | None:
        """The live model of one kind of circuit."""
        model = self.models.get(kind)
        return model if isinstance(model, CircuitsNow) else None

    def states(self) -> dict[str, NDArray[np.uint8]]:
        """State of every slot by kind, for the map; ``vocabulary.BY_CODE`` says what a number means."""
        out = {}
        for model in self.models.values():
            if (kind := getattr(model, "kind", "")) and hasattr(model, "states"):
                out[kind] = model.states()
        self._go_on(out)
        return out

    def _go_on(self, states: Mapping[str, NDArray[np.uint8]]) -> None:
        """Right after a start what stood before is still shown: nobody can say yet that it is over."""
        if self._keeper is None:
            return
        able = self.able(self.minute)
        held = [(row.level, place) for place, row in self._keeper.standing.items() if place[0] not in able]
        is_calm = {kind: codes == State.NORMAL.code for kind, codes in states.items()}
        for _, (source, kind, of) in sorted(held, key=lambda one: -one[0]):  # the gravest last
            of_kind = states.get(kind)
            if of_kind is not None and of < of_kind.size and is_calm[kind][of]:
                of_kind[of] = state_of(source).code

    def _outdoor_c(self, kind: str, latest: Latest, minute: int) -> NDArray[np.float64]:
        held = self._outdoor.get(kind)
        if held is None or minute - held[0] >= OUTDOOR_HELD_MIN * MINUTE_S:
            if kind not in self._nearest:
                self._nearest[kind] = Outdoor(self._archive, self._archive[kind], NEAREST_STATIONS, WEATHER_FRESH_MIN)
            held = self._outdoor[kind] = (minute, self._nearest[kind].temp_c(latest, minute))
        return held[1]

    def _running_units(self) -> NDArray[np.bool_]:
        mask = np.zeros(self._archive["unit"].size, bool)
        if (units := self.circuits("unit")) is not None:
            mask[units.numbers] = units.running.on & units.alive
        return mask

    def _branch_gap_k(self) -> NDArray[np.float32]:
        """Supply of every branch beyond what is expected, by slot."""
        out = np.full(self._archive["branch"].size, np.nan, np.float32)
        branches = self.circuits("branch")
        if branches is not None and branches.view is not None:
            out[branches.numbers] = branches.memory.mean("gap_k", 6, least=3)
        return out

    # --- memory -------------------------------------------------------------------------------------------------------

    def recover(self, store: Store, now: float) -> None:
        """Take up what was kept, and rebuild the rest from the store."""
        kept = self._read("weather", now)
        if kept:
            self.weather.restore(kept)
        self.weather.recover(store, now)
        for key, model in self.models.items():
            kept = self._read(key, now)
            if kept:
                try:
                    model.restore(kept)
                except (ValueError, KeyError) as error:
                    log.warning("live memory begun anew", model=key, error=str(error))
            model.recover(store, now)
            if isinstance(model, CircuitsNow):
                relive(model, store, self.weather, now)

    def save(self, minute: int) -> None:
        """Write every memory now."""
        for key in ("weather", *self.models):
            self._write(key, minute)

    def _save_due(self, minute: int) -> None:
        """One model a minute, each every quarter of an hour."""
        turn = minute // MINUTE_S % KEEP_EVERY_MIN
        keys = ["weather", *self.models]
        for i, key in enumerate(keys):
            if i % KEEP_EVERY_MIN == turn:
                self._write(key, minute)

    def _write(self, key: str, minute: int) -> None:
        if self._folder is None:
            return
        arrays = self.weather.snapshot() if key == "weather" else self.models[key].snapshot()
        if not arrays:
            return
        head = {"archive": np.array(self._archive.version), "minute": np.array(minute)}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh = self._folder / f"{key}.npz.new"
            with fresh.open("wb") as file:
                np.savez(file, **_prefixed("head", head), **_prefixed("own", arrays))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._folder / f"{key}.npz")
        except OSError:
            log.exception("live memory not written", model=key)

    def _read(self, key: str, now: float) -> Arrays | None:
        """The memory of the same archive, not too old; a file that a power failure cut off is none."""
        if self._folder is None or not (path := self._folder / f"{key}.npz").exists():
            return None
        try:
            with np.load(path, allow_pickle=False) as file:
                if str(file["head/archive"]) != self._archive.version or now - int(file["head/minute"]) > TOO_OLD_S:
                    return None
                return {name.partition("/")[2]: file[name] for name in file.files if name.startswith("own/")}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            log.warning("live memory not readable", model=key, error=str(error))
            return None


def _prefixed(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    return {f"{prefix}/{name}": values for name, values in arrays.items()}
