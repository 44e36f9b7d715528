"""A line that has run one minute, installed as the process's own."""

import pytest

from cleanheat.infra import clock
from cleanheat.pipeline.minute import MinutePipeline
from cleanheat.pipeline.public import Line, Status, install_line
from cleanheat.pipeline.runner import Runner, Upkeep
from cleanheat.telemetry.public import Latest
from tests.pipeline.memory_store import MemoryStore
from tests.pipeline.test_minute import Shown
from tests.pipeline.test_runner import Spool
from tests.quality.specs import Fixed


@pytest.fixture
def line(city, manual_clock, tmp_path):
    store, status = MemoryStore(), Status()
    pipeline = MinutePipeline(city, store, Latest(city), clock.now(), Shown(), Fixed())
    runner = Runner(Spool(), pipeline, Upkeep(store, tmp_path / "upkeep.json", 400), status)
    manual_clock.advance(68)
    runner.step()
    install_line(Line(pipeline, runner, status))
    yield
    install_line(None)
