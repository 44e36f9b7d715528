"""What the map's addresses answer: happy, forbidden, invalid; and that nothing of another company goes out."""

import gzip
from types import SimpleNamespace

import orjson
import pytest
from django.test import RequestFactory

from cleanheat.infra.scope import EVERYTHING, NOBODY
from cleanheat.kernel.errors import Problem
from cleanheat.twin import http, network, queries, varint
from tests.twin.conftest import OUR_SCOPE, OURS


@pytest.fixture
def ask(town, monkeypatch):
    monkeypatch.setattr(http, "scope_of", lambda user: user.row_scope)
    monkeypatch.setattr(queries, "_names", lambda kind, numbers: [f"{kind} {n}" for n in numbers])

    def request(scope, **headers):
        made = RequestFactory().get("/", headers={"accept-encoding": "gzip", **headers})
        made.user = SimpleNamespace(is_authenticated=scope is not None, row_scope=scope)
        return made

    return request


@pytest.mark.feature("A2-5")
@pytest.mark.parametrize(
    ("scope", "counts"), [(EVERYTHING, (20, 144, 1)), (OUR_SCOPE, (10, 72, 0))], ids=["city", "ours"]
)
def test_manifest_counts_what_the_viewer_sees(ask, town, scope, counts):
    found = http.manifest(ask(scope))
    by_key = {layer["key"]: layer["count"] for layer in found["layers"]}
    assert (by_key["substations"], by_key["pipes"], by_key["plants"]) == counts
    assert found["version"] == town.version
    assert {theme["key"] for theme in found["themes"]} >= {"operation", "supply_temp", "room_temp"}
    west, south, east, north = found["bounds"]
    assert west < east
    assert south < north


def test_network_is_kept_for_ever_under_its_own_address_and_asked_again_under_others(ask):
    own = queries.address_version(OUR_SCOPE)
    answer = http.network_bin(ask(OUR_SCOPE), v=own)
    assert "immutable" in answer["Cache-Control"]
    assert answer["Content-Encoding"] == "gzip"
    assert "no-cache" in http.network_bin(ask(OUR_SCOPE), v=queries.address_version(EVERYTHING))["Cache-Control"]
    assert http.network_bin(ask(OUR_SCOPE, **{"if-none-match": answer["ETag"]}), v=own).status_code == 304
    _, sections = network.unpack(gzip.decompress(answer.content))
    assert len(varint.decode_deltas(sections["substations.numbers"])) == 10


def test_client_without_gzip_gets_plain_bytes(ask):
    answer = http.network_bin(ask(EVERYTHING, **{"accept-encoding": "identity"}))
    assert answer.content[:4] == network.MAGIC
    assert "Content-Encoding" not in answer


@pytest.mark.feature("A2-6")
def test_coverage_shows_only_companies_the_viewer_sees(ask):
    response = {}
    ours = http.coverage(ask(OUR_SCOPE), response, "company")
    assert [feature["id"] for feature in ours["features"]] == [OURS]
    assert len(http.coverage(ask(EVERYTHING), response, "company")["features"]) == 2
    assert http.coverage(ask(OUR_SCOPE), response, "branch")["features"] == []
    assert http.coverage(ask(NOBODY), response, "company")["features"] == []


def test_unknown_coverage_is_not_found(ask):
    with pytest.raises(Problem) as refused:
        http.coverage(ask(EVERYTHING), {}, "secrets")
    assert refused.value.status == 404


def test_tile_passes_through_gzipped_and_empty_ones_have_no_content(ask, town):
    address = (6, 54, 23)
    answer = http.tile(ask(OUR_SCOPE), "base", town.version, *address)
    assert answer.status_code == 200
    assert answer["Content-Encoding"] == "gzip"
    assert b"districts" in gzip.decompress(answer.content)
    assert http.tile(ask(OUR_SCOPE), "base", town.version, 6, 1, 1).status_code == 204


def test_tiles_need_a_session_and_a_known_version(ask, town):
    assert http.tile(ask(None), "base", town.version, 6, 54, 23).status_code == 401
    unknown = http.tile(ask(OUR_SCOPE), "base", "ffff", 6, 54, 23)
    assert unknown.status_code == 404
    assert orjson.loads(unknown.content)["title"]


def test_city_without_geometry_says_so(ask, monkeypatch, tmp_path):
    monkeypatch.setattr(queries, "root", lambda: tmp_path)
    with pytest.raises(Problem) as refused:
        http.manifest(ask(EVERYTHING))
    assert refused.value.status == 503
