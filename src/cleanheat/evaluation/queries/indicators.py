"""Which version of an indicator set is in force on a day, and which were there before?"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files

from django.db import transaction

from cleanheat.evaluation.indicators import IndicatorSet, read_set
from cleanheat.evaluation.models import IndicatorVersion
from cleanheat.infra import clock
from cleanheat.kernel.errors import not_found
from cleanheat.kernel.time import local

DATA_QUALITY = "data_quality"


@cache
def _shipped() -> tuple[IndicatorSet, str, date]:
    document = tomllib.loads(files("cleanheat.evaluation").joinpath("data_quality.toml").read_text("utf-8"))
    source, valid_from = document.pop("source"), document.pop("valid_from")
    return read_set(document), source, valid_from


def version_on(day: date, set_key: str = DATA_QUALITY) -> IndicatorVersion:
    """The version in force: of those valid by that day, the newest; the shipped one is version 1."""
    rows = IndicatorVersion.objects.filter(set_key=set_key)
    found = rows.filter(valid_from__lte=day).order_by("-valid_from", "-number").first() or rows.last()
    return found or _first(set_key)


def version_at(moment: float, set_key: str = DATA_QUALITY) -> IndicatorVersion:
    return version_on(local(moment).date(), set_key)


def _first(set_key: str) -> IndicatorVersion:
    if set_key != DATA_QUALITY:
        raise not_found("没有这个指标集", set_key)
    model, source, valid_from = _shipped()
    with transaction.atomic():
        made, _ = IndicatorVersion.objects.get_or_create(
            set_key=set_key,
            number=1,
            defaults={
                "document": model.model_dump(mode="json"),
                "valid_from": valid_from,
                "reason": source,
                "at": clock.now_utc(),
            },
        )
    return made


def model_of(version: IndicatorVersion) -> IndicatorSet:
    return read_set(version.document)


def versions(set_key: str = DATA_QUALITY) -> list[IndicatorVersion]:
    """All versions, the newest first."""
    version_on(date.max, set_key)
    return list(IndicatorVersion.objects.filter(set_key=set_key).select_related("author"))
