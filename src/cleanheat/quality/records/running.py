"""One pass of the record rules over all tables: what is found becomes an issue, what is found no more is solved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import structlog
from django.db import transaction

from cleanheat.calc.expressions.fields import Field
from cleanheat.calc.expressions.tree import ExpressionError, FieldLeaf
from cleanheat.infra import clock
from cleanheat.infra.masking import masked
from cleanheat.infra.resources import RESOURCES
from cleanheat.infra.resources.leaving import sensitive
from cleanheat.quality.models import CheckRun, RecordIssue, Rule
from cleanheat.quality.queries import record_specs
from cleanheat.quality.records.city import City
from cleanheat.quality.records.columns import Columns, Proposal, unified
from cleanheat.quality.records.fields import tables
from cleanheat.quality.records.judging import Found, judge
from cleanheat.quality.records.reading import read
from cleanheat.quality.specs import RuleSpec
from cleanheat.quality.vocabulary import IssueState
from cleanheat.quality.words import expression_of

Tell = Callable[[int, int, str], object]
MOST_ISSUES: Final = 2_000
"""Records of one rule that are listed singly; all of them are counted."""
_CHANNEL: Final = {"hotline_12319": "12319", "hotline_12345": "12345"}
_ROWS_A_STATEMENT: Final = 500
log = structlog.get_logger(__name__)


def run(tell: Tell, user_id: int | None = None, keys: Sequence[str] = ()) -> CheckRun:
    """Judge the tables ``keys`` (default: all) by the rules in force; the same data give the same issues."""
    asked = defaultdict(list)
    for spec in record_specs():
        if not keys or spec.kind in keys:
            asked[spec.kind].append(spec)
    check = CheckRun.objects.create(started_at=clock.now_utc(), user_id=user_id, tables=sorted(asked))
    city, classes = City(), _channels()
    for done, (key, specs) in enumerate(sorted(asked.items())):
        tell(done, len(asked), tables()[key].zh)
        columns = read(key, city)
        check.records += len(columns)
        for spec in specs:
            _judge_one(spec, columns, classes.get(spec.number, ""), check)
    check.finished_at = clock.now_utc()
    check.save()
    tell(len(asked), len(asked), "完成")
    return check


def _channels() -> Mapping[int, str]:
    """Rules on tickets hold for the channel of their data class."""
    rows = Rule.objects.filter(data_class__in=_CHANNEL).values_list("number", "data_class")
    return {number: _CHANNEL[data_class] for number, data_class in rows}


def _judge_one(spec: RuleSpec, columns: Columns, channel: str, check: CheckRun) -> None:
    rows = None
    if channel:
        words = np.array([w == channel for w in columns.texts["channel"].words] or [False])
        rows = words[columns.texts["channel"].codes] if len(columns) else np.zeros(0, bool)
    try:
        found = judge(spec, columns, rows)
    except ExpressionError as error:  # published under older words: it costs itself, never the run
        log.warning("record rule left out", rule=spec.code, reason=str(error))
        return
    check.counts[str(spec.number)] = [found.checked, int(found.hits.size), found.skipped]
    _keep(spec, columns, found)


@transaction.atomic
def _keep(spec: RuleSpec, columns: Columns, found: Found) -> None:
    """Bring the rule's issues into line with what was found."""
    at = clock.now_utc()
    known = {i.record: i for i in RecordIssue.objects.filter(rule_id=spec.number)}
    hit = dict(zip(columns.ids[found.hits].tolist(), found.hits.tolist(), strict=True))
    gone = [i.pk for r, i in known.items() if r not in hit and i.state != IssueState.SOLVED]
    RecordIssue.objects.filter(pk__in=gone).update(state=IssueState.SOLVED, last_at=at)
    room = MOST_ISSUES - len(known.keys() & hit.keys())
    new = [record for record in hit if record not in known][: max(room, 0)]
    describe = _Describer(spec, columns)
    RecordIssue.objects.bulk_create(
        (RecordIssue(first_at=at, last_at=at, **describe(hit[record])) for record in new), batch_size=_ROWS_A_STATEMENT
    )
    still = [known[record] for record in known.keys() & hit.keys()]
    RecordIssue.objects.filter(pk__in=[issue.pk for issue in still]).update(last_at=at)
    changed = [issue for issue in still if _renewed(issue, describe(hit[issue.record]))]
    RecordIssue.objects.bulk_update(changed, (*_DESCRIBED, "state"), batch_size=_ROWS_A_STATEMENT)


