"""A chip from its raw cube to the archive: real stars in, trusted products or named conditions out."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from numpy.typing import NDArray

from adapters.astrometry_net import AstrometryNet, installed_solver
from adapters.simulator.sky.catalogue import give_catalogue_motions
from adapters.simulator.sky.moving_objects import MovingObject, position_at
from adapters.simulator.sky.render import render_chip, true_wcs
from adapters.simulator.sky.request import RenderRequest
from adapters.star_indexes import MOTIONS, SkyIndexes, sky_cell
from tomoe_es.camera.focal_plane import chip_centre
from tomoe_es.events.reduction import MovingObjectDetected, MovingObjectsSearched
from tomoe_es.events.system import LogCheckpoint
from tomoe_es.reduction.checks import all_checks
from tomoe_es.reduction.job import ArchivedProduct, ReductionJob, ReductionResult, Step
from tomoe_es.reduction.mask import CLIPPED
from tomoe_es.reduction.needs import Needs
from tomoe_es.reduction.outcome import outcome
from tomoe_es.reduction.pipeline import run_job
from tomoe_es.reduction.product import product_header
from tomoe_es.reduction.queue_state import Job
from tomoe_es.scheduling.sky import separation_arcsec
from tomoe_es.transfer.cube_file import open_raw_cube, write_raw_cube
from tomoe_es.transfer.exposure_facts import DataType, ExposureFacts, WeatherFacts

CHIP, TRUE_RA_DEG, TRUE_DEC_DEG = 101, 30.8, -3.9
START_US = 1_780_000_000_000_000
CHECKPOINT = LogCheckpoint(1_028_713, "GSkcT7bvBnd9B/vOwjgRTgPEU5Salowo2Y8a5nsFFlo=")


@dataclass(frozen=True)
class Bench:
    """A folder with a raw cube's frames, masters and a solver, and what every job of it has in common."""

    folder: Path
    solver: AstrometryNet
    dark: ArchivedProduct | None = None
    flat: ArchivedProduct | None = None

    def job(
        self, data_type: DataType, number: int, frames: NDArray[np.uint16], **header: Any
    ) -> ReductionJob:
        """Write a raw cube, with changes to what its header says, and the job that reduces it."""
        known: dict[str, Any] = {
            "exposure_number": number,
            "det_id": CHIP,
            "object_name": "a field",
            "data_type": data_type,
            "project": "test",
            "observer": "Kiso",
            "recipe_id": "3f2b8c1e-0000-5000-8000-000000000000",
            "ra_deg": TRUE_RA_DEG + 20 / 3600,
            "dec_deg": TRUE_DEC_DEG - 20 / 3600,
            "altitude_deg": 60.0,
            "azimuth_deg": 170.0,
            "dome_azimuth_deg": 171.0,
            "focus_mm": 28.13,
            "gain": "high",
            "exposure_seconds": 0.5,
            "nframe": len(frames),
            "start_us": START_US,
            "sensor_temperature_k": 277.0,
            "weather": WeatherFacts(),
            "pipeline": ("wcs", "stack"),
            "event_positions": {"ExposureRequested": 7},
            "code_version": "0.1.0",
        }
        facts = ExposureFacts(**(known | header))
        cube = write_raw_cube(self.folder / f"{data_type}{number}.fits", frames, facts)
        return ReductionJob(
            job_id="job",
            frame_id=str(facts.frame_id),
            exposure_number=number,
            det_id=CHIP,
            data_type=data_type,
            cube_path=cube.path,
            cube_blake3=cube.blake3,
            dark_path=self.folder / "archive" / self.dark.path if self.dark else None,
            dark_sha256=self.dark.sha256 if self.dark else None,
            flat_path=self.folder / "archive" / self.flat.path if self.flat else None,
            flat_sha256=self.flat.sha256 if self.flat else None,
            steps=("wcs", "stack") if data_type == "OBJECT" else (),
            ra_deg=TRUE_RA_DEG + 20 / 3600,
            dec_deg=TRUE_DEC_DEG - 20 / 3600,
            start_us=START_US,
            code_version="0.1.0",
            event_positions={"ExposureRequested": 7, "ChipCubeBuffered": 12},
            checkpoint=CHECKPOINT,
            archive=self.folder / "archive",
        )

    def run(self, job: ReductionJob) -> ReductionResult:
        """Do a job with the real solver."""
        return run_job(job, self.solver, time.perf_counter)


def render(
    data_type: Literal["OBJECT", "DARK", "FLAT"],
    number: int,
    nframe: int,
    transparency: float = 1.0,
    movers: tuple[MovingObject, ...] = (),
) -> NDArray[np.uint16]:
    frames = np.empty((nframe, 1200, 2160), np.uint16)
    render_chip(render_request(data_type, number, nframe, transparency, movers), frames)
    return frames


