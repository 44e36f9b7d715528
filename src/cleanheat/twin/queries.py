"""What the map asks for: the manifest, one viewer's network file, coverage areas, tiles of the current geometry."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from cleanheat.accounts.models import Organisation
from cleanheat.assets import public as assets
from cleanheat.assets.archive import Archive
from cleanheat.infra.maplayers import layers, themes
from cleanheat.infra.scope import Scope
from cleanheat.infra.secrecy import classes
from cleanheat.kernel.errors import Problem, not_found
from cleanheat.twin import geometry_store, network, secrecy, tiles
from cleanheat.twin.coverage import serving as coverage_areas
from cleanheat.twin.geometry import CityGeometry

COVERAGE_ZH: Final[Mapping[str, str]] = {"company": "供热企业", "branch": "支线", "boiler": "锅炉房"}
_COVERAGE_COLOURS: Final = ("#2f9bff", "#9a6bff", "#20c9b0", "#ffb02e", "#ff6fa3", "#7bd34f", "#ff7d4d", "#4fd0ff")
_VIEW_MARGIN_DEG: Final = 0.01
_VIEW_MARGIN_RATIO: Final = 0.12

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class NetworkFile:
    gzipped: bytes
    etag: str


def root() -> Path:
    return Path(settings.DATA_DIR) / "twin"


def version() -> str:
    """The current geometry's version; a 503 problem while the city has none yet."""
    found = geometry_store.current_version(root())
    if found is None:
        raise Problem(503, "no-geometry", "地图数据尚未生成")
    return found


@lru_cache(maxsize=2)
def _geometry(of_version: str) -> CityGeometry:
    return geometry_store.load(root() / of_version)


def current_geometry() -> CityGeometry | None:
    """The geometry that the map shows, None while there is none."""
    found = geometry_store.current_version(root())
    return None if found is None else _geometry(found)


def areas_basis() -> coverage_areas.Basis:
    """What supply areas are drawn from: the present footprints and the archive."""
    current = version()
    return coverage_areas.Basis(root(), _geometry(current), current)


def visible(scope: Scope) -> dict[str, Bools]:
    """Slot masks of every mapped kind."""
    return {layer.kind: np.asarray(assets.visible(layer.kind, scope), dtype=bool) for layer in layers}


def address_version(scope: Scope) -> str:
    """Stands in addresses of scoped files: differs between geometries, archives and scopes, so no cache mixes them."""
    owner = hashlib.sha256(f"{assets.archive().version} {scope.key}".encode()).hexdigest()[:12]
    return secrecy.tagged(f"{version()}-{owner}", scope)


_packing = threading.Lock()


def network_file(scope: Scope) -> NetworkFile:
    """The viewer's ``network.bin``; packed once per geometry, archive and scope."""
    with _packing:  # two browsers of one company that open together must not pack twice
        return _packed(version(), assets.archive().version, scope)


@lru_cache(maxsize=32)
def _packed(of_version: str, _archive_version: str, scope: Scope) -> NetworkFile:
    archive = assets.archive()
    masks = visible(scope)
    names = {
        key: assets.names(layers[key].kind, network.visible_numbers(archive[layers[key].kind], masks[layers[key].kind]))
        for key in network.NAMED_LAYERS
    }
    packed = network.pack_network(
        geometry_store.wire_version(of_version), _geometry(of_version), archive, masks, names, scope
    )
    gzipped = network.compress(packed)
    return NetworkFile(gzipped, f'"{hashlib.sha256(gzipped).hexdigest()[:24]}"')


def manifest(scope: Scope) -> dict[str, Any]:
    """All a map page must know before it draws."""
    current, archive = version(), assets.archive()
    masks = visible(scope)
    return {
        "version": current,
        "geometry_version": geometry_store.wire_version(current),
        "network": f"/api/v1/twin/network.bin?v={address_version(scope)}",
        "tiles": {
            name: {
                "url": f"/tiles/{name}/{secrecy.tagged(current, scope)}/{{z}}/{{x}}/{{y}}",
                "min_zoom": tiles.zooms(name)[0],
                "max_zoom": tiles.zooms(name)[1],
            }
            for name in tiles.SETS
            if not classes.hides_shape(name, scope)
        },
        "secrecy": secrecy.summary(scope),
        "bounds": view_bounds(archive, masks, scope),
        "layers": [
            {
                **layer.document(),
                "size": archive[layer.kind].size,
                "count": int(masks[layer.kind][archive[layer.kind].numbers].sum()),
            }
            for layer in layers
        ],
        "themes": [theme.document() for theme in sorted(themes, key=lambda theme: theme.code)],
        "coverage": []
        if classes.hides_shape("coverage", scope)
        else coverage_areas.describe(areas_basis(), address_version(scope)),
    }


