"""A chip whose pixels are full, or whose lines are lost, shows no sky: that is said instead of clouds."""

from __future__ import annotations

import pytest

from tomoe_es.reduction.unseen_sky import MOST_LOST, MOST_SATURATED, no_sky_is_seen


@pytest.mark.parametrize(
    ("lost_fraction", "saturated_fraction", "said"),
    [
        (0.0, 0.9, "90% of the pixels are full: too much light or a dead readout, no clouds"),
        (0.75, 0.0, "75% of the lines are empty or repeat: a fault of the readout, no clouds"),
        (0.75, 0.9, "90% of the pixels are full: too much light or a dead readout, no clouds"),
        (MOST_LOST, MOST_SATURATED, ""),
        (0.0, 0.0, ""),
    ],
)
def test_why_no_sky_is_seen(lost_fraction: float, saturated_fraction: float, said: str) -> None:
    assert no_sky_is_seen(lost_fraction, saturated_fraction) == said
