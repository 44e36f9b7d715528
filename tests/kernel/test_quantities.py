import numpy as np
import pytest

from cleanheat.kernel.quantities import KINDS

ALL_SIGNALS = [
    pytest.param(kind, signal, id=f"{kind.code}.{signal.code}") for kind in KINDS.values() for signal in kind.signals
]


@pytest.mark.parametrize(("kind", "signal"), ALL_SIGNALS)
def test_every_plausible_value_survives_storage_to_its_resolution(kind, signal):
    values = np.linspace(signal.low, signal.high, 101)
    stored = signal.encode(values)
    assert stored.dtype == signal.dtype
    assert np.abs(signal.decode(stored) - values).max() <= 0.5 / signal.scale + 1e-9


@pytest.mark.parametrize(("kind", "signal"), ALL_SIGNALS)
def test_nan_and_what_does_not_fit_are_stored_as_missing(kind, signal):
    stored = signal.encode(np.array([np.nan, 1e12, -1e12]))
    assert (stored == signal.missing).all()
    assert np.isnan(signal.decode(stored)).all()


def test_a_city_minute_has_the_kinds_and_signals_of_the_proposal():
    assert {code: len(kind.signals) for code, kind in KINDS.items()} == {
        "plant": 9,
        "branch": 9,
        "boiler": 19,
        "unit": 20,
        "device": 6,
        "room": 2,
        "weather": 8,
    }


def test_overrides_change_only_the_kind_that_names_them():
    assert KINDS["unit"]["heat_total_gj"].scale == 10
    assert KINDS["plant"]["heat_total_gj"].scale == 1
