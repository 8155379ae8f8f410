"""Tracklets on the sky and in time, their report to the Minor Planet Center, their cut-outs, their events."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tomoe_es.camera.focal_plane import chip_wcs
from tomoe_es.reduction.calibrated_frames import CalibratedFrames
from tomoe_es.reduction.moving_objects.ades import ades_report
from tomoe_es.reduction.moving_objects.collection import cutouts, tracklet_table
from tomoe_es.reduction.moving_objects.moving_light import Light
from tomoe_es.reduction.moving_objects.track import Track
from tomoe_es.reduction.moving_objects.tracklet import Timing, Tracklet, tracklet_id, tracklet_of

FRAME_ID = "TMQ1202605280000000301"
TIMING = Timing(start_us=1_780_000_000_000_000, frame_seconds=0.5, exposure_seconds=0.5)
LIGHT = Light(2000.0, 80.0)
WCS = chip_wcs(101, 30.8, -3.9)
FRAMES = np.arange(18.0)


def track(x0: float, y0: float, vx: float, vy: float) -> Track:
    x, y = x0 + vx * FRAMES, y0 + vy * FRAMES
    return Track("frames", FRAMES, x, y, x0, y0, vx, vy, 0.3, 8.0, 40.0)


def tracklet(number: int = 0, vx: float = 4.0, vy: float = 0.0) -> Tracklet:
    return tracklet_of(track(600.0, 500.0, vx, vy), LIGHT, number, FRAME_ID, TIMING, WCS, 25.0, 0.03)


def test_the_time_of_a_sighting_is_that_of_its_row() -> None:
    first, _, last = tracklet(vx=0.0, vy=10.0).sightings
    # Means of frames 0 to 5 and 12 to 17; the imaging area starts at row 36, a row takes 0.41475 ms.
    assert first.time_us == TIMING.start_us + round((2.5 * 0.5 + 0.25 + (36 + 525) * 0.41475e-3) * 1e6)
    assert last.time_us - first.time_us == pytest.approx((12 * 0.5 + 120 * 0.41475e-3) * 1e6, abs=1)


def test_rate_and_direction_are_those_on_the_sky() -> None:
    west, north = tracklet(vx=4.0), tracklet(vx=0.0, vy=4.0)
    assert west.rate_arcsec_per_second == pytest.approx(4 * 1.189 / 0.5, rel=1e-3)
    assert west.position_angle_deg == pytest.approx(270, abs=1)
    assert north.position_angle_deg is not None
    assert min(north.position_angle_deg, 360 - north.position_angle_deg) < 1
    # The shutter rolls northwards with the object: it has more time for its way.
    assert north.rate_arcsec_per_second == pytest.approx(4 * 1.189 / (0.5 + 4 * 0.41475e-3), rel=1e-3)


def test_what_goes_east_as_fast_as_the_sky_turns_is_a_satellite() -> None:
    geostationary = -15.04 * 0.5 / 1.189
    assert tracklet(vx=geostationary).kind == "satellite"
    assert tracklet(vx=-geostationary).kind == "object"
    assert tracklet(vx=0.5 * geostationary).kind == "object"
    assert tracklet(vx=25.0).kind == "satellite"


def test_an_unsolved_field_leaves_the_sky_unsaid() -> None:
    unsolved = tracklet_of(track(600.0, 500.0, 4.0, 0.0), LIGHT, 0, FRAME_ID, TIMING, None, 25.0, None)
    assert unsolved.rate_arcsec_per_second is None
    assert {sighting.ra_deg for sighting in unsolved.sightings} == {None}
    assert ades_report([unsolved], "T. Morokuma", 0.1, 0.5) == ades_report([], "T. Morokuma", 0.1, 0.5)


def test_tracklet_ids_are_eight_characters_and_differ() -> None:
    frames = ["TMQ1202605280000000301", "TMQ1202605280000000302", "TMQ4202605289999999921"]
    ids = {tracklet_id(frame_id, number) for frame_id in frames for number in range(100)}
    assert len(ids) == 300
    assert {len(each) for each in ids} == {8}
    assert all(each.isascii() and each.isalnum() for each in ids)


@pytest.mark.parametrize("observer", ["T. Morokuma", "Kiso", "", "Ryou Ohsawa", "木曽"])
def test_the_minor_planet_centers_validator_accepts_the_report(observer: str, tmp_path: Path) -> None:
    report = ades_report([tracklet(0), tracklet(1, vy=0.2)], observer, 0.1, 0.5)
    psv, xml = tmp_path / "report.psv", tmp_path / "report.xml"
    psv.write_text(report, encoding="ascii")
    converted = _run("psvtoxml", tmp_path, psv, xml)
    assert (converted.returncode, converted.stdout + converted.stderr) == (0, "")
    assert _run("valsubmit", tmp_path, xml).stdout == "submit is OK\n"
    assert len(report.splitlines()) == 16 + 1 + 2 * 3
    broken = tmp_path / "broken.xml"
    broken.write_text(xml.read_text().replace("Z</obsTime>", "</obsTime>"))
    assert "is OK" not in _run("valsubmit", tmp_path, broken).stdout


def test_a_report_rounds_times_and_never_says_360_degrees() -> None:
    plain = tracklet()
    before_zero = msgspec.structs.replace(
        plain.sightings[0], time_us=1_780_000_000_999_600, ra_deg=359.9999999, dec_deg=-0.5
    )
    report = ades_report([msgspec.structs.replace(plain, sightings=(before_zero,))], "Kiso", 0.1, 0.5)
    row = dict(zip(*(line.split("|") for line in report.splitlines()[-2:]), strict=True))
    assert row["obsTime"] == "2026-05-28T20:26:41.000Z"
    assert (row["ra"], row["dec"]) == ("0.000000", "-0.500000")


@pytest.mark.parametrize(
    ("vx", "vy", "east", "north", "correlation"),
    [
        (8.0, 0.0, 0.590, 0.236, 0.0),
        (0.0, 8.0, 0.236, 0.590, 0.0),
        (6.0, 6.0, 0.449, 0.449, -0.72),
    ],
)
def test_a_report_says_that_a_streak_is_known_worse_along_its_way(
    vx: float, vy: float, east: float, north: float, correlation: float
) -> None:
    """North is up and east to the left: what goes up to the right goes north and west."""
    plain = tracklet(vx=vx, vy=vy)
    errors = [
        msgspec.structs.replace(each, error_along_pixels=0.489, error_across_pixels=0.18)
        for each in plain.sightings
    ]
    report = ades_report([msgspec.structs.replace(plain, sightings=tuple(errors))], "Kiso", 0.1, 0.5)
    row = dict(
        zip(*(line.split("|") for line in (report.splitlines()[-4], report.splitlines()[-1])), strict=True)
    )
    assert (float(row["rmsRA"]), float(row["rmsDec"])) == pytest.approx((east, north), abs=0.002)
    assert float(row["rmsCorr"]) == pytest.approx(correlation, abs=0.02)


def test_a_report_says_the_error_of_a_magnitude_where_it_is_known() -> None:
    known = tracklet()
    assert known.magnitude_error == pytest.approx(np.hypot(1.0857 * 80 / 2000, 0.03), rel=1e-3)
    unknown = tracklet_of(track(600.0, 500.0, 4.0, 0.0), LIGHT, 0, FRAME_ID, TIMING, WCS, 25.0, None)
    certain = msgspec.structs.replace(known, magnitude_error=0.001)
    report = ades_report([known, unknown, certain], "Kiso", 0.1, 0.5).splitlines()
    columns = report[-10].split("|")
    rows = [dict(zip(columns, line.split("|"), strict=True)) for line in (report[-9], report[-6], report[-3])]
    told = [(row["mag"], row["rmsMag"], row["band"]) for row in rows]
    assert told == [("16.75", "0.05", "C"), ("16.7", "", "C"), ("16.75", "0.01", "C")]


def _run(module: str, folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"ades.{module}", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def test_cutouts_follow_the_object_and_end_at_the_edge_of_the_chip() -> None:
    reference = np.full((1128, 2000), 100, np.float32)
    frames = np.repeat(reference[None], 3, axis=0)
    for number in range(3):
        frames[number, 500, 1990 + 4 * number] += 50
    stamps = cutouts(CalibratedFrames.of_light(frames), reference, [track(1990.0, 500.0, 4.0, 0.0)])
    assert stamps.shape == (1, 3, 31, 31)
    assert [float(stamp[15, 15]) for stamp in stamps[0]] == [50.0, 50.0, 50.0]
    assert np.nansum(stamps) == 150
    assert np.isnan(stamps[0, 2, 15, 17:]).all()
    assert not np.isnan(stamps[0, 2, :, :17]).any()


def test_the_table_has_a_row_a_sighting() -> None:
    table = tracklet_table([tracklet(0), tracklet(1)]).data
    assert len(table) == 6
    assert list(table["TRACKLET"][::3]) == [tracklet(0).tracklet_id, tracklet(1).tracklet_id]
    assert table["X"][0] == pytest.approx(tracklet(0).sightings[0].x + 1)
