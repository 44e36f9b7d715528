"""What other rooms may ask of the archive."""

from __future__ import annotations

from cleanheat.assets.actions import load, publish
from cleanheat.assets.archive import Archive, KindTable
from cleanheat.assets.cards import children, names, object_card, parents, search
from cleanheat.assets.queries import archive, district_ids, exists, forget, require, version, visible
from cleanheat.assets.snapshot import build as build_archive

__all__ = [
    "Archive",
    "KindTable",
    "archive",
    "build_archive",
    "children",
    "district_ids",
    "exists",
    "forget",
    "load",
    "names",
    "object_card",
    "parents",
    "publish",
    "require",
    "search",
    "version",
    "visible",
]
