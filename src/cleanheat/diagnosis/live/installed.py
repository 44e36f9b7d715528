"""Which live diagnosis runs in this process?  What object cards and rankings read; nothing before the line is up."""

from __future__ import annotations

from cleanheat.diagnosis.live.judging import LiveDiagnosis

_installed: list[LiveDiagnosis] = []


def install(live: LiveDiagnosis | None) -> None:
    _installed[:] = [] if live is None else [live]


def running() -> LiveDiagnosis | None:
    """The process's own, ``None`` where no line runs."""
    return _installed[0] if _installed else None
