"""A chip's way from the camera through its ring to the buffer storage: whole, or no file and a reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.simulator.acquisition import AcquisitionJob, acquire, expose
from adapters.simulator.sky.render import render_chip
from adapters.simulator.sky.request import RenderRequest
from tomoe_es.camera.frame_geometry import ORIGINAL_SHAPE
from tomoe_es.transfer.exposure_facts import ExposureFacts, WeatherFacts
from tomoe_es.transfer.raw_cube import read_raw_cube
from tomoe_es.transfer.raw_cube_writer import RawCubeWriter
from tomoe_es.transfer.ring import FrameRing

START_US = 1_733_400_000_000_000
FRAMES, SLOTS = 6, 2


def facts(nframe: int) -> ExposureFacts:
    return ExposureFacts(
        exposure_number=5,
        det_id=101,
        object_name="dark",
        data_type="DARK",
        project="calibration",
        observer="Kiso",
        recipe_id="3f2b8c1e-0000-5000-8000-000000000000",
        ra_deg=0.0,
        dec_deg=0.0,
        altitude_deg=60.0,
        azimuth_deg=170.0,
        dome_azimuth_deg=171.0,
        focus_mm=28.13,
        gain="high",
        exposure_seconds=0.5,
        nframe=nframe,
        start_us=START_US,
        sensor_temperature_k=277.0,
        weather=WeatherFacts(),
        pipeline=(),
        event_positions={"ExposureRequested": 7},
        code_version="0.1.0",
    )


def dark(folder: Path, nframe: int) -> AcquisitionJob:
    request = RenderRequest(
        seed=1,
        exposure_number=5,
        det_id=101,
        data_type="DARK",
        nframe=nframe,
        exposure_seconds=0.5,
        start_time_us=START_US,
        transparency=(0.0,) * nframe,
        true_ra_deg=0.0,
        true_dec_deg=0.0,
    )
    return AcquisitionJob(
        render=request,
        facts=facts(nframe),
        cube_path=folder / "buffer" / "00000005" / "cube.fits",
        truth_path=folder / "truth" / "00000005" / "cube.fits",
    )


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if not path.is_dir()]


def test_the_cube_holds_what_the_camera_saw_and_the_truth_lies_beside(tmp_path: Path) -> None:
    job = dark(tmp_path, 10)
    acquired = acquire(job)
    seen = np.zeros((10, *ORIGINAL_SHAPE), np.uint16)
    render_chip(job.render, seen)
    assert acquired.cube is not None
    np.testing.assert_array_equal(read_raw_cube(acquired.cube.path)[0], seen)
    assert sorted(files(tmp_path)) == [job.cube_path, job.truth_path]


def test_a_disk_that_is_full_stops_the_camera_and_leaves_no_file(tmp_path: Path) -> None:
    job = dark(tmp_path, 10)
    job.cube_path.parent.mkdir(parents=True)
    job.cube_path.with_name(".cube.fits.part").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        acquire(job)
    assert files(tmp_path) == []


class Numbered:
    """A camera whose frames hold their number; at one frame it runs over the transfer, or breaks."""

    def __init__(self, ring: FrameRing, overruns_at: int = -1, breaks_at: int = -1) -> None:
        self._ring, self._overruns_at, self._breaks_at = ring, overruns_at, breaks_at

    def write_frame(self, frame: int, out: NDArray[np.uint16]) -> None:
        """Frames that nobody waits for come before the one that overruns."""
        if frame == self._breaks_at:
            raise RuntimeError("the camera's readout stopped")
        if frame == self._overruns_at:
            for _ in range(SLOTS + 1):
                self._ring.slot()
                self._ring.commit()
        self._ring.slot()[:] = frame


def test_frames_arrive_in_order_through_a_ring_smaller_than_the_exposure(tmp_path: Path) -> None:
    path = tmp_path / "cube.fits"
    with FrameRing(tmp_path / "ring", SLOTS) as ring, RawCubeWriter(path, facts(FRAMES)) as cube:
        assert expose(Numbered(ring), ring, cube, FRAMES) == 0
        cube.finish()
    assert [int(frame[0, 0]) for frame in read_raw_cube(path)[0]] == list(range(FRAMES))


def test_overwritten_frames_are_counted_and_leave_no_file(tmp_path: Path) -> None:
    with (
        FrameRing(tmp_path / "ring", SLOTS) as ring,
        RawCubeWriter(tmp_path / "cube.fits", facts(FRAMES)) as cube,
    ):
        lost = expose(Numbered(ring, overruns_at=3), ring, cube, FRAMES)
    assert lost > 0
    assert files(tmp_path) == [tmp_path / "ring"]


def test_a_camera_that_breaks_stops_the_transfer_too(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="readout stopped"),
        FrameRing(tmp_path / "ring", SLOTS) as ring,
        RawCubeWriter(tmp_path / "cube.fits", facts(FRAMES)) as cube,
    ):
        expose(Numbered(ring, breaks_at=3), ring, cube, FRAMES)
    assert files(tmp_path) == [tmp_path / "ring"]
