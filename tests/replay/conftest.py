"""A small night with rain, clouds and a fault, recorded once for all tests of replay."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from replay.folds import read_model_folds, state_folds
from replay.ladder import Ladder
from replay.night import ReplayedNight
from tests.projections.memory_log import MemoryLog
from tests.tomoe_es.control.observatory import Observatory, plan, survey
from tomoe_es.events.envelope import Recorded

SCRIPT = """
weather:
  - { kind: rain, from: '16:54', to: '16:57' }
faults:
  - { device: focus, kind: slow, from: '16:50', to: '17:00', factor: 3 }
"""


@pytest.fixture(scope="session")
def observatory_of_the_night() -> Iterator[Observatory]:
    night = Observatory(None, plan(end="17:40", script=SCRIPT))
    night.start(survey(2), survey(3, at="17:12", comment="later"))
    night.run_to_end()
    yield night
    night.close()


@pytest.fixture(scope="session")
def events(observatory_of_the_night: Observatory) -> list[Recorded]:
    return observatory_of_the_night.all()


@pytest.fixture(scope="session")
def night(events: list[Recorded]) -> ReplayedNight:
    """Read only: no test changes it. It keeps many copies, since tests ask for the states at every event."""
    opened = ReplayedNight(log_of(events))
    opened.use_ladders(
        Ladder(opened.log, state_folds, every=32),
        Ladder(opened.log, read_model_folds, every=32, layered=False),
    )
    return opened


def log_of(events: list[Recorded]) -> MemoryLog:
    """A log that holds these very events."""
    log = MemoryLog()
    log.events = list(events)
    return log
