"""Rules over live minutes and against peers: what judging costs, and what other frameworks take for the same answer."""

from __future__ import annotations

import importlib
import importlib.util

from bench import rules_peers
from bench.harness import Figure


def run(long: bool) -> list[Figure]:
    """The comparison with peers, then judging of the city's minute."""
    figures = rules_peers.figures()
    if importlib.util.find_spec("bench.rules_minute"):
        minute = importlib.import_module("bench.rules_minute")
        figures += minute.figures(long)
    return figures
