"""A chip from its raw cube to the archive: real stars in, trusted products out."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import msgspec
import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from numpy.typing import NDArray

from adapters.simulator.sky.moving_objects import MovingObject, position_at
from adapters.simulator.sky.render import true_wcs
from tests.tomoe_es.reduction.pipeline.bench import (
    CHECKPOINT,
    CHIP,
    START_US,
    TRUE_DEC_DEG,
    TRUE_RA_DEG,
    Bench,
    render,
    render_request,
    stack_path,
)
from tomoe_es.camera.focal_plane import chip_centre
from tomoe_es.events.reduction import MovingObjectDetected, MovingObjectsSearched
from tomoe_es.reduction.checks import all_checks
from tomoe_es.reduction.job import ReductionJob, ReductionResult, Step
from tomoe_es.reduction.mask import CLIPPED
from tomoe_es.reduction.needs import Needs
from tomoe_es.reduction.outcome import outcome
from tomoe_es.reduction.product import product_header
from tomoe_es.reduction.queue_state import Job
from tomoe_es.scheduling.sky import separation_arcsec


def test_a_stack_is_archived_under_its_name_with_the_way_back_in_its_header(
    bench: Bench, good: tuple[ReductionJob, ReductionResult]
) -> None:
    job, result = good
    assert bench.dark is not None
    header = fits.getheader(stack_path(bench, result))
    assert result.products[0].path == f"20260528/00000003/s{job.frame_id}.fits"
    assert (header["FMTTYPE"], header["NSTACK"]) == ("TOMOE-IMAGE-STACK", 5)
    image = fits.getheader(stack_path(bench, result), "STACK")
    assert (image["BITPIX"], image["NAXIS1"], image["NAXIS2"]) == (-32, 2000, 1128)
    assert header["PRODID"] == result.products[0].product_id
    assert (header["B3_RAW"], header["SHA_DARK"]) == (job.cube_blake3, bench.dark.sha256)
    assert {header["EVNAM1"]: header["EVPOS1"], header["EVNAM2"]: header["EVPOS2"]} == job.event_positions
    assert header["CODEVER"] == "0.1.0"


def test_each_product_carries_the_logs_checkpoint_when_there_was_one(
    bench: Bench, good: tuple[ReductionJob, ReductionResult]
) -> None:
    job, result = good
    assert bench.dark is not None
    assert bench.flat is not None
    for product in (bench.dark, bench.flat, *result.products):
        header = fits.getheader(bench.folder / "archive" / product.path)
        assert (header["LOGSIZE"], header["LOGROOT"]) == (CHECKPOINT.size, CHECKPOINT.root)
        assert header.comments["LOGSIZE"]
        assert header.comments["LOGROOT"]
    without = msgspec.structs.replace(job, checkpoint=None)
    header = product_header(without, "STACK", fits.getheader(job.cube_path), [], ())
    assert "LOGSIZE" not in header
    assert "LOGROOT" not in header


def test_a_stacks_header_describes_the_frames_used_and_a_cubes_all(
    bench: Bench, frames: NDArray[np.uint16]
) -> None:
    job = bench.job("OBJECT", 22, frames)
    job = msgspec.structs.replace(job, steps=("wcs", "stack", "cube"), code_version="0.2.0")
    paths = [bench.folder / "archive" / product.path for product in bench.run(job).products]
    stack, cube = (fits.getheader(path) for path in paths)
    raw = fits.getheader(job.cube_path)
    for unchanged in ("DATE-END", "MJD-END", "GPS-DOWN", "EXPTIME1", "TFRAME", "DCURRENT", "EXP_ID"):
        assert stack[unchanged] == raw[unchanged]
    start = np.datetime64(stack["DATE-OBS"])
    assert start - np.datetime64(raw["DATE-OBS"]) == np.timedelta64(500_000, "us")
    assert np.datetime64(stack["DATE-END"]) - start == np.timedelta64(2_500_000, "us")
    assert stack["DATE-OBS"] == stack["GPS-UP"]
    assert stack["DATE-OBS"].partition("T")[2] == stack["TIME-OBS"] == stack["UTC"]
    assert stack["MJD-OBS"] == pytest.approx(raw["MJD-OBS"] + 0.5 / 86400, abs=1e-10)
    assert (stack["NFRAME"], stack["EXPTIME"], stack["TELAPSE"]) == (5, 2.5, 2.5)
    assert stack["GAIN"] == pytest.approx(5 * 0.23)
    assert stack["RNOISE"] == pytest.approx(1.9 * 5**0.5)
    assert stack["FULLWELL"] == 5 * 6400
    for header in (stack, cube):
        assert (header["CODEACQ"], header["CODEVER"]) == ("0.1.0", "0.2.0")
    for keyword in ("NFRAME", "EXPTIME", "TELAPSE", "DATE-OBS", "GPS-UP", "GAIN", "RNOISE", "FULLWELL"):
        assert (cube[keyword], cube.comments[keyword]) == (raw[keyword], raw.comments[keyword])


def test_the_wcs_in_the_file_is_within_an_arcsec_of_the_truth(
    bench: Bench, good: tuple[ReductionJob, ReductionResult]
) -> None:
    wcs = WCS(fits.getheader(stack_path(bench, good[1]), "STACK"))
    true = true_wcs(render_request("OBJECT", 3, 6))
    for corner in ((0, 0), (1999, 0), (0, 1127), (1999, 1127)):
        offset = separation_arcsec(*wcs.all_pix2world(*corner, 0), *true.all_pix2world(*corner, 0))
        assert offset < 0.3


def test_fitsverify_finds_neither_errors_nor_warnings_in_any_product(
    bench: Bench, good: tuple[ReductionJob, ReductionResult], frames: NDArray[np.uint16]
) -> None:
    program = shutil.which("fitsverify")
    assert program, "fitsverify is missing: install it with `apt-get install fitsverify`"
    assert bench.dark
    assert bench.flat
    job = msgspec.structs.replace(bench.job("OBJECT", 41, frames), steps=("wcs", "stack", "cube"))
    cube = bench.run(job).products[1]
    for product in (bench.dark, bench.flat, good[1].products[0], cube):
        path = bench.folder / "archive" / product.path
        done = subprocess.run([program, path], capture_output=True, text=True, check=False)
        assert done.returncode == 0
        assert "found 0 warning(s) and 0 error(s)" in done.stdout


def test_the_same_job_gives_the_same_product_bit_for_bit(
    bench: Bench, good: tuple[ReductionJob, ReductionResult], tmp_path: Path
) -> None:
    job, _ = good
    job = msgspec.structs.replace(job, steps=("wcs", "stack", "cube"))
    archives = [tmp_path / name for name in ("one", "other")]
    results = [bench.run(msgspec.structs.replace(job, archive=archive)) for archive in archives]
    assert results[0].products == results[1].products
    for product in results[0].products:
        contents = {(archive / product.path).read_bytes() for archive in archives}
        assert len(contents) == 1


def test_the_result_says_what_was_measured_and_how_long_it_took(
    good: tuple[ReductionJob, ReductionResult],
) -> None:
    result = good[1]
    assert result.passed
    assert result.photometry is not None
    assert result.photometry.sources > 100
    assert result.photometry.fwhm_arcsec == pytest.approx(3.5, abs=0.2)
    assert result.photometry.temporal_noise_counts == pytest.approx(28, abs=4)
    assert {verdict.check for verdict in result.verdicts} == {
        check.name for check in all_checks() if "OBJECT" in check.data_types
    }
    assert list(result.stage_seconds) == [
        "read",
        "stack",
        "photometry",
        "astrometry",
        "write STACK",
    ]


def test_a_cube_product_holds_the_calibrated_video(bench: Bench, frames: NDArray[np.uint16]) -> None:
    steps: tuple[Step, ...] = ("wcs", "stack", "neo", "cube")
    result = bench.run(msgspec.structs.replace(bench.job("OBJECT", 4, frames), steps=steps))
    assert [product.kind for product in result.products] == ["STACK", "CUBE"]
    with fits.open(bench.folder / "archive" / result.products[1].path) as hdus:
        assert hdus[0].header["FMTTYPE"] == "TOMOE-IMAGE-CUBE"
        assert hdus["CUBE"].data.shape == (6, 1128, 2000)
        assert hdus["CUBE"].data.dtype == np.float32
        assert hdus["MASK"].data.shape == (1128, 2000)
    assert result.steps_not_done == ("neo: 6 frames, a search needs 8",)


def test_a_moving_object_is_reported_archived_and_told(bench: Bench, tmp_path: Path) -> None:
    ra, dec = chip_centre(CHIP, TRUE_RA_DEG, TRUE_DEC_DEG)
    mover = MovingObject(
        name="mover",
        ra_deg=ra,
        dec_deg=dec,
        epoch_us=START_US + 2_500_000,
        rate_east_arcsec_per_second=5.0,
        rate_north_arcsec_per_second=-4.0,
        magnitude=16.5,
    )
    job = bench.job("OBJECT", 40, render("OBJECT", 40, 10, movers=(mover,)))
    job = msgspec.structs.replace(job, steps=("wcs", "stack", "neo"))

    result = bench.run(job)
    assert [product.kind for product in result.products] == ["STACK", "NEO", "ADES"]
    collection, report = (bench.folder / "archive" / product.path for product in result.products[1:])
    assert (collection.name, report.name) == (f"n{job.frame_id}.fits", f"n{job.frame_id}.psv")
    with fits.open(collection) as hdus:
        assert hdus[0].header["FMTTYPE"] == "TOMOE-COLLECTION-NEO"
        assert hdus[0].data.shape == (1, 10, 31, 31)
        assert len(hdus["TRACKLETS"].data) == 3
    verified = subprocess.run(["fitsverify", collection], capture_output=True, text=True, check=False)
    assert "found 0 warning(s) and 0 error(s)" in verified.stdout

    told = outcome(Job(40, job.frame_id, CHIP, "OBJECT", "default", 1, 2, "job", 5, 6, Needs(), 1), result)
    [detected] = [event for event in told if isinstance(event, MovingObjectDetected)]
    [searched] = [event for event in told if isinstance(event, MovingObjectsSearched)]
    assert (searched.tracklets, detected.kind) == (1, "object")
    assert detected.tracklet_id in report.read_text()
    assert detected.rate_arcsec_per_second == pytest.approx(np.hypot(5, 4), rel=0.02)
    assert detected.position_angle_deg == pytest.approx(128.66, abs=1)
    for sighting in detected.sightings:
        assert sighting.ra_deg is not None
        assert sighting.dec_deg is not None
        true = position_at(mover, sighting.time_us)
        assert separation_arcsec(sighting.ra_deg, sighting.dec_deg, *true) < 0.7

    again = bench.run(msgspec.structs.replace(job, archive=tmp_path))
    assert again.products == result.products


def test_a_clipped_stack_says_how_many_frames_each_pixel_has(
    bench: Bench, frames: NDArray[np.uint16]
) -> None:
    struck = frames.copy()
    struck[3, 536, 882:886] += 4000
    job = msgspec.structs.replace(bench.job("OBJECT", 26, struck), steps=("wcs", "stack", "clip"))
    with fits.open(stack_path(bench, bench.run(job))) as hdus:
        header, image = hdus[0].header, hdus["STACK"].data
        used, mask = hdus["NUSED"].data, hdus["MASK"].data
        assert hdus["MASK"].header["MASKBIT5"] == CLIPPED
    assert (used[500, 800:804] == 4).all()
    assert (mask[500, 800:804] & CLIPPED).all()
    assert image[500, 800:804].max() < 400
    assert header["USEDMEAN"] == pytest.approx(used.mean())


def test_the_source_table_has_units_ucds_and_magnitudes(
    bench: Bench, good: tuple[ReductionJob, ReductionResult]
) -> None:
    path, measured = stack_path(bench, good[1]), good[1].photometry
    header, table = fits.getheader(path, "SOURCES"), fits.getdata(path, "SOURCES")
    names = [header[f"TTYPE{number}"] for number in range(1, header["TFIELDS"] + 1)]
    assert all(f"TUCD{number}" in header for number in range(1, len(names) + 1))
    assert header[f"TUNIT{names.index('MAG') + 1}"] == "mag"
    assert measured is not None
    assert measured.zero_point_mag is not None
    assert fits.getheader(path)["MAGZERR"] == pytest.approx(measured.zero_point_error_mag)
    assert measured.limiting_mag is not None
    bright = ~table["SATURAT"]
    expected = measured.zero_point_mag - 2.5 * np.log10(table["FLUXOPT"][bright])
    np.testing.assert_allclose(table["MAG"][bright], expected, atol=1e-4)
    five_sigma = measured.zero_point_mag - 2.5 * np.log10(5 * np.median(table["FLUXOERR"][-20:]))
    assert five_sigma < measured.limiting_mag < five_sigma + 0.4, "brighter stars have photons of their own"


def test_verdicts_stand_in_the_header_with_value_and_limit(
    bench: Bench, good: tuple[ReductionJob, ReductionResult]
) -> None:
    header = fits.getheader(stack_path(bench, good[1]))
    for verdict in good[1].verdicts:
        name = verdict.check.upper()[:6]
        assert header[f"QV{name}"] == pytest.approx(verdict.value)
        assert header[f"QL{name}"] == pytest.approx(verdict.limit)
        assert header[f"QP{name}"] is True


def test_the_effective_mid_time_is_that_of_the_middle_row(
    bench: Bench, good: tuple[ReductionJob, ReductionResult]
) -> None:
    header = fits.getheader(stack_path(bench, good[1]))
    of_first_line = START_US + 1_500_000 + 250_000  # frames 1 to 5 of 0.5 s
    delay_us = (36 + 563.5) * 414.75
    expected = np.datetime64(of_first_line + round(delay_us), "us")
    assert abs(np.datetime64(header["DATE-AVG"]) - expected) <= np.timedelta64(1, "us")
    assert header["TLINE"] == pytest.approx(0.41475e-3)
