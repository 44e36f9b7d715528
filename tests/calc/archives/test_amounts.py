"""Numbers with units as people write them."""

from __future__ import annotations

import numpy as np
import pytest

from cleanheat.calc.archives.amounts import amount, amounts, area_plausible, likely_area_unit, load_mw, unit_in_title


@pytest.mark.parametrize(
    ("cell", "quantity", "value"),
    [
        ("4,100.5", "area", 4_100.5),
        ("４１００㎡", "area", 4_100.0),
        ("0.41 万平方米", "area", 4_100.0),
        ("约 3 公顷", "area", 30_000.0),
        (4100, "area", 4_100.0),
        ("29 MW", "power", 29.0),
        ("40t/h", "power", 28.0),
        ("2500万大卡", "power", 29.075),
        ("100GJ/h", "power", 100 / 3.6),
        ("50W/㎡", "heat_index", 50.0),
        ("1.2km", "length", 1_200.0),
        ("1.5e3m", "length", 1_500.0),
    ],
)
def test_a_cell_means_one_value_in_the_archives_unit(cell, quantity, value):
    assert amount(cell, quantity)[0] == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(
    ("cell", "quantity"),
    [("三千", "area"), ("5亩", "area"), ("12-15", "area"), ("4MW", "area"), ("nan", "area"), ("", "area")],
)
def test_what_is_no_number_or_another_quantity_is_refused(cell, quantity):
    with pytest.raises(ValueError):
        amount(cell, quantity)


def test_a_column_of_mixed_units_and_a_titles_unit():
    found = amounts(["1.2", "13000㎡", None, " ", "x"], "area", unit_in_title("面积（万平方米）", "area"))
    np.testing.assert_allclose(found.values, [12_000, 13_000, np.nan, np.nan, np.nan])
    assert set(found.faults) == {4}
    assert unit_in_title("面积", "area") == unit_in_title("备注（张三）", "area") == ""


@pytest.mark.feature("G2-1")
def test_bare_areas_of_a_few_units_are_ten_thousands_of_square_metres():
    rng = np.random.default_rng(5)
    areas = rng.lognormal(8.3, 0.6, 500)
    assert likely_area_unit(areas) == ""
    assert likely_area_unit(areas / 1e4) == "万m2"
    assert likely_area_unit(np.array([np.nan])) == ""


def test_area_against_footprint_times_floors():
    ok = area_plausible(
        np.array([4_000.0, 400.0, 40_000.0, 4_000.0]), np.array([700.0, 700, 700, np.nan]), np.full(4, 6.0)
    )
    assert ok.tolist() == [True, False, False, True]


def test_design_loads_from_index_steam_and_power():
    assert load_mw("45瓦/平方米", 1e5) == pytest.approx(4.5)
    assert load_mw("6吨") == pytest.approx(4.2)
    assert load_mw("4200kW") == load_mw(4.2) == pytest.approx(4.2)
    with pytest.raises(ValueError, match="供热面积"):
        load_mw("45W/m²")
