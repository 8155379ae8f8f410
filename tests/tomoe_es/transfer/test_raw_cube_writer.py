"""Raw cubes are written whole or not at all, the same bytes for the same facts."""

from __future__ import annotations

import shutil
import subprocess
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from blake3 import blake3
from numpy.typing import NDArray

from tests.tomoe_es.transfer.an_exposure import facts
from tomoe_es.camera.focal_plane import chip_centre
from tomoe_es.transfer.fits_unit import hdu_bytes
from tomoe_es.transfer.raw_cube_writer import RawCubeWriter, write_raw_cube

OBSERVATION = "OBJECT EXP_ID FRAME_ID DET_ID PROJECT OBSERVER PIPELINE OBS-MOD"
DATA = (
    "EXPTIME TELAPSE EXPTIME1 TFRAME DATA-FPS DATA-TYP DATE-OBS TIME-OBS UTC GPS-UP GPS-DOWN TIMESYS"
    " FMTTYPE FMTVER VERSION CHECKSUM DATASUM"
)
OBSERVATORY = "RA DEC RADESYS EQUINOX FOC-VAL OBSGEO-B OBSGEO-L OBSGEO-H AZIMUTH ALTITUDE ZD DOMEPOS"
WEATHER = "TMP_TEL TMP_DOME SKYTEMP WIND_VEL WIND_DIR"
INSTRUMENT = "FILTER GAIN RNOISE FULLWELL DCURRENT"


def test_astropy_reads_the_same_frames(cube: Path, frames: NDArray[np.uint16]) -> None:
    np.testing.assert_array_equal(fits.getdata(cube), frames)


def test_the_header_has_every_keyword_of_the_format(cube: Path) -> None:
    header = fits.getheader(cube)
    wanted = " ".join([OBSERVATION, DATA, OBSERVATORY, WEATHER, INSTRUMENT]).split()
    assert [key for key in wanted if key not in header] == []
    assert header["FRAME_ID"] == "TMQ1202201040065228212"
    assert (header["FILTER"], header["FMTTYPE"], header["VERSION"]) == ("BLANK", "TOMOE-IMAGE-RAW", "0.730")
    assert header["DATE-OBS"] == "2022-01-04T00:00:00.250000"
    assert (header["EVNAM1"], header["EVPOS1"]) == ("ExposureRequested", 7)


def test_the_wcs_is_where_the_pointing_puts_the_chip_in_the_original_frame(cube: Path) -> None:
    wcs = WCS(fits.getheader(cube), naxis=2)
    found = wcs.wcs_pix2world(82 + 999.5, 36 + 563.5, 0)
    assert found == pytest.approx(chip_centre(112, 132.8, 11.8), abs=1e-6)


def test_a_dark_has_neither_position_nor_wcs(tmp_path: Path, frames: NDArray[np.uint16]) -> None:
    path = write_raw_cube(tmp_path / "dark.fits", frames, facts(data_type="DARK")).path
    assert {"RA", "DEC", "CTYPE1"}.isdisjoint(fits.getheader(path))


def test_the_same_facts_give_the_same_bytes_and_their_digest(
    tmp_path: Path, frames: NDArray[np.uint16]
) -> None:
    first = write_raw_cube(tmp_path / "a.fits", frames, facts())
    second = write_raw_cube(tmp_path / "b.fits", frames, facts())
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.blake3 == second.blake3 == blake3(first.path.read_bytes()).hexdigest()
    assert first.size_bytes == first.path.stat().st_size


def fitsverify(path: Path) -> str:
    """What fitsverify found in a file, from the number of warnings on; all it said when it failed."""
    program = shutil.which("fitsverify")
    assert program, "fitsverify is missing: install it with `apt-get install fitsverify`"
    done = subprocess.run([program, path], capture_output=True, text=True, check=False)
    return done.stdout.partition("found ")[2] if done.returncode == 0 else done.stdout


