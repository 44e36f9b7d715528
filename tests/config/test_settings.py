"""What an installation may set: where its data lies, and whether a proxy speaks HTTPS for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from cleanheat.config import database as module
from cleanheat.config.database import database


@pytest.fixture
def driver(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: name)


def test_without_a_url_it_is_sqlite_beside_the_data():
    made = database("", Path("/data"))
    assert (made["ENGINE"], made["NAME"]) == ("django.db.backends.sqlite3", Path("/data/platform.sqlite3"))


def test_a_postgresql_url_is_taken_apart(driver):
    made = database("postgresql://heat:p%40ss%2Fw@db.example:6432/clean?sslmode=require", Path("/data"))
    assert made["ENGINE"] == "django.db.backends.postgresql"
    assert [made[k] for k in ("USER", "PASSWORD", "HOST", "PORT", "NAME")] == [
        "heat", "p@ss/w", "db.example", 6432, "clean",
    ]  # fmt: skip
    assert made["OPTIONS"] == {"sslmode": "require"}


def test_what_a_url_leaves_out_the_driver_decides(driver):
    made = database("postgresql:///clean", Path("/data"))
    assert (made["USER"], made["HOST"], made["PORT"]) == ("", "", "")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://root@localhost/clean", "mysql scheme"),
        ("clean", "no scheme"),
        ("postgresql://heat@db/", "no database name"),
        ("postgresql://heat@db:port/clean", "CLEANHEAT_DATABASE_URL: Port"),
    ],
)
def test_other_urls_are_refused_by_name(driver, url, said):
    with pytest.raises(ImproperlyConfigured, match=said):
        database(url, Path("/data"))


def test_a_missing_driver_is_named(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda _name: None)
    with pytest.raises(ImproperlyConfigured, match=r"cleanheat\[postgres\]"):
        database("postgresql://heat@db/clean", Path("/data"))


def test_behind_https_cookies_are_secure_and_the_dsn_is_known(tmp_path):
    asked = "from cleanheat.config import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, "
    asked += "s.SECURE_PROXY_SSL_HEADER, s.TSDB_DSN)"
    chosen = {"CLEANHEAT_BEHIND_HTTPS": "1", "CLEANHEAT_TSDB_DSN": "clickhouse://db"}
    environment = {**os.environ, **chosen, "CLEANHEAT_DATA_DIR": str(tmp_path)}
    told = subprocess.run([sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "True True ('HTTP_X_FORWARDED_PROTO', 'https') clickhouse://db"
