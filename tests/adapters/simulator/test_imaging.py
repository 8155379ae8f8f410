"""The simulated camera's images: heads and files of an exposure's chips, and the names of what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec
import pytest
from astropy.io import fits

from adapters.engines.process_pool import ProcessPool
from adapters.simulator.acquisition import Acquired
from adapters.simulator.camera import StartedExposure
from adapters.simulator.imaging import GIVES_UP_SECONDS, StarImaging
from adapters.simulator.script import load_script
from adapters.simulator.telescope import SimulatedTelescope
from tests.adapters.simulator.stepped import START_US, Line, exposure_request
from tomoe_es.control.hardware import Hardware
from tomoe_es.events.monitor import ErrorRaised
from tomoe_es.events.transfer import ChipCubeBuffered, ChipCubeLost
from tomoe_es.events.weather import WeatherRead

FRAME_ID = "TMQ1202312120000000111"
EXPOSURE = StartedExposure(
    request=msgspec.structs.replace(exposure_request(1, frames=5), data_type="DARK"),
    start_us=START_US,
    frame_ids=(FRAME_ID,),
    recipe_position=1,
    request_position=2,
    start_position=3,
)


@pytest.fixture
def pool() -> Iterator[ProcessPool]:
    pool = ProcessPool(1)
    yield pool
    pool.close()


class EngineThatHangs:
    """A job engine whose tasks end when the test says so."""

    name = "hangs"

    def __init__(self) -> None:
        self.futures: list[Future[Any]] = []

    def submit(self, *_task: Any, **_needs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()  # a worker has begun with it
        self.futures.append(future)
        return future


def imaging(pool: Any, hardware: Hardware, buffer: Path, truth: Path, **clock: Any) -> StarImaging:
    line = Line()
    telescope = SimulatedTelescope(
        line.timers, line.conductor.record, load_script("clear", "2023-12-12"), "2023-12-12", 1
    )
    return StarImaging(pool, telescope, lambda: hardware, lambda: "0.1.0", 1, buffer, truth, **clock)


def test_a_device_that_was_never_read_has_no_card(pool: ProcessPool, tmp_path: Path) -> None:
    weather = WeatherRead(
        rain=False,
        wind_speed_m_s=2.0,
        wind_direction_deg=10.0,
        humidity_percent=40.0,
        temperature_c=-3.0,
        dome_temperature_c=-2.5,
        sky_temperature_c=-40.0,
        pressure_hpa=890.0,
    )
    images = imaging(pool, Hardware(weather=weather), tmp_path / "buffer", tmp_path / "truth")
    images.begin(EXPOSURE)
    [buffered] = images.finish(EXPOSURE)
    assert isinstance(buffered, ChipCubeBuffered)
    header = fits.getheader(tmp_path / "buffer" / buffered.path)
    assert not {"AZIMUTH", "ALTITUDE", "ZD", "DOMEPOS", "FOC-VAL"} & set(header)
    assert header["TMP_DOME"] == weather.dome_temperature_c
    assert "TMP_TEL" not in header, "nobody measures it"


def test_a_buffer_that_can_t_be_written_is_named(pool: ProcessPool, tmp_path: Path) -> None:
    (tmp_path / "buffer").write_text("in the way")
    images = imaging(pool, Hardware(), tmp_path / "buffer", tmp_path / "truth")
    images.begin(EXPOSURE)
    [lost] = images.finish(EXPOSURE)
    assert isinstance(lost, ChipCubeLost)
    assert lost.condition == "BufferUnwritable"
    assert "look at the disk" in lost.message


def test_an_unforeseen_error_loses_the_chip_and_not_the_night(pool: ProcessPool, tmp_path: Path) -> None:
    images = imaging(pool, Hardware(), tmp_path / "buffer", tmp_path / "truth\0")  # no path holds a NUL
    images.begin(EXPOSURE)
    [lost, raised] = images.finish(EXPOSURE)
    assert isinstance(lost, ChipCubeLost)
    assert lost.condition == "WorkerRaised"
    assert lost.message.startswith("ValueError: embedded null byte at File ")
    assert isinstance(raised, ErrorRaised)
    assert (raised.process, raised.condition, raised.understood) == ("worker", "ValueError", False)


def test_a_chip_that_never_becomes_ready_is_given_up_and_holds_nothing(tmp_path: Path) -> None:
    # given an exposure of two chips, of which one hangs
    engine, real_time = EngineThatHangs(), [0.0]
    images = imaging(
        engine, Hardware(), tmp_path / "buffer", tmp_path / "truth", monotonic=lambda: real_time[0]
    )
    two = msgspec.structs.replace(EXPOSURE, frame_ids=(FRAME_ID, "TMQ1202312120000000112"))
    images.begin(two)
    assert not images.ready(two)
    # when it goes on for so long after the other one was there
    real_time[0] = GIVES_UP_SECONDS - 1
    engine.futures[0].set_result(Acquired(cube=None, frames_lost=3))
    assert not images.ready(two)
    real_time[0] += GIVES_UP_SECONDS - 1
    assert not images.ready(two)
    real_time[0] += 1
    # then the night goes on, and the chip is lost by name
    assert images.ready(two)
    _, overwritten, hung = images.finish(two)
    assert isinstance(overwritten, ChipCubeLost)
    assert isinstance(hung, ChipCubeLost)
    assert (overwritten.condition, hung.condition) == ("RingOverwritten", "WorkerHung")
    assert "look at the worker processes" in hung.message
    # and what it writes after all is deleted
    late = tmp_path / "buffer" / "2023-12-12" / "00000001" / "rTMQ1202312120000000112.fits"
    late.parent.mkdir(parents=True)
    late.touch()
    engine.futures[1].set_result(Acquired(cube=None, frames_lost=0))
    assert not late.exists()
