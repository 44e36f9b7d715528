"""Settings: one typed table, read from the environment (``CLEANHEAT_…``), checked at start."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Options(BaseSettings):
    """What may differ between installations."""

    model_config = SettingsConfigDict(env_prefix="CLEANHEAT_", extra="forbid")

    data_dir: Path = Field(Path("data/city"), description="where the platform keeps everything it stores")
    database_url: str = Field("", description="postgresql://user:password@host:port/name; empty: SQLite")
    tsdb_dsn: str = Field("", description="clickhouse://… for a ClickHouse server; empty: embedded store in data_dir")
    host: str = Field("127.0.0.1", description="address the server listens on")
    port: int = Field(8000, description="port the server listens on")
    allowed_hosts: list[str] = Field(["127.0.0.1", "localhost", "[::1]"], description="host names browsers may use")
    behind_https: bool = Field(
        False,
        description="a proxy in front speaks HTTPS and sets X-Forwarded-Proto itself: cookies travel over it only",
    )
    size: Literal["small", "city"] = Field("city", description="size of the simulated city")
    seed: int = Field(20_260_115, description="seed of the simulated city")
    debug: bool = Field(False, description="Django's debug pages; never on a machine others reach")
    retention_days: int = Field(
        0,
        ge=0,
        description="days of minute readings kept, counted by when they were measured (imported histories too); "
        "0 keeps everything: about 0.5 GB a day for the whole city.  Hourly roll-ups are always kept",
    )
    trace_days: int = Field(
        90, ge=0, description="days of broken rules, cleaned values and arrivals kept; 0 keeps all.  Counts always stay"
    )
    satellite_file: Path | None = Field(
        None, description="declares the satellite image sources; without it satellite.toml in data_dir, if there is one"
    )
    satellite_cache_mb: int = Field(2_000, ge=0, description="megabytes of satellite images kept in data_dir")
    finished_kept_days: int = Field(30, ge=1, description="days that delivered events and ended jobs are kept")


@cache
def options() -> Options:
    return Options()
