"""Each line of a chip has its own time."""

from __future__ import annotations

import pytest

from tomoe_es.camera.frame_geometry import LINE_READOUT_SECONDS
from tomoe_es.camera.rolling_shutter import mid_time_us, row_delay_seconds


def test_each_row_is_exposed_a_line_later_than_the_row_before() -> None:
    assert row_delay_seconds(0) == pytest.approx(36 * LINE_READOUT_SECONDS)
    assert row_delay_seconds(1) - row_delay_seconds(0) == pytest.approx(0.41475e-3)
    start = 1_780_000_000_000_000
    assert mid_time_us(start, 0, -36, 0.5) == start + 250_000
    assert mid_time_us(start, 3, -36, 0.5) == start + 1_750_000
    assert mid_time_us(start, 1, -36, 0.1) == start + 497_700 + 50_000  # the readout takes longer
