"""Who is affected, over pipes and over the archive: in a made city's whole network, within each viewer's scope."""

from __future__ import annotations

import base64
from dataclasses import replace

import numpy as np
import pytest

from cleanheat.assets import public as assets
from cleanheat.assets import queries as assets_queries
from cleanheat.infra.scope import EVERYTHING, NOBODY, Scope
from cleanheat.kernel.errors import Problem, not_found
from cleanheat.simulator.city.generate import make_city
from cleanheat.twin import connectivity, listing, topology, tracing, varint


@pytest.fixture(scope="module")
def made():
    city = make_city("small", 1)
    return city.archive(), city.geometry


@pytest.fixture
def city(monkeypatch, made):
    """The made city as the archive and the map would have it."""
    archive, geometry = made
    network = topology.build(geometry, archive)
    _serve(monkeypatch, archive, network)
    return archive, network, geometry


def _serve(monkeypatch, archive, network):
    def require(kind: str, number: int, scope: Scope) -> None:
        mask = assets_queries._visible(archive, kind, scope)
        if not (0 < number < len(mask) and mask[number]):
            raise not_found("没有这个对象")

    monkeypatch.setattr(assets, "archive", lambda: archive)
    monkeypatch.setattr(assets, "visible", lambda kind, scope: assets_queries._visible(archive, kind, scope))
    monkeypatch.setattr(assets, "require", require)
    monkeypatch.setattr(topology, "current", lambda: network)


def numbers(group) -> list[int]:
    return varint.decode_deltas(base64.b64decode(group.numbers)).tolist()


def of(groups, kind) -> list[int]:
    return next((numbers(g) for g in groups if g.kind == kind), [])


@pytest.mark.feature("G2-6")
def test_the_generated_network_is_whole(city):
    archive, network, _ = city
    found = connectivity.report(EVERYTHING)
    assert {f.key: f.objects.count for f in found.findings if f.objects.count} == {}
    assert found.components == found.sources == 8
    for kind in ("plant", "branch", "boiler", "substation", "building"):
        assert (network.node_of[kind][archive[kind].numbers] >= 0).all(), kind


@pytest.mark.feature("G2-6")
def test_a_missing_pipe_leaves_loose_ends_and_unreached_buildings(city, made, monkeypatch):
    archive, geometry = made
    station = int(archive["substation"].numbers[0])
    lateral = int(city[1].pipes[_lateral(city[1], station)])
    shapes = geometry.pipes
    from cleanheat.twin.network import select

    broken = replace(geometry, pipes=select(shapes, shapes.numbers != lateral))
    _serve(monkeypatch, archive, topology.build(broken, archive))
    found = {f.key: f.objects for f in connectivity.report(EVERYTHING).findings}
    assert numbers(found["unreached_substation"]) == [station]
    buildings = archive["building"].links["substation"] == station
    assert numbers(found["unreached_building"]) == np.flatnonzero(buildings).tolist()
    trace = tracing.trace("substation", station, EVERYTHING, "up", "network")
    assert trace.way_m is None
    source = next(kind for kind in ("branch", "boiler") if archive["substation"].links[kind][station])
    assert source in {d.kind for d in trace.disagreements if d.only_archive.count}


def _lateral(network, station: int) -> int:
    return int(network.supply.parent_edge[network.node_of["substation"][station]])