def render_request(
    data_type: Literal["OBJECT", "DARK", "FLAT"],
    number: int,
    nframe: int,
    transparency: float = 1.0,
    movers: tuple[MovingObject, ...] = (),
) -> RenderRequest:
    return RenderRequest(
        seed=1,
        exposure_number=number,
        det_id=CHIP,
        data_type=data_type,
        nframe=nframe,
        exposure_seconds=0.5,
        start_time_us=START_US,
        transparency=(transparency,) * nframe,
        true_ra_deg=TRUE_RA_DEG,
        true_dec_deg=TRUE_DEC_DEG,
        movers=movers,
    )


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """With a master dark and a master flat in the archive."""
    folder = tmp_path_factory.mktemp("night")
    indexes = folder / "index"
    indexes.mkdir()
    give_catalogue_motions(indexes / MOTIONS)
    cell = sky_cell(*chip_centre(CHIP, TRUE_RA_DEG, TRUE_DEC_DEG))
    bench = Bench(folder, installed_solver(SkyIndexes.at(indexes, START_US).built(cell)))
    dark = bench.run(bench.job("DARK", 1, render("DARK", 1, 6)))
    bench = replace(bench, dark=dark.products[0])
    flat = bench.run(bench.job("FLAT", 2, render("FLAT", 2, 6)))
    return replace(bench, flat=flat.products[0])


@pytest.fixture(scope="module")
def frames() -> NDArray[np.uint16]:
    """Six frames of a clear sky."""
    return render("OBJECT", 3, 6)


@pytest.fixture(scope="module")
def good(bench: Bench, frames: NDArray[np.uint16]) -> tuple[ReductionJob, ReductionResult]:
    job = bench.job("OBJECT", 3, frames)
    return job, bench.run(job)


def stack_path(bench: Bench, result: ReductionResult) -> Path:
    assert result.rejected == ()
    return bench.folder / "archive" / result.products[0].path


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
    header = product_header(without, "STACK", open_raw_cube(job.cube_path).header, [], ())
    assert "LOGSIZE" not in header
    assert "LOGROOT" not in header


def test_a_stacks_header_describes_the_frames_used_and_a_cubes_all(
    bench: Bench, frames: NDArray[np.uint16]
) -> None:
    job = bench.job("OBJECT", 22, frames)
    job = msgspec.structs.replace(job, steps=("wcs", "stack", "cube"), code_version="0.2.0")
    paths = [bench.folder / "archive" / product.path for product in bench.run(job).products]
    stack, cube = (fits.getheader(path) for path in paths)
    raw = open_raw_cube(job.cube_path).header
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


def expect_rejected(bench: Bench, job: ReductionJob, *checks: str) -> ReductionResult:
    """The job's product isn't archived, for these checks alone."""
    result = bench.run(job)
    assert result.failure is None
    assert [verdict.check for verdict in result.verdicts if not verdict.passed] == list(checks)
    assert result.rejected[0].startswith(f"{checks[0]}: ")
    assert result.rejected_kinds == ("STACK",)
    assert list((bench.folder / "archive").rglob(f"*{job.frame_id}*")) == []
    return result


def test_thick_clouds_are_probably_cloudy(bench: Bench) -> None:
    result = expect_rejected(bench, bench.job("OBJECT", 10, render("OBJECT", 10, 4, 0.0)), "astrometry")
    assert result.astrometry_failure is not None
    assert result.astrometry_failure.condition == "AstrometryFailed"
    assert "probably cloudy" in result.astrometry_failure.message


def test_a_lost_frame_is_noise(bench: Bench, frames: NDArray[np.uint16]) -> None:
    broken = frames.copy()
    broken[3, 400:] = 0
    expect_rejected(bench, bench.job("OBJECT", 11, broken), "frames", "noise")


def test_lines_left_over_from_another_frame_are_lost_frames(bench: Bench, frames: NDArray[np.uint16]) -> None:
    stale = frames.copy()
    stale[4, 800:1100] = stale[2, 800:1100]
    result = expect_rejected(bench, bench.job("OBJECT", 23, stale), "frames")
    assert "frames were lost on the way" in result.rejected[0]


def test_a_dark_of_another_temperature_is_no_dark(bench: Bench, frames: NDArray[np.uint16]) -> None:
    job = bench.job("OBJECT", 24, frames, sensor_temperature_k=281.0)
    expect_rejected(bench, job, "temperature")


def test_a_start_that_the_log_does_not_know_is_inconsistent(bench: Bench, frames: NDArray[np.uint16]) -> None:
    expect_rejected(bench, bench.job("OBJECT", 12, frames, start_us=START_US + 1000), "time")


