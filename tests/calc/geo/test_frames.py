"""Whole chains against pyproj's own definitions of the national zones, and back again."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest

from cleanheat.calc.geo.frames import Frame, Plane, from_wgs84, to_wgs84, zone
from cleanheat.calc.geo.helmert import Four, Seven

RNG = np.random.default_rng(12)
LONLAT = np.column_stack([RNG.uniform(124.0, 127.2, 400), RNG.uniform(43.0, 45.4, 400)])
TURN = np.radians(-1.2)
FOUR = Four(512_345.678, 4_701_234.5, np.cos(TURN), np.sin(TURN))
SEVEN = Seven(-15.8, 154.4, 82.3, 1.1, -0.7, 2.3, -4.6)


@pytest.mark.feature("G5-1")
@pytest.mark.parametrize(
    ("plane", "epsg"),
    [
        (Plane(126.0), 4551),
        (Plane(123.0), 4550),
        (zone(42, 3), 4530),
        (zone(41, 3), 4529),
        (zone(21, 6), 4499),
        (zone(22, 6, prefixed=False), 4511),
    ],
)
def test_national_zones_agree_with_their_epsg_definitions(plane, epsg):
    wanted = pyproj.Transformer.from_crs(4490, epsg, always_xy=True).transform(*LONLAT.T)
    np.testing.assert_allclose(from_wgs84(Frame(plane), LONLAT).T, wanted, atol=1e-6)
    np.testing.assert_allclose(to_wgs84(Frame(plane), np.column_stack(wanted)), LONLAT, atol=1e-11)


def test_a_published_transverse_mercator_value():
    """The formula's worked example in the EPSG guidance is British; its Chinese twin: 500 km on the central meridian,
    and the meridian arc of GRS 80 to 45° N, 4 984 944.378 m."""
    found = from_wgs84(Frame(Plane(126.0)), np.array([[126.0, 45.0]]))
    np.testing.assert_allclose(found, [[500_000.0, 4_984_944.378]], atol=5e-4)


@pytest.mark.feature("G5-1")
@pytest.mark.parametrize(
    "frame",
    [
        Frame(),
        Frame(shift="gcj02"),
        Frame(shift="bd09"),
        Frame(Plane(126.0), four=FOUR),
        Frame(Plane(126.0, "Krassovsky"), seven=SEVEN),
        Frame(Plane(125.333333, "Krassovsky", 150_000.0, -4_000_000.0), four=FOUR, seven=SEVEN),
        Frame(seven=SEVEN),
    ],
    ids=["degrees", "gcj02", "bd09", "four", "seven", "both", "datum"],
)
def test_every_chain_leads_back(frame):
    back = to_wgs84(frame, from_wgs84(frame, LONLAT))
    assert np.abs(back - LONLAT).max() * 111_320 < 1e-4


def test_the_datum_shift_agrees_with_projs_own():
    pipeline = (
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +a=6378245 +rf=298.3 "
        "+step +proj=helmert +x=-15.8 +y=154.4 +z=82.3 +rx=1.1 +ry=-0.7 +rz=2.3 +s=-4.6 +convention=coordinate_frame "
        "+step +proj=cart +ellps=GRS80 +inv +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    wanted = pyproj.Transformer.from_pipeline(pipeline).transform(*LONLAT.T, np.zeros(400))[:2]
    found = to_wgs84(
        Frame(Plane(126.0, "Krassovsky"), seven=SEVEN), from_wgs84(Frame(Plane(126.0, "Krassovsky")), LONLAT)
    )
    np.testing.assert_allclose(found.T, wanted, atol=2e-9)


def test_unknown_points_stay_unknown_and_metres_are_no_degrees():
    points = np.array([[125.3, 43.9], [np.nan, 43.9]])
    assert np.isnan(to_wgs84(Frame(shift="gcj02"), points)[1]).all()
    with pytest.raises(ValueError, match="degrees"):
        to_wgs84(Frame(), np.array([[500_000.0, 4_860_000.0]]))
    with pytest.raises(ValueError, match="zones"):
        zone(99, 3)
