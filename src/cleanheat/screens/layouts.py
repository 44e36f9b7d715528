"""Which panels stand where: screens are data (``layouts/*.toml``), read and checked once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cleanheat.infra.panels import PANELS


class Cell(BaseModel):
    """One panel's place, in grid cells from the top left."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    panel: str
    x: int = Field(ge=0)
    y: int = Field(ge=0)
    w: int = Field(ge=1)
    h: int = Field(ge=1)


class Screen(BaseModel):
    """One screen as its file says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    zh: str
    permission: str
    columns: int = Field(ge=1, le=48)
    cells: tuple[Cell, ...]

    @model_validator(mode="after")
    def _fits(self) -> Screen:
        for cell in self.cells:
            if cell.panel not in PANELS:
                raise ValueError(f"screen {self.key}: there is no panel {cell.panel!r}")
            if cell.x + cell.w > self.columns:
                raise ValueError(f"screen {self.key}: {cell.panel} stands beyond column {self.columns}")
        return self


@cache
def screens() -> Mapping[str, Screen]:
    """Every screen by its key, in the order of their files' names."""
    found = sorted(
        (p for p in files("cleanheat.screens").joinpath("layouts").iterdir() if p.name.endswith(".toml")), key=str
    )
    read = [Screen.model_validate(tomllib.loads(path.read_text("utf-8"))) for path in found]
    return MappingProxyType({screen.key: screen for screen in read})
