"""A typed table of declarations, filled at start-up and fixed afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Keyed(Protocol):
    @property
    def key(self) -> str: ...


T = TypeVar("T", bound=Keyed)


class Registry(Generic[T]):
    """Declarations found by their key (``context.name``), in the order they were declared."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self._items: dict[str, T] = {}
        self._frozen = False

    def add(self, item: T) -> T:
        if self._frozen:
            raise RuntimeError(f"{self.noun} {item.key!r} declared after start-up")
        if item.key in self._items:
            raise ValueError(f"{self.noun} {item.key!r} is declared twice")
        self._items[item.key] = item
        return item

    def freeze(self) -> None:
        self._frozen = True

    def __getitem__(self, key: str) -> T:
        try:
            return self._items[key]
        except KeyError:
            raise KeyError(f"no {self.noun} {key!r}") from None

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __iter__(self) -> Iterator[T]:
        return iter(self._items.values())

    def __len__(self) -> int:
        return len(self._items)