def test_a_pointing_that_the_sky_contradicts_is_inconsistent(
    bench: Bench, frames: NDArray[np.uint16]
) -> None:
    elsewhere = {"ra_deg": TRUE_RA_DEG, "dec_deg": TRUE_DEC_DEG + 0.1}
    job = bench.job("OBJECT", 13, frames, **elsewhere)
    expect_rejected(bench, msgspec.structs.replace(job, **elsewhere), "pointing")


def test_a_header_that_names_another_pointing_than_the_log_is_inconsistent(
    bench: Bench, frames: NDArray[np.uint16]
) -> None:
    expect_rejected(bench, bench.job("OBJECT", 14, frames, dec_deg=TRUE_DEC_DEG + 0.1), "coordinates")


def test_a_saturated_field_is_rejected(bench: Bench, frames: NDArray[np.uint16]) -> None:
    full = frames.copy()
    full[:, :, 82:2082] = 28826
    job = msgspec.structs.replace(bench.job("OBJECT", 15, full), steps=("stack",))
    expect_rejected(bench, job, "counts", "frames", "saturation")


def test_a_flat_taken_in_the_dark_is_rejected(bench: Bench) -> None:
    result = bench.run(bench.job("FLAT", 16, render("DARK", 16, 6)))
    assert "too dark for a flat" in " ".join(result.rejected)
    assert result.products == ()


def test_a_dark_taken_in_the_light_is_rejected(bench: Bench) -> None:
    result = bench.run(bench.job("DARK", 17, render("FLAT", 17, 6)))
    assert "light came in" in " ".join(result.rejected)
    assert result.products == ()


def condition(result: ReductionResult) -> str | None:
    assert result.products == ()
    return result.failure.condition if result.failure else None


def test_troubles_with_the_inputs_are_named(bench: Bench, frames: NDArray[np.uint16], tmp_path: Path) -> None:
    job = bench.job("OBJECT", 18, frames)

    def after(**changes: Any) -> str | None:
        return condition(bench.run(msgspec.structs.replace(job, **changes)))

    short = tmp_path / "short.fits"
    short.write_bytes(job.cube_path.read_bytes()[:1_000_000])
    assert after(cube_path=tmp_path / "gone.fits") == "CubeMissing"
    assert after(cube_path=short) == "RawCubeCorrupt"
    assert after(cube_blake3="0" * 64) == "DigestMismatch"
    assert after(dark_path=None) == "CalibrationMissing"
    assert after(flat_path=tmp_path / "gone.fits") == "CalibrationMissing"
    assert after(flat_path=job.dark_path, flat_sha256=job.dark_sha256) == "CalibrationCorrupt"
    assert after(dark_sha256="0" * 64) == "DigestMismatch"


def test_a_folder_that_cannot_be_written_to_is_named(bench: Bench, frames: NDArray[np.uint16]) -> None:
    job = bench.job("OBJECT", 19, frames)
    assert condition(bench.run(msgspec.structs.replace(job, archive=job.cube_path))) == "StorageFailed"


def test_a_solver_that_is_not_installed_is_named(
    bench: Bench, frames: NDArray[np.uint16], tmp_path: Path
) -> None:
    missing = replace(bench.solver, engine=tmp_path / "astrometry-engine")
    result = run_job(bench.job("OBJECT", 20, frames), missing, time.perf_counter)
    assert condition(result) == "SolverUnavailable"
    assert result.failure is not None
    assert "apt-get install" in result.failure.message


def test_nothing_is_left_to_compile_for_a_worker_after_the_warm_up(bench: Bench, tmp_path: Path) -> None:
    cache = tmp_path / "kernels"
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache)}
    job = bench.job("OBJECT", 25, render("OBJECT", 25, 8))
    job = msgspec.structs.replace(job, steps=("wcs", "stack", "clip", "neo", "cube"))
    (tmp_path / "job").write_bytes(pickle.dumps((job, bench.solver)))
    warm_up = "from tomoe_es.reduction.warm_up import warm_up; warm_up()"
    subprocess.run([sys.executable, "-c", warm_up], env=environment, check=True)
    compiled = sorted(cache.rglob("*.nbc"))
    reduce_it = (
        "import pickle, pathlib, sys; from tomoe_es.reduction.pipeline import run_job;"
        "job, solver = pickle.loads(pathlib.Path(sys.argv[1]).read_bytes());"
        "sys.exit(0 if run_job(job, solver, lambda: 0.0).passed else 1)"
    )
    subprocess.run([sys.executable, "-c", reduce_it, tmp_path / "job"], env=environment, check=True)
    assert len(compiled) >= 8
    assert sorted(cache.rglob("*.nbc")) == compiled


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
