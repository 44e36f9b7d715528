from dataclasses import dataclass

import pytest

from cleanheat.kernel.registry import Registry


@dataclass(frozen=True)
class Thing:
    key: str


def test_declarations_are_found_by_key_in_order():
    registry: Registry[Thing] = Registry("thing")
    for key in ("b.two", "a.one"):
        registry.add(Thing(key))
    assert [t.key for t in registry] == ["b.two", "a.one"]
    assert "a.one" in registry
    assert registry["a.one"] == Thing("a.one")


def test_twice_unknown_and_late_are_refused():
    registry: Registry[Thing] = Registry("thing")
    registry.add(Thing("a.one"))
    with pytest.raises(ValueError, match="twice"):
        registry.add(Thing("a.one"))
    with pytest.raises(KeyError, match="no thing"):
        registry["a.none"]
    registry.freeze()
    with pytest.raises(RuntimeError, match="after start-up"):
        registry.add(Thing("a.two"))
