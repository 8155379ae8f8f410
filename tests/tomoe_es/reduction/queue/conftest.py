"""A queue with an engine, its calibrations done."""

from __future__ import annotations

import pytest

from tests.tomoe_es.reduction.queue.played_engine import Engine


@pytest.fixture
def engine() -> Engine:
    made = Engine()
    made.calibrate()
    made.events.clear()
    return made