@pytest.mark.feature("C5-2", "C6-5", "C7-5", "C13-3")
@pytest.mark.parametrize("kind", ["plant", "branch", "boiler", "substation", "unit"])
def test_downstream_over_pipes_is_what_the_archive_says(city, kind):
    archive, _, _ = city
    table = archive[kind]
    for number in table.numbers[:: 1 + table.count // 12].tolist():
        if kind == "boiler" and table.values["is_peak"][number]:
            continue  # the archive names the branch it helps, not the substations behind it
        by_pipes, by_archive = (tracing.trace(kind, number, EVERYTHING, "down", by) for by in ("network", "archive"))
        assert by_pipes.is_connected
        assert by_pipes.disagreements == by_archive.disagreements == []
        for below in ("substation", "building", "heat_user"):
            assert of(by_pipes.groups, below) == of(by_archive.groups, below), (number, below)
        buildings = of(by_pipes.groups, "building")
        assert by_pipes.totals.buildings == len(buildings)
        assert by_pipes.totals.households == int(archive["building"].values["households"][buildings].sum())


@pytest.mark.feature("C5-2", "C8-5")
def test_upstream_leads_from_a_flat_to_its_source(city):
    archive, _, _ = city
    links = archive["substation"].links
    for user in archive["heat_user"].numbers[::200].tolist():
        station = int(archive["building"].links["substation"][archive["heat_user"].links["building"][user]])
        trace = tracing.trace("heat_user", user, EVERYTHING, "up", "network")
        assert of(trace.groups, "substation") == [station]
        assert of(trace.groups, "boiler") == [n for n in [int(links["boiler"][station])] if n]
        assert of(trace.groups, "branch") == [n for n in [int(links["branch"][station])] if n]
        assert trace.way_m == pytest.approx(1_000 * trace.totals.pipe_km, abs=1)
        assert trace.disagreements == []


@pytest.mark.feature("C13-3", "E2-6")
def test_closing_a_lateral_leaves_its_substation_cold_and_nobody_else(city):
    archive, network, _ = city
    station = int(archive["substation"].numbers[3])
    lateral = int(network.pipes[_lateral(network, station)])
    valve = int(network.valve_numbers[network.valves.edge == _lateral(network, station)][0])
    by_pipe, by_valve = tracing.what_if([lateral], [], EVERYTHING), tracing.what_if([], [valve], EVERYTHING)
    assert by_pipe == by_valve
    assert of(by_pipe.groups, "substation") == [station]
    expected = np.flatnonzero(archive["building"].links["substation"] == station).tolist()
    assert of(by_pipe.groups, "building") == expected
    assert by_pipe.rerouted == []
    burst = tracing.isolate(lateral, EVERYTHING)
    assert valve in numbers(burst.must_close)
    assert of(burst.groups, "substation") == [station]
    assert lateral in numbers(burst.drained)
    assert burst.hidden_valves == 0


@pytest.mark.feature("C13-3")
def test_a_second_way_keeps_a_substation_supplied(city, made, monkeypatch):
    """A pipe from one lateral's street end to another substation: either way may close, both may not."""
    archive, geometry = made
    network = city[1]
    a, b = (int(n) for n in archive["substation"].numbers[:2])
    first, other = (geometry.pipes for _ in range(2))
    ends = []
    for station in (a, b):
        edge = _lateral(network, station)
        i = int(np.flatnonzero(first.numbers == network.pipes[edge])[0])
        line = first.lonlat[first.offsets[i] : first.offsets[i + 1]]
        ends.append(line[-1] if network.supply.upper[edge] == network.graph.tail[edge] else line[0])
    spare = int(archive["pipe"].numbers[-1])  # some house pipe lends its number to the link between two substations
    at = int(np.flatnonzero(other.numbers == spare)[0])
    keep = np.arange(len(other.numbers)) != at
    from cleanheat.twin.network import select

    rest = select(other, keep)
    meshed = replace(
        rest,
        numbers=np.append(rest.numbers, spare).astype(np.int32),
        offsets=np.append(rest.offsets, rest.offsets[-1] + 2).astype(np.uint32),
        lonlat=np.vstack([rest.lonlat, np.array(ends)]),
    )
    linked = topology.build(replace(geometry, pipes=meshed), archive)
    _serve(monkeypatch, archive, linked)
    laterals = [int(network.pipes[_lateral(network, station)]) for station in (a, b)]
    one = tracing.what_if(laterals[:1], [], EVERYTHING)
    assert a not in of(one.groups, "substation")
    assert a in of(one.rerouted, "substation")
    both = tracing.what_if(laterals, [], EVERYTHING)
    assert {a, b} <= set(of(both.groups, "substation"))


def test_a_company_sees_its_own_part_of_every_answer(city):
    archive, network, _ = city
    company = int(archive["substation"].links["company"][archive["substation"].numbers[0]])
    scope = Scope(key=f"company:{company}", organisation_id=company, company_ids=frozenset({company}))
    own = {kind: assets_queries._visible(archive, kind, scope) for kind in ("substation", "building", "pipe", "valve")}
    station = int(np.flatnonzero(own["substation"])[0])
    up = tracing.trace("building", int(np.flatnonzero(own["building"])[0]), scope, "up", "network")
    assert of(up.groups, "plant") == of(up.groups, "branch") == []
    shared = np.flatnonzero(own["pipe"][network.pipes] & (network.supply.upper >= 0))
    longest = max(shared.tolist(), key=lambda e: network.supply.span[network.supply.lower[e]])
    pipe = int(network.pipes[longest])
    for groups in (
        tracing.trace("pipe", pipe, scope, "down", "network").groups,
        tracing.trace("pipe", pipe, scope, "down", "archive").groups,
        tracing.what_if([pipe], [], scope).groups,
        tracing.isolate(pipe, scope).groups,
    ):
        for kind in ("substation", "building", "pipe", "valve"):
            assert own[kind][of(groups, kind)].all()
    for finding in connectivity.report(scope).findings:
        assert finding.objects.count == 0
    other = int(archive["substation"].numbers[~own["substation"][archive["substation"].numbers]][0])
    for refused in (
        lambda: tracing.trace("substation", other, scope, "down", "network"),
        lambda: tracing.trace("substation", station, NOBODY, "down", "network"),
        lambda: tracing.what_if([int(np.flatnonzero(~own["pipe"])[1])], [], scope),
        lambda: tracing.isolate(int(np.flatnonzero(~own["pipe"])[1]), scope),
    ):
        with pytest.raises(Problem) as problem:
            refused()
        assert problem.value.status == 404


def test_what_was_found_is_listed_by_name_and_flats_are_only_counted(city, monkeypatch):
    archive, _, _ = city
    monkeypatch.setattr(assets, "titles", lambda kind, wanted: [(f"{kind} {n}", f"C{n}") for n in wanted])
    asked = listing.Asked("down", "plant", 1)
    page = listing.page(asked, "building", 0, EVERYTHING)
    assert len(page.rows) == min(listing.PAGE, page.total)
    everything = list(listing.rows(asked, EVERYTHING))
    assert sum(1 for zh, *_ in everything if zh == "楼宇") == page.total
    assert not any(zh == "热用户" for zh, *_ in everything)
    valve = int(archive["valve"].numbers[0])
    closed = listing.page(listing.Asked("close", valves=str(valve)), "substation", 0, EVERYTHING)
    assert closed.total == tracing.what_if([], [valve], EVERYTHING).totals.substations
    for wrong, kind, status in ((asked, "heat_user", 404), (listing.Asked("close", pipes="1;2"), "pipe", 422)):
        with pytest.raises(Problem) as problem:
            listing.page(wrong, kind, 0, EVERYTHING)
        assert problem.value.status == status


def test_bad_questions_are_refused(city):
    for ask, status in (
        (lambda: tracing.trace("room", 1, EVERYTHING, "down", "network"), 404),
        (lambda: tracing.trace("pipe", 10**9, EVERYTHING, "down", "network"), 404),
        (lambda: tracing.what_if([], [], EVERYTHING), 422),
        (lambda: tracing.what_if([1] * 150, [1] * 51, EVERYTHING), 422),
        (lambda: tracing.what_if([0], [], EVERYTHING), 404),
        (lambda: tracing.isolate(0, EVERYTHING), 404),
    ):
        with pytest.raises(Problem) as problem:
            ask()
        assert problem.value.status == status


def test_a_map_without_a_source_says_so(made):
    archive, geometry = made
    none = {kind: replace(archive[kind], numbers=np.zeros(0, np.int32)) for kind in ("plant", "boiler")}
    with pytest.raises(Problem) as problem:
        topology.build(geometry, replace(archive, kinds={**archive.kinds, **none}))
    assert problem.value.status == 503
