"""The words of alerts: states and levels.  The scale of levels itself is ``kernel.findings.Level``."""

from __future__ import annotations

from django.db import models

from cleanheat.infra.panels.kinds import Tone
from cleanheat.kernel.findings import Level


class AlertState(models.TextChoices):
    """新产生 → 已确认 → 处置中 → 待核实 → 已关闭; 误报 and 已抑制 are ends, too."""

    NEW = "new", "新产生"
    CONFIRMED = "confirmed", "已确认"
    HANDLING = "handling", "处置中"
    VERIFYING = "verifying", "待核实"
    CLOSED = "closed", "已关闭"
    FALSE = "false", "误报"
    SUPPRESSED = "suppressed", "已抑制"


OPEN_STATES = (AlertState.NEW, AlertState.CONFIRMED, AlertState.HANDLING, AlertState.VERIFYING)
"""States in which somebody still has to look."""


class AlertLevel(models.IntegerChoices):
    """``Level`` as choices of a column."""

    I = Level.I, "Ⅰ级 特别重大"  # noqa: E741 - the scale is written in Roman numerals everywhere
    II = Level.II, "Ⅱ级 重大"
    III = Level.III, "Ⅲ级 较大"
    IV = Level.IV, "Ⅳ级 一般"


TONES: dict[Level, Tone] = {Level.I: "critical", Level.II: "serious", Level.III: "warning", Level.IV: "notice"}
"""How screens colour a level."""
