"""What is in the first sheet of a workbook that a stranger sent?  A process of its own: bytes in, pickled rows out.

A file of five kilobytes may declare seventeen thousand million cells; the reader then ends its whole process for want
of memory.  So it runs apart, under limits of memory, time and cells, and never in the platform's own process.
"""

from __future__ import annotations

import io
import pickle
import resource
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from python_calamine import CalamineError, CalamineWorkbook

MEMORY_BYTES: Final = 1 << 30
MEMORY_A_BYTE: Final = 8
"""Memory allowed: so much, and so much more for every byte of the file."""
CPU_S: Final = 120
MOST_CELLS: Final = 20_000_000
CHUNK: Final = 1_000


class UnreadableError(Exception):
    """It is no workbook, or one that cannot be opened within the limits."""


def rows_of(body: bytes) -> Iterator[list[Any]]:
    """Rows from the first line on, all equally long, empty cells as ``""``."""
    command = [sys.executable, "-I", __file__]
    try:
        done = subprocess.run(command, input=body, capture_output=True, check=True, timeout=2 * CPU_S)  # noqa: S603 - our own file
    except subprocess.SubprocessError as error:
        raise UnreadableError from error
    told = io.BytesIO(done.stdout)
    while rows := pickle.load(told):  # noqa: S301 - written below, from plain cells
        yield from rows


def _send(body: bytes, out: BinaryIO) -> None:
    """Rows in chunks, an empty chunk last."""
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0)
    if sheet.total_height * sheet.total_width > MOST_CELLS:
        raise MemoryError
    rows = sheet.to_python(skip_empty_area=False)
    for at in range(0, len(rows), CHUNK):
        pickle.dump(rows[at : at + CHUNK], out)
    pickle.dump([], out)


def main() -> None:
    body = sys.stdin.buffer.read()
    most = MEMORY_BYTES + MEMORY_A_BYTE * len(body)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        _send(body, sys.stdout.buffer)
    except (CalamineError, IndexError, OSError, MemoryError, ValueError):
        sys.exit(1)


if __name__ == "__main__":
    main()
