"""What is doubtful is not archived, and says by which check."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from blake3 import blake3
from numpy.typing import NDArray

from tests.tomoe_es.reduction.pipeline.bench import START_US, TRUE_DEC_DEG, TRUE_RA_DEG, Bench, render
from tomoe_es.reduction.job import ReductionJob, ReductionResult


@pytest.fixture(scope="module")
def dark_frames() -> NDArray[np.uint16]:
    return render("DARK", 30, 12)


def expect_rejected(bench: Bench, job: ReductionJob, *checks: str) -> ReductionResult:
    """The job's product isn't archived, for these checks alone."""
    result = bench.run(job)
    assert result.failure is None
    assert [verdict.check for verdict in result.verdicts if not verdict.passed] == list(checks)
    assert result.rejected[0].startswith(f"{checks[0]}: ")
    assert result.rejected_kinds == ("STACK" if job.data_type == "OBJECT" else job.data_type,)
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


@pytest.mark.parametrize("counts", [0, 1000, 65535])
def test_a_chip_without_data_is_a_fault_of_its_readout(
    bench: Bench, frames: NDArray[np.uint16], counts: int
) -> None:
    result = bench.run(bench.job("OBJECT", 40, np.full_like(frames, counts)))
    assert {"astrometry", "frames"} <= {verdict.check for verdict in result.verdicts if not verdict.passed}
    assert "readout, no clouds" in result.rejected[0]
    assert "cloudy" not in " ".join(result.rejected)
    assert result.products == ()


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


def test_a_chip_partly_lit_by_a_lamp_is_rejected(bench: Bench, frames: NDArray[np.uint16]) -> None:
    lit = frames.copy()
    lit[:, :, 500:700] += 28_000
    result = bench.run(bench.job("OBJECT", 26, lit))
    assert result.failure is None
    assert "saturation" in [verdict.check for verdict in result.verdicts if not verdict.passed]
    assert result.products == ()


def test_a_flat_taken_in_the_dark_is_rejected(bench: Bench) -> None:
    result = bench.run(bench.job("FLAT", 16, render("DARK", 16, 6)))
    assert "too dark for a flat" in " ".join(result.rejected)
    assert result.products == ()


def test_a_dark_taken_in_the_light_is_rejected(bench: Bench) -> None:
    result = bench.run(bench.job("DARK", 17, render("FLAT", 17, 6)))
    assert "light came in" in " ".join(result.rejected)
    assert result.products == ()


@pytest.mark.parametrize("counts", [0, 65535])
def test_a_dark_of_a_dead_readout_is_rejected(
    bench: Bench, dark_frames: NDArray[np.uint16], counts: int
) -> None:
    job = bench.job("DARK", 31, np.full_like(dark_frames, counts))
    result = expect_rejected(bench, job, "frames", "readout")
    assert "it or its readout is dead" in result.rejected[1]


def test_a_dark_of_one_frame_again_and_again_is_rejected(
    bench: Bench, dark_frames: NDArray[np.uint16]
) -> None:
    same = np.broadcast_to(dark_frames[1], dark_frames.shape)
    expect_rejected(bench, bench.job("DARK", 32, same), "frames", "readout")


@pytest.mark.parametrize("empty", [1, 4, 6, 8])
def test_a_dark_with_empty_frames_is_rejected(
    bench: Bench, dark_frames: NDArray[np.uint16], empty: int
) -> None:
    some = dark_frames.copy()
    some[12 - empty :] = 0
    result = bench.run(bench.job("DARK", 33, some))
    assert "frames were lost on the way" in result.rejected[0]
    assert result.verdicts[[verdict.check for verdict in result.verdicts].index("frames")].value == empty / 12
    assert result.products == ()


def test_a_dark_of_good_frames_passes_all_checks(bench: Bench, dark_frames: NDArray[np.uint16]) -> None:
    result = bench.run(bench.job("DARK", 34, dark_frames))
    assert result.rejected == ()
    assert {"frames", "noise", "readout"} < {verdict.check for verdict in result.verdicts}


@pytest.mark.parametrize(("key", "check"), [("DATE-OBS", "time"), ("FRAME_ID", "coordinates")])
def test_a_time_or_name_that_is_no_card_of_fits_is_inconsistent(
    bench: Bench, dark_frames: NDArray[np.uint16], key: str, check: str
) -> None:
    job = bench.job("DARK", 36, dark_frames)
    data = bytearray(job.cube_path.read_bytes())
    card = data.index(f"{key}= '".encode())
    data[data.index(b"'", card + 11)] = ord(" ")  # the quote that ends the value
    job.cube_path.write_bytes(data)
    job = msgspec.structs.replace(job, cube_blake3=blake3(data).hexdigest())
    expect_rejected(bench, job, check)


def test_a_flat_with_a_frame_twice_is_rejected(bench: Bench) -> None:
    twice = render("FLAT", 35, 6)
    twice[3] = twice[2]
    expect_rejected(bench, bench.job("FLAT", 35, twice), "frames")
