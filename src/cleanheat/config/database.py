"""Which database holds everything but readings: SQLite in the data directory, or a PostgreSQL server by its URL."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

NAME = "CLEANHEAT_DATABASE_URL"
FORM = "postgresql://user:password@host:port/name"


def database(url: str, data_dir: Path) -> dict[str, Any]:
    """Django's settings of the database; a URL that cannot be served is refused at the start, by name.

    >>> database("", Path("/data"))["NAME"].as_posix()
    '/data/platform.sqlite3'
    """
    if not url:
        return _sqlite(data_dir / "platform.sqlite3")
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(f"{NAME}: {parts.scheme or 'no'} scheme; give {FORM}, or nothing for SQLite")
    if find_spec("psycopg") is None:
        raise ImproperlyConfigured(f"{NAME}: psycopg is not installed: pip install 'cleanheat[postgres]'")
    return _postgresql(parts)


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,  # a thread keeps its connection
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;",
        },
    }


def _postgresql(parts: SplitResult) -> dict[str, Any]:
    """What stands behind ``?`` goes to the driver: ``sslmode=require``."""
    try:
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"{NAME}: {error}") from None
    name = unquote(parts.path.removeprefix("/"))
    if not name:
        raise ImproperlyConfigured(f"{NAME}: no database name; give {FORM}")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": port or "",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,  # a server may be restarted under us
        "OPTIONS": dict(parse_qsl(parts.query)),
    }
