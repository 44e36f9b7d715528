"""The small world all rooms' tests may share: organisations of every level and their demo cast."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import settings as hypothesis_settings

from cleanheat.infra import clock
from cleanheat.kernel.time import MachineClock, ManualClock

EVENING = 1_768_478_400.0
"""2026-01-15 20:00 in Shanghai: a January evening of the season."""


_databases = itertools.count(1)
# The same examples every time, no limit in wall-clock time: a busy machine must not change what is found.
hypothesis_settings.load_profile("ci")


def pytest_make_parametrize_id(config, val, argname):
    """Bytes are named after their argument: a workbook holds the second it was made, and workers must agree on ids."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture
def store():
    """An empty telemetry store: one directory a process (the engine allows no more), a database of its own a test."""
    from cleanheat.telemetry.store import Store

    database = f"test_{next(_databases)}"
    opened = Store.open(Path(os.environ["CLEANHEAT_DATA_DIR"]) / "tsdb-tests", database)
    yield opened
    if not opened._engine._closed:  # a hundred left behind: minutes of merging, and no memory left
        opened.flush_traces()
        opened._engine.command(f"DROP DATABASE {database} SYNC")
    opened.close()


@pytest.fixture
def manual_clock():
    """Platform and machine time that stand still until told."""
    both = ManualClock(EVENING)
    clock.install(both, both)
    yield both
    clock.install(MachineClock())


@pytest.fixture
def organisations(db):
    """City 1, districts 2 and 3, companies 10 and 20 with offices 11, 12 and 21, operator 30, rural 40, weather 50."""
    from cleanheat.accounts.public import load_organisations
    from tests import small_city

    load_organisations(small_city.organisations())


@pytest.fixture
def cast(organisations, settings):
    """User name → password of the demo cast: city, district, company (10), company2 (20), office (11) × role."""
    from cleanheat.accounts.public import create_demo_cast

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fifteen slow hashes a test
    return {member.username: member.password for member in create_demo_cast()}


@pytest.fixture
def signed_in(cast):
    """``signed_in("company.reader")``: a client with that user's session, CSRF checks off."""
    from cleanheat.accounts.models import User

    def sign_in(username: str) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(User.objects.get(username=username), "cleanheat.accounts.sessions.KeepingBackend")
        return client

    return sign_in


@pytest.fixture
def city(organisations, settings, tmp_path):
    """The small city in the database and in the archive's arrays, with an empty latest state."""
    from cleanheat.assets import public as assets
    from cleanheat.telemetry.latest import Latest, install_latest
    from tests import small_city

    settings.DATABASES["default"]["NAME"], kept = ":memory:", settings.DATABASES["default"]["NAME"]
    settings.DATA_DIR = tmp_path
    assets.load(small_city.tables())
    assets.forget()
    install_latest(Latest(assets.archive()))
    yield assets.archive()
    assets.forget()
    settings.DATABASES["default"]["NAME"] = kept
