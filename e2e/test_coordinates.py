"""The page of coordinates in a browser: a blunder among control points is told, a layer converted with proof."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
import shapely

from cleanheat.calc.geo.frames import Frame, Plane, from_wgs84
from cleanheat.calc.geo.helmert import Four

LOCAL = Frame(Plane(126.0), Four(-320_876.5, 1_234.5, 0.999987, 0.0061))
PLACES = [(125.31, 43.91), (125.4, 43.8), (125.5, 44.0), (125.2, 43.7), (125.45, 43.95), (125.6, 43.85)]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}


def points(off_m: float = 0.0) -> str:
    at = from_wgs84(LOCAL, np.array(PLACES))
    at[2, 0] += off_m
    rows = (f"K{i},{x:.4f},{y:.4f},{lon},{lat}" for i, ((x, y), (lon, lat)) in enumerate(zip(at, PLACES, strict=True)))
    return "\n".join(["点名,x,y,经度,纬度", *rows])


def layer() -> dict[str, str]:
    boxes = [shapely.box(x, y, x + 0.0004, y + 0.0003) for x, y in PLACES]
    local = [shapely.transform(box, lambda xy: from_wgs84(LOCAL, xy)) for box in boxes]
    features = [
        {"type": "Feature", "properties": {"名称": f"楼{i}"}, "geometry": shapely.geometry.mapping(shape)}
        for i, shape in enumerate(local)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    return {"name": "楼栋范围.geojson", "base64": base64.b64encode(text.encode()).decode()}


@pytest.mark.feature("G5-1")
@pytest.mark.parametrize(("viewport", "phone"), [(DESK, False), (PHONE, True)], ids=["desk", "phone"])
def test_layers_are_converted_with_proof(browse: Any, cast: Any, viewport: dict[str, int], phone: bool) -> None:
    sent = {"layer": layer(), "control": points(), "blunder": points(0.8), "checks": points()}
    found = browse("coordinates", cast["city.administrator"], viewport=viewport, phone=phone, **sent)
    assert found["errors"] == []
    assert found["suspect"].startswith("K2")
    assert "不变" in found["report"]
    assert found["result"].endswith(".zip")
