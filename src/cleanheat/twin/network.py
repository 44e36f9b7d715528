"""What one viewer's browser needs to draw the network: ``network.bin``, all shapes in one compact file.

Layout (little-endian): ``CHNB`` · version u8 · three zero bytes · header length u32 · header (JSON, UTF-8) · sections.
The header lists the sections (name, offset from the end of the header, length, count).  Coordinates are micro-degrees,
delta-coded over the whole section, longitudes and latitudes apart; every section is one run of varints:

- ``<layer>.numbers``   zigzag deltas of object numbers
- ``<layer>.vertices``  vertices per shape (extrusions and lines only)
- ``<layer>.lon``, ``<layer>.lat``  zigzag deltas of micro-degrees
- ``buildings.height_dm``  height in decimetres
- ``pipes.medium``      0 trunk, 1 primary, 2 secondary;  ``pipes.diameter_class`` 0..7 (:data:`DIAMETER_STEPS_MM`)

Names of the few named kinds stand in the header, in the order of the layer's numbers.
"""

from __future__ import annotations

import gzip
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from cleanheat.assets.archive import Archive, KindTable
from cleanheat.infra.maplayers import layers
from cleanheat.infra.scope import EVERYTHING, Scope
from cleanheat.infra.secrecy import classes as secrecy
from cleanheat.twin import varint
from cleanheat.twin.geometry import CityGeometry, Shapes

MAGIC: Final = b"CHNB"
FORMAT_VERSION: Final = 1
MICRODEGREES: Final = 1_000_000
DIAMETER_STEPS_MM: Final = (80, 125, 200, 300, 450, 700, 1000)
"""A pipe's diameter class is the number of these steps it reaches."""
POINT_LAYERS: Final = ("plants", "branches", "boilers", "substations", "devices", "weather", "valves")
NAMED_LAYERS: Final = ("plants", "branches", "boilers", "substations")

Bools = NDArray[np.bool_]


@dataclass
class _Sections:
    """The body under construction."""

    body: list[bytes] = field(default_factory=list)
    index: list[dict[str, Any]] = field(default_factory=list)
    length: int = 0

    def add(self, name: str, data: bytes, count: int) -> None:
        self.index.append({"name": name, "offset": self.length, "length": len(data), "count": count})
        self.body.append(data)
        self.length += len(data)

    def numbers(self, layer: str, numbers: NDArray[Any]) -> None:
        self.add(f"{layer}.numbers", varint.encode_deltas(numbers), len(numbers))

    def positions(self, layer: str, longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> None:
        for name, degrees in (("lon", longitude), ("lat", latitude)):
            micro = np.rint(degrees * MICRODEGREES).astype(np.int64)
            self.add(f"{layer}.{name}", varint.encode_deltas(micro), len(micro))

    def small(self, name: str, values: NDArray[Any]) -> None:
        self.add(name, varint.encode(values), len(values))


def pack_network(
    version: int,
    geometry: CityGeometry,
    archive: Archive,
    visible: Mapping[str, Bools],
    names: Mapping[str, Sequence[str]],
    scope: Scope = EVERYTHING,
) -> bytes:
    """``network.bin`` of one viewer, not yet compressed.

    Args:
        version: the geometry's version as live frames carry it.
        visible: slot masks by archive kind; building footprints are public, so ``building`` is not asked for.
        names: names by layer, for the visible objects in ascending order of number.
        scope: how much of a position and which outlines the viewer's client is shown; ``visible`` is cut to it already.
    """
    sections = _Sections()
    _pack_buildings(sections, geometry, shown=not secrecy.hides_shape("buildings", scope))
    drawn = visible["pipe"] & (secrecy.grid_m("pipe", scope) == 0)  # a line tells where it runs, or is no line
    _pack_pipes(sections, geometry.pipes, archive["pipe"], drawn)
    for layer in POINT_LAYERS:
        kind = layers[layer].kind
        numbers = visible_numbers(archive[kind], visible[kind])
        sections.numbers(layer, numbers)
        where = secrecy.places(kind, scope, archive[kind].longitude[numbers], archive[kind].latitude[numbers])
        sections.positions(layer, *where)
    header = orjson.dumps(
        {
            "geometry_version": version,
            "sizes": {layer.key: archive[layer.kind].size for layer in layers},
            "sections": sections.index,
            "names": {layer: list(names.get(layer, ())) for layer in NAMED_LAYERS},
        }
    )
    return b"".join([MAGIC, struct.pack("<B3xI", FORMAT_VERSION, len(header)), header, *sections.body])


def compress(packed: bytes) -> bytes:
    """Gzipped; the time stamp is left out so that equal content has equal bytes."""
    return gzip.compress(packed, compresslevel=6, mtime=0)


def visible_numbers(table: KindTable, visible: Bools) -> NDArray[np.int32]:
    """Numbers of the kind's visible objects, ascending."""
    numbers = np.sort(table.numbers)
    return numbers[visible[numbers]]


def unpack(data: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Header and sections of a packed network; the reference for other readers."""
    if data[:4] != MAGIC or data[4] != FORMAT_VERSION:
        raise ValueError("not a network.bin of version 1")
    (length,) = struct.unpack_from("<I", data, 8)
    header = orjson.loads(data[12 : 12 + length])
    start = 12 + length
    sections = {s["name"]: data[start + s["offset"] : start + s["offset"] + s["length"]] for s in header["sections"]}
    return header, sections


def _pack_buildings(sections: _Sections, geometry: CityGeometry, *, shown: bool) -> None:
    shapes = select(geometry.buildings, np.full(len(geometry.buildings.numbers), shown))
    sections.numbers("buildings", shapes.numbers)
    sections.small("buildings.vertices", np.diff(shapes.offsets.astype(np.int64)))
    sections.positions("buildings", shapes.lonlat[:, 0], shapes.lonlat[:, 1])
    height_m = np.nan_to_num(geometry.building_height_m if shown else geometry.building_height_m[:0], nan=0.0)
    sections.small("buildings.height_dm", np.rint(np.clip(height_m, 0, 6_000) * 10).astype(np.int64))


def _pack_pipes(sections: _Sections, shapes: Shapes, table: KindTable, visible: Bools) -> None:
    kept = select(shapes, visible[shapes.numbers])
    sections.numbers("pipes", kept.numbers)
    sections.small("pipes.vertices", np.diff(kept.offsets.astype(np.int64)))
    sections.positions("pipes", kept.lonlat[:, 0], kept.lonlat[:, 1])
    sections.small("pipes.medium", np.nan_to_num(table.values["medium"][kept.numbers]).astype(np.int64))
    diameter_mm = np.nan_to_num(table.values["diameter_mm"][kept.numbers])
    sections.small("pipes.diameter_class", np.searchsorted(DIAMETER_STEPS_MM, diameter_mm, side="right"))


def select(shapes: Shapes, keep: Bools) -> Shapes:
    """The shapes marked in ``keep`` (one flag a shape), in their order."""
    if bool(keep.all()):
        return shapes
    ends = shapes.offsets.astype(np.int64)
    lengths = ends[1:] - ends[:-1]
    offsets = np.concatenate(([0], np.cumsum(lengths[keep]))).astype(np.uint32)
    return Shapes(shapes.numbers[keep], offsets, shapes.lonlat[np.repeat(keep, lengths)])
