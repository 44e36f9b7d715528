"""The words of guidance: what becomes of an advice, and why something is not fit for the cold."""

from __future__ import annotations

from typing import Final

from django.db import models

ADVICE: Final = "diagnosis.advice"
"""Source of the alerts that advice becomes when it is handed over."""


class AdviceState(models.TextChoices):
    """``FOLLOWED`` and ``IGNORED`` are measured a day later; ``ADOPTED`` and ``DECLINED`` are what the company says."""

    ISSUED = "issued", "已下达"
    ADOPTED = "adopted", "企业采纳"
    DECLINED = "declined", "企业说明不采纳"
    FOLLOWED = "followed", "已执行"
    IGNORED = "ignored", "未执行"
    HANDED_OVER = "handed_over", "转预警督办"


OPEN_ADVICE = (AdviceState.ISSUED, AdviceState.ADOPTED)
"""States in which the platform still measures whether the advice is followed."""


class Lack(models.TextChoices):
    """Why present parameters would not keep rooms warm."""

    ROOM = "room", "预计室温低于标准"
    SUPPLY = "supply", "供水温度低于需求"
    PRIMARY = "primary", "一次侧温度不足"
    SOURCE = "source", "热源供水不足"
    FLOW = "flow", "循环流量不足"
    CAPACITY = "capacity", "供热能力不足"
    RISE = "rise", "升温速度跟不上降温"
    VALVE = "valve", "调节阀已全开"