def test_fitsverify_finds_neither_errors_nor_warnings(cube: Path) -> None:
    assert fitsverify(cube).startswith("0 warning(s) and 0 error(s)")


def test_text_of_any_language_gives_a_valid_header(tmp_path: Path, frames: NDArray[np.uint16]) -> None:
    path = write_raw_cube(tmp_path / "c.fits", frames, facts(observer="木曽 O'Neil\n" + "x" * 99)).path
    assert fits.getheader(path)["OBSERVER"] == "?? O'Neil?" + "x" * 99
    assert fitsverify(path).startswith("0 warning(s) and 0 error(s)")


@pytest.mark.parametrize("text", ["x" * 68, "O'Neil " + "y" * 60, "'" * 34, "z" * 50, "x" * 67 + "&"])
def test_nothing_that_a_recipe_may_say_is_cut_or_changed(
    tmp_path: Path, frames: NDArray[np.uint16], text: str
) -> None:
    changed = facts(observer=text, project=text, object_name=text)
    path = write_raw_cube(tmp_path / "c.fits", frames, changed).path
    header = fits.getheader(path)
    assert (header["OBSERVER"], header["PROJECT"], header["OBJECT"]) == (text, text, text)
    assert b"CONTINUE" not in path.read_bytes()[:14400]
    assert fitsverify(path).startswith("0 warning(s) and 0 error(s)")


def test_a_cube_written_frame_by_frame_is_what_astropy_writes_of_all_frames(
    cube: Path, frames: NDArray[np.uint16]
) -> None:
    stored = (frames ^ np.uint16(0x8000)).view(np.int16).astype(">i2")
    hdu = fits.PrimaryHDU(stored)
    hdu.header["BSCALE"], hdu.header["BZERO"] = 1, (32768, "unsigned 16-bit integers")
    header = fits.Header.fromfile(cube)
    hdu.header.extend(header.cards[header.index("BUNIT") : header.index("CHECKSUM")], bottom=True)
    assert b"".join(hdu_bytes(hdu)) == cube.read_bytes()


def test_writing_takes_the_memory_of_a_few_frames_only(tmp_path: Path, frames: NDArray[np.uint16]) -> None:
    tracemalloc.start()
    try:
        with RawCubeWriter(tmp_path / "cube.fits", facts(nframe=12)) as writer:
            for _ in range(12):
                writer.add(frames[0])
            writer.finish()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * frames[0].nbytes


def test_the_file_has_its_name_when_it_is_whole(tmp_path: Path, frames: NDArray[np.uint16]) -> None:
    path = tmp_path / "cube.fits"
    with RawCubeWriter(path, facts()) as writer:
        for frame in frames:
            writer.add(frame)
            assert not path.exists()
        written = writer.finish()
    assert written.path == path
    assert list(tmp_path.iterdir()) == [path]


def test_a_cube_that_is_not_finished_leaves_no_file(tmp_path: Path, frames: NDArray[np.uint16]) -> None:
    with RawCubeWriter(tmp_path / "cube.fits", facts()) as writer:
        writer.add(frames[0])
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_leaves_no_file(tmp_path: Path, frames: NDArray[np.uint16]) -> None:
    (tmp_path / ".cube.fits.part").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        write_raw_cube(tmp_path / "cube.fits", frames, facts())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shape", [(1, 1200, 2160), (3, 1200, 2160), (2, 1128, 2000)])
def test_frames_that_do_not_fit_the_facts_are_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"frames were added to a cube of 2|not uint16"):
        write_raw_cube(tmp_path / "x.fits", np.zeros(shape, np.uint16), facts())
    assert list(tmp_path.iterdir()) == []


def test_frames_of_another_type_are_refused(tmp_path: Path, frames: NDArray[np.uint16]) -> None:
    with pytest.raises(ValueError, match="a frame is int16"):
        write_raw_cube(tmp_path / "x.fits", frames.view(np.int16), facts())
