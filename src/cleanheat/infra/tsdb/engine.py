"""Where the time-series data live: an embedded ClickHouse in this process, or a server behind a DSN."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError
from numpy.typing import NDArray

from cleanheat.infra.tsdb import native
from cleanheat.kernel.errors import Problem

DEFAULT_MEMORY_MIB: Final = 900
"""What the embedded engine may hold: queries, merges and caches; with Python beside it the process stays in 2 GiB."""

BLOCK_BYTES: Final = 64 << 20
"""Largest block handed over at once: the engine holds several copies of it while it sorts and writes."""

_ENGINE_CONFIG: Final = """<clickhouse>
  <max_server_memory_usage>{memory_bytes}</max_server_memory_usage>
  <mark_cache_size>67108864</mark_cache_size>
  <index_mark_cache_size>16777216</index_mark_cache_size>
  <background_pool_size>2</background_pool_size>
  <background_schedule_pool_size>2</background_schedule_pool_size>
  <background_common_pool_size>2</background_common_pool_size>
  <merges_mutations_memory_usage_soft_limit>{merge_bytes}</merges_mutations_memory_usage_soft_limit>
</clickhouse>
"""

_SESSION: Final[Mapping[str, str]] = {
    "max_partitions_per_insert_block": "0",  # one imported history file may span years of day partitions
    "max_insert_threads": "1",
    "compile_expressions": "0",  # compiling costs a second per new statement and gains nothing measurable here
    "compile_aggregate_expressions": "0",
}

_READING: Final[Mapping[str, str]] = {"max_threads_min_free_memory_per_thread": "67108864"}
"""Questions use every core: the engine's own gibibyte a thread leaves one under our memory cap.  Writing keeps to one,
where a second thread costs a sixth more CPU and saves nobody's time."""


class Engine:
    """Runs statements; every thread gets its own client because calls on one client are serialised by its lock.

    Embedded, the directory belongs to one process and a process can open one directory.
    """

    def __init__(self, target: str | Path, database: str, memory_mib: int = DEFAULT_MEMORY_MIB) -> None:
        self.database = database
        self._connection = _connection(target, memory_mib)
        self._own = threading.local()
        self._clients: list[Client] = []
        self._lock = threading.Lock()
        self._closed = False
        first = self._connect(None)
        try:
            first.command(f"CREATE DATABASE IF NOT EXISTS `{database}`")
        finally:
            first.close()

    def command(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        """A statement without a result."""
        self._client().command(sql, parameters=dict(parameters or {}))

    def select(self, sql: str, parameters: Mapping[str, Any] | None = None) -> dict[str, NDArray[Any]]:
        """Fixed-width result columns by name; ``{name:Type}`` in the text is bound by the engine, never spliced in."""
        payload = self._client().raw_query(
            sql, parameters=dict(parameters or {}), settings=dict(_READING), fmt="Native"
        )
        return native.decode(payload)

    def texts(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[list[str]]:
        """Result rows as text: for the catalogue of tables, parts and columns, not for measurements."""
        raw: bytes = self._client().raw_query(sql, parameters=dict(parameters or {}), fmt="TabSeparatedRaw")
        return [line.split("\t") for line in raw.decode().split("\n") if line]

    def insert(
        self, table: str, names: Sequence[str], types: Sequence[str], columns: Sequence[NDArray[Any]], token: str
    ) -> None:
        """Rows in blocks that fit the memory cap; the same token again (empty: the same content) is stored once."""
        row_bytes = sum(native.dtype_of(t).itemsize for t in types)
        step = max(1, BLOCK_BYTES // row_bytes)
        for at in range(0, columns[0].shape[0], step):
            part = [c[at : at + step] for c in columns]
            self._insert(table, names, types, part, f"{token}:{at}" if token and at else token)

    def _insert(
        self, table: str, names: Sequence[str], types: Sequence[str], columns: Sequence[NDArray[Any]], token: str
    ) -> None:
        block = native.encode(names, types, columns)
        settings = {"insert_deduplication_token": token}
        self._client().raw_insert(table, column_names=list(names), insert_block=block, settings=settings, fmt="Native")

    def close(self) -> None:
        """Closes every thread's client; the directory is free for another process afterwards."""
        with self._lock:
            self._closed = True
            clients, self._clients = self._clients, []
        for client in clients:
            client.close()
        self._own = threading.local()

    def _client(self) -> Client:
        client: Client | None = getattr(self._own, "client", None)
        if client is None:
            if self._closed:
                raise RuntimeError("the telemetry store is closed")
            client = self._connect(self.database)
            self._own.client = client
            with self._lock:
                self._clients.append(client)
        return client

    def _connect(self, database: str | None) -> Client:
        try:
            target = {**self._connection, "database": database} if database else self._connection
            return clickhouse_connect.get_client(**target, settings=dict(_SESSION))
        except ClickHouseError as error:
            if _is_locked(Path(self._connection.get("path", ""))):
                raise StoreLocked from error
            raise


class StoreLocked(Problem):
    """Another process owns the store's directory."""

    def __init__(self) -> None:
        super().__init__(409, "store-locked", "监测数据库正被另一个进程使用", "stop the server, or let it do this work")


def _is_locked(path: Path) -> bool:
    """Whether a process holds the engine's lock; asked after a failure, whose own text does not say."""
    try:
        with (path / "status").open("rb") as status:
            fcntl.flock(status, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _connection(target: str | Path, memory_mib: int) -> dict[str, Any]:
    text = str(target)
    if "://" in text:
        return {"dsn": text, "autogenerate_session_id": False}
    path = Path(target).resolve()
    path.mkdir(parents=True, exist_ok=True)
    config = path.with_name(path.name + ".engine.xml")
    memory_bytes = memory_mib << 20
    document = _ENGINE_CONFIG.format(memory_bytes=memory_bytes, merge_bytes=memory_bytes // 2)
    if not config.exists() or config.read_text() != document:
        config.write_text(document)
    return {"interface": "chdb", "path": str(path), "chdb_options": {"config-file": str(config)}}
