"""Under which subject does a data resource stand, who sends it, how grave is it?  Declared in ``subjects.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files

from cleanheat.accounts.vocabulary import OrganisationKind


@dataclass(frozen=True)
class Subject:
    key: str
    zh: str
    resources: tuple[str, ...]


@dataclass(frozen=True)
class Subjects:
    """The declarations that no code makes."""

    authority: str
    steward: str
    tree: tuple[Subject, ...]
    senders: Mapping[str, str]
    levels: Mapping[str, int]
    secrets: tuple[str, ...]

    def of(self, resource: str) -> Subject:
        return next(s for s in self.tree if any(fnmatchcase(resource, pattern) for pattern in s.resources))

    def sender_zh(self, kind: str) -> str:
        return str(OrganisationKind(self.senders[kind]).label)


@cache
def subjects() -> Subjects:
    doc = tomllib.loads(files("cleanheat.catalogue").joinpath("subjects.toml").read_text("utf-8"))
    tree = tuple(Subject(s["key"], s["zh"], tuple(s["resources"])) for s in doc["subject"])
    return Subjects(
        doc["authority"], doc["steward"], tree, doc["senders"], doc["levels"], tuple(doc["secrets"]["names"])
    )
