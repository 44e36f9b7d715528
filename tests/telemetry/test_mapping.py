from pathlib import Path

import pytest

from cleanheat.kernel.errors import Problem
from cleanheat.kernel.units import conversion
from cleanheat.telemetry.mapping import parse_map, read_map

EXAMPLES = Path(__file__).parents[2] / "docs/examples"
GOOD = """
kind = "unit"
[object]
number = 5
[time]
column = "t"
zone = "Europe/Belgrade"
[signals.heat_total_gj]
column = "e"
unit = "MWh"
[signals]
primary_supply_temp_c = "a"
"""


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("scada_*.toml")), ids=lambda p: p.stem)
def test_the_examples_are_valid(path):
    assert read_map(path).kind.code == "unit"


def test_units_are_converted_to_the_signals_own():
    heat, temp = parse_map(
        GOOD.replace("[signals]\nprimary_supply_temp_c", "[signals.primary_supply_temp_c]\ncolumn")
    ).signals
    assert (heat.factor, heat.offset) == (3.6, 0.0)
    assert (temp.factor, temp.offset) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("source", "target", "value", "expected"),
    [
        ("F", "℃", 212, 100),
        ("K", "℃", 273.15, 0),
        ("bar", "MPa", 6, 0.6),
        ("kWh", "GJ", 1000, 3.6),
        ("GJ/h", "MW", 3.6, 1),
    ],
)
def test_conversions(source, target, value, expected):
    factor, offset = conversion(source, target)
    assert value * factor + offset == pytest.approx(expected)


def test_volumes_need_a_density():
    with pytest.raises(ValueError, match="density"):
        conversion("m3/h", "t/h")
    with pytest.raises(ValueError, match="no ℃"):
        conversion("bar", "℃")


SIGNALS = '[signals.heat_total_gj]\ncolumn = "e"\n'
HEAD = 'kind = "unit"\n[object]\nnumber = 5\n[time]\ncolumn = "t"\n'


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("kind = ", "map"),
        ('kind = "castle"', "kind"),
        ('kind = "unit"\n[object]\nnumber = 0', "object.number"),
        ('kind = "unit"\n[object]\nnumber = 1\ncode = "x"', "object"),
        ('kind = "unit"\n[object]\nnumer = 1', "object.numer"),
        ('kind = "unit"\n[object]\nnumber = 1', "time"),
        (HEAD + 'zone = "Mars/Base"\n' + SIGNALS, "time.zone"),
        (HEAD + 'format = "sometimes"\n' + SIGNALS, "time.format"),
        (HEAD, "signals"),
        (HEAD + '[signals.warmth]\ncolumn = "e"', "signals.warmth"),
        (HEAD + SIGNALS + 'unit = "bar"', "signals.heat_total_gj.unit"),
        (HEAD + SIGNALS + 'unit = "parsec"', "signals.heat_total_gj.unit"),
        (HEAD + SIGNALS + "factor = nan", "signals.heat_total_gj.factor"),
        (HEAD + SIGNALS + 'sentinels = ["x"]', "signals.heat_total_gj.sentinels"),
        (HEAD + '[signals.primary_flow_t_h]\ncolumn = "f"\nunit = "m3/h"', "signals.primary_flow_t_h.density_t_m3"),
        (HEAD + SIGNALS + '[[lost]]\ncolumns = ["a"]', "lost[0].values"),
        (HEAD + SIGNALS + '[file]\ndecimal = ","', "file.decimal"),
        (HEAD + SIGNALS + '[file]\nencoding = "klingon"', "file.encoding"),
    ],
)
@pytest.mark.feature("G3-1")
def test_a_bad_mapping_names_its_field(text, field):
    with pytest.raises(Problem) as refused:
        parse_map(text)
    assert refused.value.field == field
