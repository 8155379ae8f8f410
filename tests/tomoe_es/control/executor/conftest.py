"""A night in which only the executor and what it needs decide."""

from __future__ import annotations

import pytest

from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.executor.observed import (
    ONLY,
)
from tests.tomoe_es.control.observatory import Observatory


@pytest.fixture
def night(observatory: Opener) -> Observatory:
    """In the middle of the night, ready to observe; nobody judges the weather but the test."""
    opened = observatory(only=ONLY)
    opened.start_observing()
    return opened
