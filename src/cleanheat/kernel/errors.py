"""Errors a caller can act on: each names the field at fault, and the HTTP edge turns it into a problem document."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Problem(Exception):  # noqa: N818 - it becomes a problem document, not only an error
    """A refusal (RFC 9457): ``code`` is stable and documented, ``title`` is Chinese, ``field`` names what is wrong."""

    status: int
    code: str
    title: str
    detail: str = ""
    field: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.title} {self.detail}".strip()

    def document(self) -> dict[str, object]:
        doc: dict[str, object] = {"type": f"about:problem/{self.code}", "title": self.title, "status": self.status}
        if self.detail:
            doc["detail"] = self.detail
        if self.field:
            doc["field"] = self.field
        return doc


def invalid(field: str, title: str, detail: str = "") -> Problem:
    return Problem(422, "invalid-field", title, detail, field)


def not_found(title: str, detail: str = "") -> Problem:
    return Problem(404, "not-found", title, detail)


def forbidden(title: str = "无权访问", detail: str = "") -> Problem:
    return Problem(403, "forbidden", title, detail)
