"""How pygeoapi reaches our layers: a feature provider and a tile provider, bound to what one client may see.

pygeoapi makes a provider for every request from its definition; the definition carries the client (``Allowed``), so
nothing of one scope can be answered to another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from pygeoapi.models.provider.base import TileMatrixSetEnum
from pygeoapi.provider.base import BaseProvider, ProviderItemNotFoundError, ProviderQueryError
from pygeoapi.provider.tile import BaseTileProvider, ProviderTileNotFoundError

from cleanheat.kernel.errors import Problem
from cleanheat.twin.ogc import crs, features, tiles
from cleanheat.twin.ogc.collections import attributes, schema
from cleanheat.twin.ogc.features import Row, Wanted
from cleanheat.twin.ogc.grids import grid
from cleanheat.twin.ogc.shapes import Numbers, geometries

VECTOR_TILE = "application/vnd.mapbox-vector-tile"


class RefusedError(ProviderQueryError):  # type: ignore[misc]
    """A request's parameter is wrong: the client is told which."""

    http_status_code = HTTPStatus.BAD_REQUEST
    ogc_exception_code = "InvalidParameterValue"


class FeatureProvider(BaseProvider):  # type: ignore[misc]
    """One layer's features."""

    def __init__(self, definition: Mapping[str, Any]) -> None:
        super().__init__(definition)
        self._collection, self._allowed = definition["data"], definition["allowed"]
        self._attributes = attributes(self._collection, self._allowed)
        self._fields = self.get_fields()

    def get_fields(self) -> dict[str, dict[str, Any]]:
        return schema(self._attributes)

    def query(
        self,
        *,
        offset: int = 0,
        limit: int = 10,
        resulttype: str = "results",
        bbox: Sequence[float] = (),
        properties: Sequence[tuple[str, str]] = (),
        sortby: Sequence[Mapping[str, str]] = (),
        select_properties: Sequence[str] = (),
        skip_geometry: bool = False,
        filterq: Any = None,
        crs_transform_spec: Any = None,
        **_more: Any,
    ) -> dict[str, Any]:
        """A page as GeoJSON."""
        if filterq is not None:
            raise RefusedError(user_msg="filter is not supported; use attribute parameters and bbox")
        box = tuple(bbox) if len(bbox) == 4 else None
        wanted = Wanted(
            box=box,  # type: ignore[arg-type]
            equals=dict(properties),
            sort=sortby[0]["property"] if sortby else "",
            is_descending=bool(sortby) and sortby[0]["order"] == "-",
            offset=offset,
            limit=limit,
        )
        try:
            found = features.page(self._collection, self._allowed, wanted)
        except Problem as problem:
            raise RefusedError(user_msg=str(problem)) from problem
        numbers = found.numbers[:0] if resulttype == "hits" else found.numbers
        made = self._features(numbers, crs_transform_spec, select_properties, skip_geometry)
        return {
            "type": "FeatureCollection",
            "features": made,
            "numberMatched": found.matched,
            "numberReturned": len(made),
        }

    def get(self, identifier: str, *, crs_transform_spec: Any = None, **_more: Any) -> dict[str, Any]:
        """One feature; what the client may not see does not exist."""
        number = int(identifier) if identifier.isascii() and identifier.isdigit() and len(identifier) < 10 else 0
        found = features.page(self._collection, self._allowed, Wanted(numbers=(number,)))
        if not found.matched:
            raise ProviderItemNotFoundError(f"item {identifier} not found")
        return self._features(found.numbers, crs_transform_spec, (), False)[0]

    def _features(
        self, numbers: Numbers, transform: Any, select: Sequence[str], skip_geometry: bool
    ) -> list[dict[str, Any]]:
        import shapely

        told = [a for a in self._attributes if not select or a.key in select]
        rows = features.rows(self._collection, self._allowed, numbers, told)
        if skip_geometry:
            return [_feature(n, row, None) for n, row in zip(numbers.tolist(), rows, strict=True)]
        drawn = geometries(self._collection, self._allowed, numbers)
        if transform is not None:
            drawn = crs.converted(drawn, crs.system(transform.target_crs_uri))
        texts = shapely.to_geojson(drawn)
        return [
            _feature(n, row, orjson.loads(text)) for n, row, text in zip(numbers.tolist(), rows, texts, strict=True)
        ]


def _feature(number: int, row: Row, geometry: Any) -> dict[str, Any]:
    return {"type": "Feature", "id": number, "geometry": geometry, "properties": row}


class TileProvider(BaseTileProvider):  # type: ignore[misc]
    """One layer's vector tiles."""

    def __init__(self, definition: Mapping[str, Any]) -> None:
        super().__init__(definition)
        self._collection, self._allowed = definition["data"], definition["allowed"]
        self.tile_type = "vector"

    def get_layer(self) -> str:
        return str(self._collection.key)

    def get_fields(self) -> dict[str, dict[str, Any]]:
        return schema(attributes(self._collection, self._allowed))

    def get_tiling_schemes(self) -> list[Any]:
        return [e.value for e in TileMatrixSetEnum if e.value.tileMatrixSet in ("WebMercatorQuad", "WorldCRS84Quad")]

    def get_tiles_service(self, baseurl: str = "", servicepath: str = "", **_more: Any) -> dict[str, Any]:  # noqa: ARG002
        return {"links": [{"type": VECTOR_TILE, "rel": "item", "title": "Vector tiles", "href": servicepath}]}

    def get_tiles(self, *, tileset: str = "", z: str = "0", y: str = "0", x: str = "0", **_more: Any) -> bytes:
        """A tile; ``None`` (204) where there is nothing."""
        try:
            made = tiles.vector(self._collection, self._allowed, grid(tileset), int(z), int(y), int(x))
        except (Problem, ValueError) as error:
            raise ProviderTileNotFoundError(user_msg=str(error)) from error
        return made or None  # type: ignore[return-value]

    def get_metadata(
        self, dataset: str = "", server_url: str = "", tileset: str = "", title: str = "", **_more: Any
    ) -> dict[str, Any]:
        """The tile set of one layer and matrix set."""
        chosen = grid(tileset)
        path = f"{server_url}/collections/{dataset}/tiles/{tileset}"
        return {
            "title": title,
            "dataType": "vector",
            "crs": crs.uri(chosen.epsg),
            "tileMatrixSetURI": chosen.uri,
            "layers": [
                {
                    "id": dataset,
                    "dataType": "vector",
                    "minTileMatrix": str(self._collection.min_zoom),
                    "propertiesSchema": {"type": "object", "properties": {
                        key: {"type": "integer" if key == "number" else "string"} for key in ("number", "name", "code")
                    }},
                }
            ],
            "links": [
                {"rel": "self", "type": "application/json", "href": f"{path}?f=json"},
                {
                    "rel": "item",
                    "type": VECTOR_TILE,
                    "href": f"{path}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}?f=mvt",
                    "templated": True,
                },
            ],
        }  # fmt: skip
