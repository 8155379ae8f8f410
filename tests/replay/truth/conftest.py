"""A small night with truth files, to be spoilt."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.replay.truth.right_night import Told, right_night


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """A night that agrees with its truth."""
    return right_night(tmp_path)