def _renewed(issue: RecordIssue, said: Mapping[str, Any]) -> bool:
    """Say what is found now; what was accepted or solved and is found again is open again.  Whether that changes it."""
    before = [getattr(issue, name) for name in (*_DESCRIBED, "state")]
    for name in _DESCRIBED:
        setattr(issue, name, said[name])
    if issue.state != IssueState.DISMISSED:
        issue.state = IssueState.OPEN
    return before != [getattr(issue, name) for name in (*_DESCRIBED, "state")]


_OWNERS: Final = ("company_id", "office_id", "district_id", "sender_id")
_DESCRIBED: Final = ("version", "title", "field", "found", "detail", "proposal", "correction", *_OWNERS)


_NOTHING: Final = Proposal("", {})


class _Describer:
    """What is said of one row: which field, what it says, what the judgement rests on, what it should say."""

    def __init__(self, spec: RuleSpec, columns: Columns) -> None:
        self._spec, self._columns = spec, columns
        table = tables()[spec.kind]
        asked = [expression_of(spec, text) for text in (spec.expression, spec.when) if text]
        leaves = [leaf for expression in asked for leaf in expression.leaves]
        codes = [leaf.code for leaf in leaves if isinstance(leaf, FieldLeaf) and leaf.code in columns.numbers]
        self._grounds = [f for f in table.fields if f.code in codes]
        self._marks = [f for f in table.fields if f.code in spec.marks]
        self._title = next((n for n in ("name", "address", "code", "number") if n in columns.texts), "")
        self._personal = sensitive(RESOURCES[table.resource])

    def __call__(self, row: int) -> dict[str, Any]:
        spec, columns = self._spec, self._columns
        proposal = self._proposal(row)
        owners = {f"{name}_id": int(ids[row]) for name, ids in columns.owners.items()}
        return {
            "rule_id": spec.number,
            "version": spec.version,
            "kind": spec.kind,
            "record": int(columns.ids[row]),
            "title": self._value(self._title, "", row)[:120] if self._title else "",
            "field": spec.marks[0] if spec.marks else "",
            "found": "、".join(self._value(f.code, f.unit, row) for f in self._marks)[:200],
            "detail": "、".join(f"{f.zh} {self._ground(f, row)}" for f in self._grounds)[:200],
            "proposal": proposal.text[:200],
            "correction": dict(proposal.values),
            **dict.fromkeys(_OWNERS, 0),
            **owners,
        }

    def _ground(self, field: Field, row: int) -> str:
        """What is derived is told to four figures: more of them would feign exactness."""
        value = float(self._columns.numbers[field.code][row])
        if field.group == "attribute" or np.isnan(value):
            return self._value(field.code, field.unit, row)
        return f"{value:.4g} {field.unit}".strip()

    def _value(self, code: str, unit: str, row: int) -> str:
        """As people may see it: personal data never gets from its record into a list of issues."""
        if code in self._columns.texts:
            return str(masked(self._personal.get(code, ""), self._columns.texts[code][row], in_list=True))
        value = float(self._columns.numbers[code][row])
        return "无" if np.isnan(value) else f"{value:.10g} {unit}".strip()

    def _proposal(self, row: int) -> Proposal:
        """What the table knows better, else the unified way of writing a text."""
        code = self._spec.marks[0] if self._spec.marks else ""
        known = self._columns.proposals.get(code)
        told = known(row) if known else None
        if told is not None or code not in self._columns.texts:
            return told or _NOTHING
        word = self._columns.texts[code][row]
        better = unified(word)
        return Proposal(better, {}) if better != word else _NOTHING
