"""Counts of a frame come back from what a file has."""

from __future__ import annotations

import numpy as np

from tomoe_es.transfer.stored_counts import as_counts, as_stored


def test_counts_come_back_from_what_is_stored() -> None:
    counts = np.array([0, 1, 255, 256, 32767, 32768, 65535], np.uint16)
    assert as_stored(counts).tobytes() == (counts.astype(np.int32) - 32768).astype(">i2").tobytes()
    np.testing.assert_array_equal(as_counts(as_stored(counts)), counts)