def view_bounds(archive: Archive, masks: Mapping[str, Bools], scope: Scope) -> list[float]:
    """West, south, east, north of what the viewer is here for: the bulk of his substations, else whatever he sees."""
    for kind in ("substation", "plant", "boiler", "device"):
        table = archive[kind]
        numbers = network.visible_numbers(table, masks[kind])
        if len(numbers):
            # One in eight lies in a county town, up to 100 km away: opening on all would make the city a speck.
            longitude, latitude = classes.places(kind, scope, table.longitude[numbers], table.latitude[numbers])
            west, east = np.percentile(longitude, (12, 88))
            south, north = np.percentile(latitude, (12, 88))
            margin = _VIEW_MARGIN_DEG + _VIEW_MARGIN_RATIO * max(east - west, north - south)
            return [float(west) - margin, float(south) - margin, float(east) + margin, float(north) + margin]
    points = _geometry(version()).buildings.lonlat
    corners = np.array([points.min(axis=0), points.max(axis=0)])
    (west, east), (south, north) = classes.places("building", scope, *corners.T)
    return [float(west), float(south), float(east), float(north)]


def coverage(kind: str, scope: Scope) -> dict[str, Any]:
    """Supply areas of a kind within the scope, as a GeoJSON feature collection."""
    if kind not in COVERAGE_ZH or classes.hides_shape("coverage", scope):
        raise not_found("没有这种覆盖范围", kind)
    owners = _owners(kind, scope)
    shapes = [(number, shape) for number, shape in _geometry(version()).coverage.get(kind, ()) if number in owners]
    names = _names(kind, [number for number, _ in shapes])
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": number,
                "properties": {"name": name, "colour": _COVERAGE_COLOURS[number % len(_COVERAGE_COLOURS)]},
                "geometry": shape,
            }
            for (number, shape), name in zip(shapes, names, strict=True)
        ],
    }


def _names(kind: str, numbers: list[int]) -> list[str]:
    if kind == "company":  # an organisation, not an object of the archive
        known = dict(Organisation.objects.filter(pk__in=numbers).values_list("pk", "short_name"))
        return [known.get(number, "") for number in numbers]
    return list(assets.names(kind, np.array(numbers, dtype=np.int32)))


def _owners(kind: str, scope: Scope) -> set[int]:
    """Numbers whose area may be shown; a company's area to whoever sees one of its substations or boiler rooms."""
    archive = assets.archive()
    if kind != "company":
        return set(network.visible_numbers(archive[kind], np.asarray(assets.visible(kind, scope), bool)).tolist())
    found: set[int] = set()
    for owned in ("substation", "boiler"):
        table = archive[owned]
        numbers = network.visible_numbers(table, np.asarray(assets.visible(owned, scope), bool))
        found.update(table.links["company"][numbers].tolist())
    return found - {0}


def tile(name: str, address: str, z: int, x: int, y: int, scope: Scope) -> bytes | None:
    """A gzipped tile, ``None`` where the set has nothing; a 404 problem for an unknown set or version, and for those of
    another class of client.
    """
    of_version = secrecy.untagged(address, scope)
    if classes.hides_shape(name, scope):
        raise not_found("没有这组瓦片", name)
    if not of_version.isalnum():  # it becomes part of a path
        raise not_found("没有这个版本的瓦片")
    found = tiles.open_set(root() / of_version, name)
    if found is None:
        raise not_found("没有这组瓦片", f"{name}/{of_version}")
    if not (0 <= z <= 24 and 0 <= x < 1 << z and 0 <= y < 1 << z):
        raise not_found("没有这个瓦片", f"{z}/{x}/{y}")
    return found.gzipped(z, x, y)
