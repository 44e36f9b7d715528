"""What a kind shows now: substations are their units together."""

import numpy as np
import pytest

from cleanheat.assets import public as assets
from cleanheat.infra.scope import Scope
from cleanheat.screens.live import live


def test_city_belongs_to_two_companies(city):
    own = assets.visible("substation", Scope("company:10", 10, company_ids=frozenset({10})))
    assert np.flatnonzero(own).tolist() == [1, 3]
