"""Raw cubes are read as they were written, and every damage is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from blake3 import blake3
from numpy.typing import NDArray

from tests.tomoe_es.transfer.an_exposure import facts
from tomoe_es.transfer.raw_cube import RawCubeCorrupt, open_raw_cube, read_raw_cube
from tomoe_es.transfer.raw_cube_writer import write_raw_cube


def test_frames_come_back_as_they_were_written(cube: Path, frames: NDArray[np.uint16]) -> None:
    back, _ = read_raw_cube(cube)
    np.testing.assert_array_equal(back, frames)
    np.testing.assert_array_equal(open_raw_cube(cube).frame(1), frames[1])


def mapped_bytes() -> int:
    """How much of the files that it maps is in this process's memory."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.split("RssFile:")[1].split()[0])


def test_reading_keeps_no_more_than_a_frame_in_memory(tmp_path: Path) -> None:
    write_raw_cube(tmp_path / "cube.fits", np.zeros((12, 1200, 2160), np.uint16), facts(nframe=12))
    cube = open_raw_cube(tmp_path / "cube.fits")
    before = mapped_bytes()
    for frame in cube:
        assert mapped_bytes() - before < frame.nbytes


def test_there_is_no_frame_after_the_last(cube: Path) -> None:
    with pytest.raises(IndexError, match="frame 2 of a cube of 2 frames"):
        open_raw_cube(cube).frame(2)


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


def test_a_cube_that_loses_its_end_while_it_is_open_has_another_digest_and_kills_nobody(cube: Path) -> None:
    opened, seen = open_raw_cube(cube), list[int]()
    expected = opened.blake3(lambda frame: seen.append(len(frame)))
    assert (expected, sum(seen)) == (blake3(cube.read_bytes()).hexdigest(), len(opened))

    with cube.open("r+b") as file:
        file.truncate(cube.stat().st_size // 2)
    assert opened.blake3() == blake3(cube.read_bytes()).hexdigest() != expected


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
