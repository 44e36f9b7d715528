"""Who of a kind has problems first, why, and how are the problems spread?  Ranked, filtered, one page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cleanheat.accounts import public as accounts
from cleanheat.alerts import public as alerts
from cleanheat.assets import public as assets
from cleanheat.calc.scoring.urgency import first
from cleanheat.diagnosis import public as diagnosis
from cleanheat.infra.panels import Bars, Line, Pie, Series, Share
from cleanheat.infra.scope import Scope
from cleanheat.kernel.errors import invalid
from cleanheat.kernel.findings import Level
from cleanheat.kernel.time import HOUR_S
from cleanheat.overview.facts import Facts, Floats, facts, metered
from cleanheat.overview.vocabulary import KINDS, Reason
from cleanheat.overview.weighing import REASONS, troubled, weigh

MOST_OWNERS = 15
COURSE_HOURS = 48
Bools = NDArray[np.bool_]
MODEL_ZH: Mapping[str, str] = {
    "substation_anomaly": "换热站诊断模型",
    "boiler_anomaly": "锅炉房诊断模型",
    "startup": "开栓诊断模型",
    "room_temperature": "室温诊断模型",
    "regulation": "调控诊断模型",
    "network": "管网诊断模型",
    "any": "自身规律模型",
    "quality": "数据质量规则",
    "service": "服务与督导",
}


@dataclass(frozen=True)
class Wanted:
    """Which objects: all that are given must hold; ``None`` and "" = any.  ``within``: a supplier and its number.

    ``everybody``: those without a problem, too.
    """

    company: int | None = None
    district: int | None = None
    level: int | None = None
    reason: str = ""
    source: str = ""
    model: str = ""
    within: tuple[str, int] | None = None
    text: str = ""
    everybody: bool = False


@dataclass(frozen=True)
class Focus:
    """A kind in order of urgency: ``numbers`` of those who passed the filter, the most urgent first."""

    facts: Facts
    parts: Floats
    numbers: NDArray[np.intp]
    seen: int
    troubled: int


def focus(kind: str, scope: Scope, wanted: Wanted, known: Focus | None = None) -> Focus:
    """The kind within the scope, ranked; ``known``: the same kind under another filter, not to be asked for again."""
    f = known.facts if known else facts(kind, scope)
    parts = known.parts if known else weigh(f)
    seen = _seen(kind, scope)
    parts[:, ~seen] = 0.0
    chosen = seen & _chosen(f, parts, wanted)
    points = troubled(parts)
    if not wanted.everybody:
        chosen = chosen & (points > 0)
    numbers = np.flatnonzero(chosen)
    ranked = numbers[first(parts[:, numbers], numbers)]
    return Focus(f, parts, ranked, int(seen.sum()), int((points > 0).sum()))


def _seen(kind: str, scope: Scope) -> Bools:
    seen = np.array(assets.visible(kind, scope))
    if kind == "heat_user":
        has_sensor = np.zeros(seen.size, dtype=bool)
        has_sensor[metered(seen.size)] = True
        seen &= has_sensor
    return seen


def _chosen(f: Facts, parts: Floats, wanted: Wanted) -> Bools:
    chosen = np.ones(parts.shape[1], dtype=bool)
    links = assets.archive()[f.kind].links
    for link in ("company", "district"):
        if (owner := getattr(wanted, link)) is not None:
            chosen &= links[link] == owner if link in links else False
    if wanted.within is not None:
        chosen &= upwards(f.kind, wanted.within[0]) == wanted.within[1]
    if wanted.level is not None:
        chosen &= grades(f) == wanted.level
    if wanted.reason:
        if wanted.reason not in list(Reason):
            raise invalid("reason", "没有这类问题", "、".join(Reason))
        chosen &= parts[REASONS.index(Reason(wanted.reason))] > 0
    if wanted.source or wanted.model:
        chosen &= _says(f, wanted)
    return chosen & assets.matching(f.kind, wanted.text) if wanted.text else chosen


def _says(f: Facts, wanted: Wanted) -> Bools:
    """Where something of the source, or of the model, stands open."""
    sources, at = f.said
    keep = np.ones(sources.size, dtype=bool)
    if wanted.source:
        keep &= sources == wanted.source
    if wanted.model:
        keep &= np.isin(sources, [s for s in np.unique(sources).tolist() if model_of(s) == wanted.model])
    found = np.zeros(f.alert_grades.size, dtype=bool)
    found[at[keep]] = True
    return found


def upwards(kind: str, above: str) -> NDArray[np.int32]:
    """The supplier or container ``above`` of every object of a kind, 0 where none; a Problem where there is no way."""
    archive = assets.archive()
    links = archive[kind].links
    if above in links:
        return links[above]
    step = next((s for s in ("building", "community", "unit", "substation", "branch") if s in links), "")
    if not step or above not in _ABOVE:
        raise invalid("within", "没有这种上级", above)
    return upwards(step, above)[links[step]]


_ABOVE = frozenset({"plant", "branch", "boiler", "substation", "community", "building", "unit", "company", "district"})


def grades(f: Facts) -> NDArray[np.uint8]:
    """The gravest of alert and finding at each object, 0 where there is neither."""
    both = np.stack([f.alert_grades, f.finding_grades])
    worst = np.where(both == 0, 255, both).min(axis=0)
    return np.where(worst == 255, 0, worst).astype(np.uint8)


def model_of(source: str) -> str:
    """Which model or family of rules raises alerts of a source."""
    family, _, rest = source.partition(".")
    if family == "quality":
        return "quality"
    if source == diagnosis.SUPPLY_STOPPED:
        return diagnosis.State.STOPPED.word.model
    return diagnosis.State(rest).word.model if rest in list(diagnosis.State) else "service"


# --- how problems are spread ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FilterChoice:
    """One value of a filter and how many objects it would leave."""

    key: str
    zh: str
    count: int


def sources(found: Focus) -> list[FilterChoice]:
    """Kinds of problem that stand open at the objects shown, the most frequent first."""
    words, at = found.facts.said
    shown = np.isin(at, found.numbers)
    pairs = np.unique(np.stack([np.unique(words, return_inverse=True)[1][shown], at[shown]]), axis=1)
    keys = np.unique(words)
    counts = np.bincount(pairs[0].astype(np.intp), minlength=keys.size)
    order = np.argsort(-counts, kind="stable")
    return [FilterChoice(str(keys[i]), alerts.source_name(str(keys[i])), int(counts[i])) for i in order if counts[i]]


def by_reason(found: Focus) -> Pie:
    """How many of the objects shown have which reason; one may have several."""
    counts = (found.parts[:, found.numbers] > 0).sum(axis=1)
    return Pie(unit="个", shares=[Share(name=r.zh, value=int(n)) for r, n in zip(REASONS, counts, strict=True) if n])


def by_owner(found: Focus) -> Bars:
    """Objects shown by company (branches: by plant) and gravest level; those without a level last."""
    owner = KINDS[found.facts.kind].owner
    of = assets.archive()[found.facts.kind].links[owner][found.numbers]
    grade = grades(found.facts)[found.numbers]
    cells = np.bincount(of.astype(np.int64) * 5 + grade, minlength=(int(of.max(initial=0)) + 1) * 5).reshape(-1, 5)
    largest = [int(i) for i in np.argsort(-cells.sum(axis=1), kind="stable")[:MOST_OWNERS] if cells[i].sum()]
    names = assets.names(owner, largest) if owner == "plant" else [accounts.short_name(i) for i in largest]
    lines = [Line(name=f"{g.roman}级", unit="个", values=cells[largest, g].tolist()) for g in Level]
    lines.append(Line(name="其他问题", unit="个", values=cells[largest, 0].tolist()))
    return Bars(categories=names, lines=lines, is_stacked=True)


def course(kind: str, scope: Scope, wanted: Wanted, end: int) -> Series:
    """Alerts that began at the kind in each of the last hours, by level."""
    first_hour = end // HOUR_S * HOUR_S - (COURSE_HOURS - 1) * HOUR_S
    asked = {"company_id": wanted.company, "district_id": wanted.district}
    owners = {name: owner for name, owner in asked.items() if owner is not None}
    at, level = alerts.begun(scope, KINDS[kind].raised_by, first_hour, end + 1, owners)
    hour = (at - first_hour) // HOUR_S
    counts = {g: np.bincount(hour[level == g], minlength=COURSE_HOURS).tolist() for g in Level}
    lines = [Line(name=f"{g.roman}级", unit="条", values=counts[g]) for g in Level]
    return Series(times=(first_hour + HOUR_S * np.arange(COURSE_HOURS)).tolist(), lines=lines)


def unfiltered(wanted: Wanted) -> Wanted:
    """The same part of the city without a choice of problems: what filters offer must not shrink by filtering."""
    return replace(wanted, reason="", source="", model="", level=None)
