"""The night of the nine rules."""

from __future__ import annotations

import pytest

from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.observatory import Observatory, plan


@pytest.fixture
def night(observatory: Opener) -> Observatory:
    """In the middle of a long night that is safe, with everything that decides; open and unlocked."""
    opened = observatory(plan(start_up="17:20", calibration="17:21", observing="17:35", end="19:00"))
    opened.start_observing()
    opened.run_for(11 * 60)
    assert opened.control.weather.safe
    assert not opened.control.suspended
    return opened
