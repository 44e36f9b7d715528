"""Panels of alerts stay within their scope."""

import pytest

from cleanheat.alerts import panels
from cleanheat.alerts.actions import reconcile
from cleanheat.infra.panels.declare import PanelQuery
from cleanheat.infra.scope import EVERYTHING, Scope
from cleanheat.kernel.findings import Finding, Level

NOW = 1_768_478_400
OWN = Scope("company:10", 10, company_ids=frozenset({10}))


@pytest.fixture
def alerts(city):
    reconcile(
        [Finding("diagnosis.supply_stopped", "substation", n, Level.II, NOW, "换热站停供") for n in (1, 2, 3)], NOW
    )


@pytest.mark.parametrize(("scope", "count"), [(EVERYTHING, 3), (OWN, 2)])
def test_counts(alerts, scope, count):
    query = PanelQuery(scope, NOW, NOW + 60, "minute")
    assert [m.value for m in panels.BY_LEVEL.load(query).measures] == [0, count, 0, 0]
    assert panels.NEWEST_OPEN.load(query).total == count
    assert len(panels.TIMELINE.load(query).entries) == count
    bars = panels.BY_COMPANY.load(query)
    assert sum(v for line in bars.lines for v in line.values) == count
