"""What data are there?  Every element derived from the one place that defines it; nothing is typed a second time.

Signals come from the signal catalogue, fields from Django's models and the declared resources over them, stored columns
from the schema of the time-series store, rules from the rule library, panels from their declarations.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import orjson
from django.apps import apps
from django.db import models

from cleanheat.catalogue.subjects import subjects
from cleanheat.catalogue.vocabulary import ElementKind, Sharing
from cleanheat.infra.masking import MASKS, Level
from cleanheat.infra.panels import PANELS, Panel
from cleanheat.infra.resources import RESOURCES, Col, Resource
from cleanheat.infra.resources.fields import field_of, type_of
from cleanheat.infra.tsdb import schema
from cleanheat.kernel.glossary import glossary
from cleanheat.kernel.quantities import KINDS, VERDICT_BITS, Kind, Signal
from cleanheat.quality import public as quality
from cleanheat.quality.specs import RuleSpec


@dataclass(frozen=True)
class Element:
    """One data element as it follows from the code (GB/T 18391: concept, representation, administration).

    ``format`` is GB/T style: ``n..6,1`` digits and decimals, ``an..40`` characters.  ``mask`` is its class of personal
    data, ``frequency_s`` how often a new value is expected (0: when something happens).
    """

    key: str
    kind: str
    code: str
    zh: str
    resource: str
    definition: str
    source: str
    owner: str
    format: str
    unit: str
    domain: str
    frequency_s: int
    level: int
    sharing: str
    mask: str = ""

    @property
    def digest(self) -> str:
        """Equal for equal derived parts: the element's version."""
        return hashlib.blake2b(orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()


def level_of(key: str, mask: str = "") -> Level:
    """How grave a leak would be: by its mask, or as declared."""
    declared = next(level for pattern, level in subjects().levels.items() if fnmatchcase(key, pattern))
    return max(Level(declared), MASKS[mask].level) if mask in MASKS else Level(declared)


def is_secret(key: str, code: str) -> bool:
    """Patterns with a dot are of keys, the others of the last part of a code."""
    name = code.rpartition("__")[2]
    return any(fnmatchcase(key if "." in pattern else name, pattern) for pattern in subjects().secrets)


def sharing_of(level: Level) -> Sharing:
    if level >= Level.IMPORTANT:
        return Sharing.CLOSED
    return Sharing.OPEN if level == Level.OPEN else Sharing.CONDITIONAL


def _made(key: str, kind: ElementKind, mask: str = "", **fields: Any) -> Element:
    level = level_of(key, mask)
    sharing = sharing_of(level)
    if is_secret(key, fields["code"]):
        level, sharing = max(level, Level.HIGHLY_SENSITIVE), Sharing.CLOSED
    return Element(key=key, kind=kind.value, mask=mask, level=int(level), sharing=sharing.value, **fields)


def signal_key(kind: str, code: str) -> str:
    return f"telemetry.{kind}.{code}"


def _signal(kind: Kind, s: Signal) -> Element:
    bounds = f"[{s.low:g}, {s.high:g}]"
    what = "累计值，只增不减" if s.is_counter else "瞬时值"
    unit = f"，单位 {s.unit}" if s.unit else ""
    return _made(
        signal_key(kind.code, s.code),
        ElementKind.SIGNAL,
        code=s.code,
        zh=s.zh,
        resource=f"telemetry.{kind.code}",
        definition=f"{kind.zh}的{s.zh}，{what}{unit}，分辨力 {1 / s.scale:g}；超出 {bounds} 为错误值",
        source=f"{subjects().sender_zh(kind.code)}报送",
        owner=subjects().sender_zh(kind.code),
        format=f"n..{len(str(max(abs(s.low_scaled), abs(s.high_scaled))))},{s.decimals}",
        unit=s.unit,
        domain=f"{bounds}；存为 {s.bits} 位整数 ×{s.scale}，{s.missing} 表示缺失",
        frequency_s=kind.cadence_s,
    )


def signals() -> Iterator[Element]:
    for kind in KINDS.values():
        yield from (_signal(kind, s) for s in kind.signals)


def _columns() -> Iterator[Element]:
    tables = [*(t for k in KINDS.values() for t in (schema.minutes(k), schema.hours(k))), schema.ROLLUP_LOG]
    for table in (*tables, *schema.TRACES):
        for column in table.columns:
            meaning = column.comment and f"；{column.comment}（单位、倍率、判定位，每值 {VERDICT_BITS} 位）"
            yield _made(
                f"{table.name}.{column.name}",
                ElementKind.COLUMN,
                code=column.name,
                zh=f"{table.name}.{column.name}",
                resource=resource_of_table(table.name),
                definition=f"时序库表 {table.name} 的列 {column.name}{meaning or ''}",
                source="平台写入",
                owner=subjects().steward,
                format=column.type,
                unit=column.comment.split(" x")[0] if column.comment else "",
                domain="" if column.default is None else f"默认 {column.default}",
                frequency_s=3_600 if table.name.endswith("_h") else 60,
            )


def resource_of_table(table: str) -> str:
    kind = table.removeprefix("tele_").removesuffix("_h")
    return f"telemetry.{kind}" if table.startswith("tele_") else table


def model_key(model: type[models.Model]) -> str:
    """The resource a model stands for: the declared one, or its own name."""
    declared = next((r.key for r in RESOURCES if r.model is model), None)
    return declared or f"{model._meta.app_label}.{model._meta.model_name}"


def own_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if m.__module__.startswith("cleanheat.") and not m._meta.proxy]


