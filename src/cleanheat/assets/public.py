"""What other rooms may ask of the archive."""

from __future__ import annotations

from cleanheat.assets.actions import load, publish
from cleanheat.assets.archive import Archive, KindTable
from cleanheat.assets.areas import owners_of_area
from cleanheat.assets.cards import children, object_card, parents, search
from cleanheat.assets.changes import Correction, correct
from cleanheat.assets.drawn_shapes import newest as drawn_shapes
from cleanheat.assets.equipment.standard import RoomDesigns, UnitDesigns, boiler_equipment, substation_equipment
from cleanheat.assets.fees import FeeColumns, fee_columns, load_fees, user_state
from cleanheat.assets.finder import matching
from cleanheat.assets.gazetteer import address, locate
from cleanheat.assets.naming import names, titles
from cleanheat.assets.outages import planned_outages
from cleanheat.assets.queries import archive, district_ids, exists, forget, require, version, visible
from cleanheat.assets.record_fields import Field, fields_of
from cleanheat.assets.snapshot import build as build_archive
from cleanheat.assets.snapshot import code_words, system_types
from cleanheat.assets.tables import columns

__all__ = [
    "Archive",
    "Correction",
    "FeeColumns",
    "Field",
    "KindTable",
    "RoomDesigns",
    "UnitDesigns",
    "address",
    "archive",
    "boiler_equipment",
    "build_archive",
    "children",
    "code_words",
    "columns",
    "correct",
    "district_ids",
    "drawn_shapes",
    "exists",
    "fee_columns",
    "fields_of",
    "forget",
    "load",
    "load_fees",
    "locate",
    "matching",
    "names",
    "object_card",
    "owners_of_area",
    "parents",
    "planned_outages",
    "publish",
    "require",
    "search",
    "substation_equipment",
    "system_types",
    "titles",
    "user_state",
    "version",
    "visible",
]
