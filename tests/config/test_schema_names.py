"""Two schemas of one name would silently become one in the API's description, and in the front end's types."""

from __future__ import annotations

from collections import defaultdict

from ninja import Schema

from cleanheat.config.api import api


def _below(schema: type[Schema]) -> set[type[Schema]]:
    return {schema} | {found for child in schema.__subclasses__() for found in _below(child)}


def test_every_schema_of_the_interface_has_its_own_name():
    shown = set(api.get_openapi_schema(path_prefix="/api/v1/")["components"]["schemas"])
    modules = defaultdict(set)
    for schema in _below(Schema):
        if schema.__name__ in shown and schema.__module__.startswith("cleanheat."):
            modules[schema.__name__].add(schema.__module__)
    shared = {name: sorted(places) for name, places in modules.items() if len(places) > 1}
    assert not shared, f"rename all but one of each: {shared}"
