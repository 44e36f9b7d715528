import numpy as np
import pytest

from cleanheat.infra import maplayers
from cleanheat.infra.maplayers import Classes, LegendClass, Ramp
from cleanheat.kernel.quantities import KINDS


def test_declarations_fit_together():
    assert maplayers.check() == []


@pytest.mark.parametrize("layer", list(maplayers.layers), ids=lambda layer: layer.key)
def test_layer_is_named_and_opens_a_known_card(layer):
    assert layer.zh
    assert layer.kind in {*KINDS, "substation", "building", "pipe", "valve"}
    assert layer.card in {"", layer.kind}


@pytest.mark.parametrize("theme", list(maplayers.themes), ids=lambda theme: theme.key)
def test_theme_has_a_chinese_name_and_a_whole_legend(theme):
    assert theme.zh
    assert theme.legend.problems() == []
    assert theme.layers


@pytest.mark.feature("A1-7")
def test_each_alarm_level_has_a_colour_of_its_own():
    classes = maplayers.themes["operation"].legend.classes
    levels = [c for c in classes if c.attention]
    assert [c.state for c in levels] == [2, 3, 4, 5]
    assert len({c.colour for c in classes}) == len(classes)


def test_ramp_decodes_what_it_encoded_to_within_a_step():
    ramp = maplayers.themes["supply_temp"].ramp
    values = np.linspace(ramp.low, ramp.high, 777)
    step = (ramp.high - ramp.low) / (maplayers.RAMP_STATES - 1)
    assert np.abs(ramp.decode(ramp.encode(values)) - values).max() <= step / 2 + 1e-9
    assert ramp.encode(np.array([np.nan, -40.0, 400.0])).tolist() == [0, 1, 250]


def test_faulty_legends_are_found():
    assert Ramp(5, 5, "℃", ("#fff",)).problems() == [
        "low must be below high",
        "a ramp needs two colours or more",
        "'#fff' is not #rrggbb",
    ]
    twice = Classes(
        (LegendClass(1, "甲", "#000000"), LegendClass(1, "乙", "#000001"), LegendClass(300, "丙", "#000002"))
    )
    assert twice.problems() == ["a state is named twice", "state 300 is not a byte"]
