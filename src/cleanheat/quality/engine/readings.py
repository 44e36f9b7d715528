"""What do the names and functions of a rule stand for in this minute?  Operands for blocks of objects, made lazily.

A ``Look`` is one minute as rules may see it; a ``Patch`` some positions of one kind, over which programs run.  What a
patch has made once serves every rule that asks for the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive
from cleanheat.calc.checks.missing import lost_rows
from cleanheat.calc.expressions.functions import PREVIOUS_MIN
from cleanheat.calc.expressions.tree import FieldLeaf, Leaf, ReadingLeaf
from cleanheat.calc.expressions.windows import WINDOWED
from cleanheat.kernel.quantities import Signal
from cleanheat.kernel.time import local
from cleanheat.quality.engine.board import Board
from cleanheat.quality.engine.compiled import SWAP_MEMORY_MIN
from cleanheat.quality.engine.history import History, Positions
from cleanheat.quality.engine.kinship import Kinship
from cleanheat.quality.engine.regularities import Regularities
from cleanheat.quality.engine.scope import in_season

Floats = NDArray[np.float64]

OUTDOOR, CLOCK_OFFSET, REPEATS, LAG = "outdoor_temp_c", "clock_offset_min", "repeats", "lag_min"
COUNTER_MEMORY_MIN = 7 * 24 * 60
"""A counter never falls, however long ago it was read last; a momentary value says nothing after some minutes."""
CLEARLY = 0.5
"""Two signals are taken for swapped where exchanging them halves (or better) their distance from what is known."""


@dataclass
class Look:
    """One minute: all boards of it, history, archive, and what is known of its senders.

    ``clock_offset_min``, and by kind ``repeats`` and ``lag_min``, are by sender id; ``in_order`` names the kinds of
    which history may speak.
    """

    minute: int
    boards: Mapping[str, Board]
    history: History
    archive: Archive
    kinship: Kinship
    attributes: dict[tuple[str, str], Floats]
    in_order: frozenset[str]
    senders: int
    outdoor_temp_c: float = float("nan")
    clock_offset_min: Floats = field(default_factory=lambda: np.zeros(0))
    repeats: Mapping[str, Floats] = field(default_factory=dict)
    lag_min: Mapping[str, Floats] = field(default_factory=dict)
    regularities: Regularities | None = None
    _whole: dict[tuple[str, Leaf], Floats] = field(default_factory=dict)

    def of_senders(self, kind: str, leaf: Leaf) -> Floats:
        """A leaf that is the same for all rows of a sender, by sender id."""
        if not isinstance(leaf, FieldLeaf):
            raise TypeError(f"{leaf} is not said of senders")
        number = self.constant(leaf.code)
        return self._by_sender(kind, leaf.code) if number is None else constant(number, self.senders)

    def _by_sender(self, kind: str, code: str) -> Floats:
        if code == CLOCK_OFFSET:
            found = self.clock_offset_min
        else:
            found = (self.repeats if code == REPEATS else self.lag_min).get(kind, self.clock_offset_min[:0])
        return found if found.size else constant(float("nan"), self.senders)

    def constant(self, code: str) -> float | None:
        """A context field that is one number for the whole minute, ``None`` for any other."""
        match code:
            case "outdoor_temp_c":
                return self.outdoor_temp_c
            case "in_season":
                return float(in_season(self.minute))
            case "hour":
                return float(local(self.minute).hour)
            case "month":
                return float(local(self.minute).month)
        return None

    def whole(self, kind: str, leaf: Leaf) -> Floats:
        """A leaf that is made for all positions of a kind at once."""
        key = kind, leaf
        if key not in self._whole:
            self._whole[key] = self._field(kind, leaf) if isinstance(leaf, FieldLeaf) else self._reading(kind, leaf)
        return self._whole[key]

    def _nothing(self, kind: str) -> Floats:
        return np.full(self.archive[kind].count, np.nan)

    def _field(self, kind: str, leaf: FieldLeaf) -> Floats:
        if leaf.code in (CLOCK_OFFSET, REPEATS, LAG):
            return self._of_sender(kind, leaf.code)
        key = kind, leaf.code
        if key not in self.attributes:
            self.attributes[key] = self._attribute(kind, leaf.code)
        return self.attributes[key]

    def _of_sender(self, kind: str, code: str) -> Floats:
        table = self.archive[kind]
        return self._by_sender(kind, code)[table.links["sender"][table.numbers]]

    def _attribute(self, kind: str, code: str) -> Floats:
        table = self.archive[kind]
        if code in table.values:
            return table.values[code][table.numbers]
        if code in table.links:
            links = table.links[code][table.numbers].astype(np.float64)
            links[links == 0] = np.nan
            return links
        return self._nothing(kind)

    def _reading(self, kind: str, leaf: ReadingLeaf) -> Floats:
        make: Callable[[str, ReadingLeaf], Floats] = getattr(self, f"_{leaf.function}")
        return make(kind, leaf)

    def _row_all_zero(self, kind: str, _: ReadingLeaf) -> Floats:
        board = self.boards[kind]
        pairs = [(c, s.missing) for s, c in zip(board.spec.signals, board.raw, strict=True) if not s.is_counter]
        return lost_rows([c for c, _ in pairs], [m for _, m in pairs]).astype(np.float64)

    def _parent(self, kind: str, leaf: ReadingLeaf) -> Floats:
        parent = str(leaf.args[0])
        values = self._values_of(parent, leaf.field_code)
        return self._nothing(kind) if values is None else self.kinship.of_parent(values, kind, parent)

    def _sum_children(self, kind: str, leaf: ReadingLeaf) -> Floats:
        child = str(leaf.args[0])
        values = self._values_of(child, leaf.field_code)
        return self._nothing(kind) if values is None else self.kinship.of_children(values, kind, child)

    def _peers_median(self, kind: str, leaf: ReadingLeaf) -> Floats:
        board = self.boards[kind]
        i = board.spec.index[leaf.field_code]
        known = (~np.isnan(board.values(i))).nonzero()[0]
        return self.kinship.peers_median(board.raw[i][known], known, kind) / board.spec.signals[i].scale

    def _values_of(self, kind: str, code: str) -> Floats | None:
        board = self.boards.get(kind)
        return None if board is None else board.values(board.spec.index[code])

    def _usual(self, kind: str, leaf: ReadingLeaf) -> Floats:
        known = self.regularities
        found = known.usual(kind, leaf.field_code, self.minute, self.outdoor_temp_c) if known else None
        if found is None:
            return self._nothing(kind)
        named = dict(zip(("usual_low", "usual_mid", "usual_high"), found, strict=True))
        self._whole |= {(kind, ReadingLeaf(name, leaf.field_code)): values for name, values in named.items()}
        return named[leaf.function]

    _usual_low = _usual_mid = _usual_high = _usual

    def _drift(self, kind: str, leaf: ReadingLeaf) -> Floats:
        found = self.regularities.drift(kind, leaf.field_code) if self.regularities else None
        return self._nothing(kind) if found is None else found


def _is_made_of(leaf: Leaf, signals: Collection[str]) -> bool:
    if isinstance(leaf, FieldLeaf) or leaf.function in _MADE_WHOLE:
        return False
    return leaf.field_code in signals or any(a in signals for a in leaf.args)


def _memory_min(signal: Signal) -> int:
    return COUNTER_MEMORY_MIN if signal.is_counter else PREVIOUS_MIN


@lru_cache(maxsize=4096)
def constant(value: float, n: int) -> Floats:
    """One number as an operand: a view that takes no memory."""
    return np.broadcast_to(np.float64(value), (n,))


_MADE_WHOLE: Final = frozenset(
    ("parent", "sum_children", "peers_median", "row_all_zero", "usual_low", "usual_mid", "usual_high", "drift")
)


class Patch:
    """Positions of one board, with the operands that have been made for them."""

    def __init__(self, look: Look, kind: str, at: Positions) -> None:
        self.look = look
        self.kind = kind
        self.board = look.boards[kind]
        self.at = at
        self.n = (at.stop - at.start) if isinstance(at, slice) else int(at.size)
        self._made: dict[Leaf, Floats] = {}
        self._summed: dict[tuple[str, int], tuple[Floats, Floats]] = {}
        self._history = look.history[kind]

    def part(self, places: NDArray[np.intp]) -> Patch:
        """Some of the positions, numbered within this patch."""
        return Patch(self.look, self.kind, self.places(places))

    def places(self, within: NDArray[np.intp]) -> NDArray[np.intp]:
        """Positions of the kind from numbers within this patch."""
        return within + self.at.start if isinstance(self.at, slice) else self.at[within]

    @cached_property
    def rows_by_sender(self) -> NDArray[np.int64]:
        """How many of the positions have reported, by sender id."""
        sender = self.board.sender[self.at]
        if not self.board.is_full:
            sender = sender[self.board.present[self.at]]
        return np.bincount(sender, minlength=self.look.senders)

    def operand(self, leaf: Leaf) -> Floats:
        made = self._made.get(leaf)
        if made is None:
            made = self._field(leaf) if isinstance(leaf, FieldLeaf) else self._reading(leaf)
            self._made[leaf] = made
        return made

    def forget(self, signals: Collection[str]) -> None:
        """What was made from these signals no longer holds: a phase has ended and found some of their values bad.

        Values themselves are views of the board's, and what is made for a whole kind is made once a minute.
        """
        for leaf in [leaf for leaf in self._made if _is_made_of(leaf, signals)]:
            del self._made[leaf]
        self._summed = {key: sums for key, sums in self._summed.items() if key[0] not in signals}

    def _field(self, leaf: FieldLeaf) -> Floats:
        i = self.board.spec.index.get(leaf.code)
        if i is not None:
            return self.board.values(i)[self.at]
        number = self.look.constant(leaf.code)
        return self.look.whole(self.kind, leaf)[self.at] if number is None else constant(number, self.n)

    def _reading(self, leaf: ReadingLeaf) -> Floats:
        name = leaf.function
        if name in _MADE_WHOLE:
            return self.look.whole(self.kind, leaf)[self.at]
        if self.kind not in self.look.in_order:
            return constant(float("nan"), self.n)
        signal = self.board.spec[leaf.field_code]
        match name:
            case "prev":
                return self.previous(signal, _memory_min(signal))[0]
            case "delta":
                return self._present(signal) - self.operand(ReadingLeaf("prev", signal.code))
            case "rate":
                value, minutes = self.previous(signal, _memory_min(signal))
                return (self._present(signal) - value) / minutes
            case "unchanged_min":
                raw = self.board.raw[self.board.spec.index[signal.code]][self.at]
                return self._history.unmoved_min(signal.code, raw, self.at)
            case "swapped":
                return self._swapped(signal, self.board.spec[str(leaf.args[0])])
        return self._windowed(leaf, signal)

    def _present(self, signal: Signal) -> Floats:
        return self.operand(FieldLeaf(signal.code))

    def previous(self, signal: Signal, most_min: int) -> tuple[Floats, NDArray[np.int32]]:
        """The newest trusted value of the last minutes, NaN where there is none, and how many minutes old it is."""
        return self._history.previous(signal.code, most_min, self.at)

    def _swapped(self, one: Signal, other: Signal) -> Floats:
        """Whether both values lie clearly nearer to what is known of the other signal than of their own."""
        x, y = self._present(one), self._present(other)
        known_x, known_y = self._known(one), self._known(other)
        straight = np.abs(x - known_x) + np.abs(y - known_y)
        crossed = np.abs(x - known_y) + np.abs(y - known_x)
        answer: Floats = np.where(np.isnan(straight), np.nan, crossed < CLEARLY * straight)
        return answer

    def _known(self, signal: Signal) -> Floats:
        """What is usual, or else the last trusted value."""
        usual = self.operand(ReadingLeaf("usual_mid", signal.code))
        unknown = np.flatnonzero(np.isnan(usual))
        if not unknown.size:
            return usual
        if unknown.size == self.n:
            return self.previous(signal, SWAP_MEMORY_MIN)[0]
        known = usual.copy()
        known[unknown] = self.part(unknown).previous(signal, SWAP_MEMORY_MIN)[0]
        return known

    def window(self, signal: Signal, minutes: int) -> Floats:
        """Readings of the last ``minutes`` minutes, this one last, ``float64[minutes, n]`` with NaN for none."""
        past = self._history.window(signal.code, minutes, self.at)
        values = np.empty((minutes, self.n))
        np.divide(past, signal.scale, out=values[:-1])
        values[:-1][past == signal.missing] = np.nan
        values[-1] = self._present(signal)
        return values

    def _totals(self, signal: Signal, minutes: int) -> tuple[Floats, Floats]:
        """Sum and number of the readings in a window, added up as the integers they are kept as."""
        key = signal.code, minutes
        if key not in self._summed:
            past, now = self._history.window(signal.code, minutes, self.at), self._present(signal)
            unknown, missing = np.isnan(now), np.count_nonzero(past == signal.missing, axis=0)
            sums = past.sum(axis=0, dtype=np.int64) - signal.missing * missing.astype(np.int64)
            self._summed[key] = (
                sums / signal.scale + np.where(unknown, 0.0, now),
                (past.shape[0] - missing + ~unknown).astype(np.float64),
            )
        return self._summed[key]

    def _windowed(self, leaf: ReadingLeaf, signal: Signal) -> Floats:
        if leaf.function in ("avg", "count"):
            sums, counts = self._totals(signal, int(leaf.args[0]))
            return counts if leaf.function == "count" else np.where(counts > 0, sums / counts, np.nan)
        rest: tuple[Any, ...] = leaf.args[1:]
        return WINDOWED[leaf.function](self.window(signal, int(leaf.args[0])), *rest)
