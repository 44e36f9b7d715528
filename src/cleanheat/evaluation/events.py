"""Facts that evaluation announces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RoundPublished:
    """The scores of a period are final and public to those they are about."""

    round_id: int
    span: str
    period: str
    at: int


@dataclass(frozen=True)
class ReportPublished:
    """A report may be read by its subject; ``company_id`` 0: it is about the city or a district."""

    report_id: int
    company_id: int
    at: int
