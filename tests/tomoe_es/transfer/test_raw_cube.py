"""Raw cubes are read as they were written, and every damage is named."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from blake3 import blake3
from numpy.typing import NDArray

from tests.tomoe_es.transfer.an_exposure import facts
from tomoe_es.transfer.raw_cube import RawCube, RawCubeCorrupt, open_raw_cube, read_raw_cube
from tomoe_es.transfer.raw_cube_writer import write_raw_cube
from tomoe_es.transfer.stored_counts import as_stored


def test_frames_come_back_as_they_were_written(cube: Path, frames: NDArray[np.uint16]) -> None:
    back, _ = read_raw_cube(cube)
    np.testing.assert_array_equal(back, frames)
    with open_raw_cube(cube) as opened:
        np.testing.assert_array_equal(opened.frame(1), frames[1])
        for stored, frame in zip(opened.stored_frames(), frames, strict=True):
            np.testing.assert_array_equal(stored, as_stored(frame[None]))
        rows = np.empty((2, 7, 2160), np.uint16)
        opened.read_rows(100, rows)
        np.testing.assert_array_equal(rows, as_stored(frames[:, 100:107]))


def test_reading_keeps_no_more_than_a_frame_in_memory(tmp_path: Path) -> None:
    written = write_raw_cube(tmp_path / "cube.fits", np.zeros((12, 1200, 2160), np.uint16), facts(nframe=12))
    with open_raw_cube(written.path) as cube:
        tracemalloc.start()
        try:
            frames = sum(len(frame) for frame in cube.stored_frames())
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert frames == 12
    assert peak < 2 * 1200 * 2160 * 2


def test_there_is_no_frame_after_the_last(cube: Path) -> None:
    with open_raw_cube(cube) as opened, pytest.raises(IndexError, match="frame 2 of a cube of 2 frames"):
        opened.frame(2)


@pytest.mark.parametrize("length", [0, 100, 2880, 6_000_000])
def test_a_truncated_cube_is_named_corrupt(cube: Path, length: int) -> None:
    with cube.open("r+b") as file:
        file.truncate(length)
    with pytest.raises(RawCubeCorrupt, match=r"cube\.fits is corrupt"):
        open_raw_cube(cube)


@pytest.mark.parametrize(
    ("card", "damaged", "wrong"),
    [
        ("GAINNAME= 'high    '", "GAINNAMX= 'high    '", "its GAINNAME is None"),
        ("GAINNAME= 'high    '", "GAINNAME= 'hugh    '", "its GAINNAME is 'hugh'"),
        ("EXPTIME1=                  0.5", "EXPTIMEX=                  0.5", "its EXPTIME1 is None"),
        ("EXPTIME1=                  0.5", "EXPTIME1= 'half    '          ", "its EXPTIME1 is 'half'"),
        ("EXPTIME1=                  0.5", "EXPTIME1=                 -0.5", "its EXPTIME1 is -0.5"),
        ("EXPTIME1=                  0.5", "EXPTIME1=                  0,5", "EXPTIME1"),
        ("TMP_SENS=                277.0", "TMP_SENS= 'warm    '          ", "its TMP_SENS is 'warm'"),
        ("TMP_SENS=                277.0", "TMP_SENS=                     ", "its TMP_SENS is"),
        ("FMTTYPE = 'TOMOE-IMAGE-RAW'", "FMTTYPE = 'TOMOE-IMAGE-RAW ", "FMTTYPE"),
    ],
)
def test_a_header_that_no_camera_writes_is_named_corrupt(
    cube: Path, card: str, damaged: str, wrong: str
) -> None:
    with cube.open("r+b") as file:
        place = file.read(30_000).index(card.encode())
        file.seek(place)
        file.write(damaged.encode())
    with pytest.raises(RawCubeCorrupt, match=wrong):
        open_raw_cube(cube)


def test_a_cube_that_loses_its_end_while_it_is_open_has_another_digest(cube: Path) -> None:
    seen: list[int] = []
    with open_raw_cube(cube) as opened:
        expected = opened.blake3(lambda frame: seen.append(len(frame)))
        assert (expected, sum(seen)) == (blake3(cube.read_bytes()).hexdigest(), len(opened))
        os.truncate(cube, cube.stat().st_size // 2)
        assert opened.blake3() == blake3(cube.read_bytes()).hexdigest() != expected


@pytest.mark.parametrize(
    "read",
    [
        lambda cube: cube.frame(1),
        lambda cube: list(cube.stored_frames()),
        lambda cube: cube.read_rows(0, np.empty((2, 12, 2160), np.uint16)),
    ],
)
def test_what_is_read_of_a_lost_end_is_named_corrupt(cube: Path, read: Callable[[RawCube], object]) -> None:
    with open_raw_cube(cube) as opened:
        os.truncate(cube, cube.stat().st_size // 2)
        with pytest.raises(RawCubeCorrupt, match=r"corrupt \(it lost its end while it was read"):
            read(opened)


def test_a_file_of_another_kind_is_named_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "other.fits"
    fits.PrimaryHDU(np.zeros((4, 4), np.float32)).writeto(path)
    with pytest.raises(RawCubeCorrupt, match="its format is None"):
        open_raw_cube(path)


def test_text_that_is_no_fits_is_named_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "notes.fits"
    path.write_bytes(b"\xff not fits at all" * 500)
    with pytest.raises(RawCubeCorrupt):
        open_raw_cube(path)