def _fields() -> Iterator[Element]:
    for model in own_models():
        key = model_key(model)
        resource = next((r for r in RESOURCES if r.key == key), None)
        shown = {c.path: c for c in resource.columns} if resource else {}
        for field in model._meta.concrete_fields:
            yield _field(key, model, field, shown.get(field.name), resource)
        if resource is not None:
            yield from (_field(key, model, field_of(resource, c.path), c, resource) for c in _followed(resource))


def _followed(resource: Resource) -> list[Col]:
    return [col for col in resource.columns if "__" in col.path]


def _field(
    key: str, model: type[models.Model], field: models.Field[Any, Any], col: Col | None, resource: Resource | None
) -> Element:
    code = col.path if col else field.name
    title = col.zh if col else _title(field)
    noun = resource.zh if resource else str(model._meta.verbose_name)
    return _made(
        f"{key}.{code}",
        ElementKind.FIELD,
        col.sensitivity if col else "",
        code=code,
        zh=title,
        resource=key,
        definition=f"{noun}的{title}",
        source="热线导入" if key.startswith("complaints.") else "平台档案与业务记录",
        owner=subjects().steward,
        format=_format(field),
        unit=col.unit if col else "",
        domain=_domain(field),
        frequency_s=0,
    )


@cache
def _known_words() -> dict[str, str]:
    words = {term.word: term.zh for term in glossary()}
    for resource in RESOURCES:
        for col in resource.columns:
            words.setdefault(col.path, col.zh)
    return words


def _title(field: models.Field[Any, Any]) -> str:
    """Its own Chinese name, or the word other places use for the same code."""
    name = str(field.verbose_name)
    return name if not name.isascii() else _known_words().get(field.name, field.name)


def _format(field: models.Field[Any, Any]) -> str:
    match type_of(field):
        case "reference":
            return "引用"
        case "boolean":
            return "布尔"
        case "integer":
            return "n..10"
        case "number":
            return "n..15,6"
        case "datetime":
            return "YYYY-MM-DDThh:mm:ssZ"
        case "date":
            return "YYYY-MM-DD"
        case "json":
            return "JSON"
    return f"an..{field.max_length}" if getattr(field, "max_length", None) else "an..ul"


def _domain(field: models.Field[Any, Any]) -> str:
    if field.choices:
        return "；".join(f"{value}={zh}" for value, zh in field.flatchoices)
    if field.is_relation and field.related_model is not None:
        return f"{model_key(field.related_model)} 的编号"  # type: ignore[arg-type]
    return "必填" if not field.null and not field.blank and not field.has_default() else ""


def _rule(spec: RuleSpec) -> Element:
    return _made(
        f"quality.rule.{spec.code}",
        ElementKind.RULE,
        code=spec.code,
        zh=spec.zh,
        resource="quality.rule.library",
        definition=f"{spec.family.zh}规则，{spec.dimension.zh}：可信数据应满足 {spec.expression}",
        source="质量规则库",
        owner=subjects().steward,
        format="表达式",
        unit="",
        domain=spec.when and f"适用条件 {spec.when}",
        frequency_s=60,
    )


def _panel(p: Panel) -> Element:
    return _made(
        f"panels.{p.key}",
        ElementKind.PANEL,
        code=p.key,
        zh=p.zh,
        resource=f"panels.{p.key.split('.')[0]}",
        definition=p.formula,
        source=p.source,
        owner=subjects().steward,
        format=p.shows.__name__,
        unit="",
        domain="",
        frequency_s=p.refresh_s,
    )


@cache
def _fixed() -> dict[str, Element]:
    """What cannot change while the platform runs."""
    found = [*signals(), *_fields(), *_columns(), *(_panel(p) for p in PANELS)]
    return {e.key: e for e in sorted(found, key=lambda e: e.key)}


def elements() -> dict[str, Element]:
    """Every element by its key, in the order of keys."""
    rules = [_rule(spec) for spec in (*quality.active_specs(), *quality.record_specs())]
    found = {**_fixed(), **{e.key: e for e in rules}}
    return {key: found[key] for key in sorted(found)}
