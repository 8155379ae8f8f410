"""Raw cubes: whole or not at all, the same bytes for the same facts, and every damage named."""

from __future__ import annotations

import shutil
import subprocess
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from blake3 import blake3
from numpy.typing import NDArray

from tomoe_es.camera.focal_plane import chip_centre
from tomoe_es.transfer.cube_file import (
    RawCubeCorrupt,
    RawCubeWriter,
    hdu_bytes,
    open_raw_cube,
    read_raw_cube,
    write_raw_cube,
    write_whole_file,
)
from tomoe_es.transfer.exposure_facts import ExposureFacts, WeatherFacts

OBSERVATION = "OBJECT EXP_ID FRAME_ID DET_ID PROJECT OBSERVER PIPELINE OBS-MOD"
DATA = (
    "EXPTIME TELAPSE EXPTIME1 TFRAME DATA-FPS DATA-TYP DATE-OBS TIME-OBS UTC GPS-UP GPS-DOWN TIMESYS"
    " FMTTYPE FMTVER VERSION CHECKSUM DATASUM"
)
OBSERVATORY = "RA DEC RADESYS EQUINOX FOC-VAL OBSGEO-B OBSGEO-L OBSGEO-H AZIMUTH ALTITUDE ZD DOMEPOS"
WEATHER = "TMP_TEL TMP_DOME SKYTEMP WIND_VEL WIND_DIR"
INSTRUMENT = "FILTER GAIN RNOISE FULLWELL DCURRENT"


def facts(**changes: Any) -> ExposureFacts:
    known: dict[str, Any] = {
        "exposure_number": 652282,
        "det_id": 112,
        "object_name": "M67",
        "data_type": "OBJECT",
        "project": "All-sky survey",
        "observer": "Kiso",
        "recipe_id": "3f2b8c1e-0000-5000-8000-000000000000",
        "ra_deg": 132.8,
        "dec_deg": 11.8,
        "altitude_deg": 60.0,
        "azimuth_deg": 170.0,
        "dome_azimuth_deg": 171.0,
        "focus_mm": 28.13,
        "gain": "high",
        "exposure_seconds": 0.5,
        "nframe": 2,
        "start_us": 1_641_254_400_250_000,
        "sensor_temperature_k": 277.0,
        "weather": WeatherFacts(
            telescope_temperature_c=-3.0,
            dome_temperature_c=-3.5,
            sky_temperature_c=-40.0,
            wind_speed_m_s=2.0,
            wind_direction_deg=10.0,
        ),
        "pipeline": ("wcs", "stack", "neo"),
        "event_positions": {"ExposureRequested": 7, "ExposureStarted": 9},
        "code_version": "0.1.0",
    }
    return ExposureFacts(**(known | changes))


@pytest.fixture(scope="module")
def frames() -> NDArray[np.uint16]:
    frames = np.random.default_rng(1).integers(0, 65536, (2, 1200, 2160), dtype=np.uint16)
    frames[0, 0, :2] = 0, 65535
    return frames


@pytest.fixture
def cube(tmp_path: Path, frames: NDArray[np.uint16]) -> Path:
    return write_raw_cube(tmp_path / "cube.fits", frames, facts()).path


def test_frames_come_back_as_they_were_written(cube: Path, frames: NDArray[np.uint16]) -> None:
    back, _ = read_raw_cube(cube)
    np.testing.assert_array_equal(back, frames)
    np.testing.assert_array_equal(open_raw_cube(cube).frame(1), frames[1])


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


def test_a_disk_that_fails_leaves_no_half_file(tmp_path: Path) -> None:
    def fails_midway() -> Iterator[bytes]:
        yield b"first half"
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        write_whole_file(tmp_path / "x.fits", fails_midway())
    assert list(tmp_path.iterdir()) == []


def test_two_that_write_the_same_file_at_once_do_not_spoil_it(tmp_path: Path) -> None:
    path = tmp_path / "x.fits"

    def given_up_midway() -> Iterator[bytes]:
        yield b"first "
        write_whole_file(path, [b"first ", b"second"])
        yield b"late"

    with pytest.raises(FileNotFoundError):
        write_whole_file(path, given_up_midway())
    assert path.read_bytes() == b"first second"
    assert list(tmp_path.iterdir()) == [path], "what was left unfinished is gone"


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
