"""Two frames of chance, and a raw cube of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.tomoe_es.transfer.an_exposure import facts
from tomoe_es.transfer.raw_cube_writer import write_raw_cube


@pytest.fixture(scope="module")
def frames() -> NDArray[np.uint16]:
    frames = np.random.default_rng(1).integers(0, 65536, (2, 1200, 2160), dtype=np.uint16)
    frames[0, 0, :2] = 0, 65535
    return frames


@pytest.fixture
def cube(tmp_path: Path, frames: NDArray[np.uint16]) -> Path:
    return write_raw_cube(tmp_path / "cube.fits", frames, facts()).path
