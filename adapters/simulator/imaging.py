"""The simulated camera's images: real stars, transferred as files, one worker process a chip."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from adapters.simulator.acquisition import Acquired, AcquisitionJob, acquire
from adapters.simulator.camera import StartedExposure
from adapters.simulator.sky.asteroids import asteroids_near
from adapters.simulator.sky.photometry import DARK_SKY_MAG_ARCSEC2
from adapters.simulator.sky.request import RenderRequest
from adapters.simulator.true_state import TrueSky, TrueState
from tomoe_es.camera.focal_plane import chip_centre
from tomoe_es.camera.frame_geometry import DARK_TEMPERATURE_K, frame_seconds
from tomoe_es.camera.frame_id import det_id_of
from tomoe_es.camera.refraction import Air
from tomoe_es.clock import SECOND
from tomoe_es.control.hardware import Hardware
from tomoe_es.errors import TomoeError
from tomoe_es.events import Event, transfer
from tomoe_es.observatory import BEST_FOCUS_MM
from tomoe_es.reduction.engine import JobEngine, WorkerRaised
from tomoe_es.transfer.exposure_facts import ExposureFacts, WeatherFacts

CHIP_RADIUS_DEG = 0.4


class StarImaging:
    """Renders and transfers the chips of an exposure (`adapters.simulator.camera.Imaging`)."""

    def __init__(
        self,
        pool: JobEngine,
        sky: TrueSky,
        hardware: Callable[[], Hardware],
        code_version: Callable[[], str],
        seed: int,
        buffer: Path,
        truth: Path,
    ) -> None:
        self._pool, self._sky = pool, sky
        self._hardware, self._code_version = hardware, code_version
        self._seed, self._buffer, self._truth = seed, buffer, truth
        self._running: dict[int, list[tuple[str, str, Future[Acquired]]]] = {}

    def begin(self, exposure: StartedExposure) -> None:
        """Begin with all chips."""
        request, truth = exposure.request, self._sky.truth()
        self._running[request.exposure_number] = [
            self._begin(
                exposure, truth, frame_id, f"{request.night}/{request.exposure_number:08d}/r{frame_id}.fits"
            )
            for frame_id in exposure.frame_ids
        ]

    def abort(self, exposure: StartedExposure) -> None:
        """Forget the exposure; a chip that a worker has begun with is let run, and its file deleted."""
        for _, path, future in self._running.pop(exposure.request.exposure_number, []):
            if not future.cancel():
                future.add_done_callback(lambda _, path=path: (self._buffer / path).unlink(missing_ok=True))  # type: ignore[misc]

    def ready(self, exposure: StartedExposure) -> bool:
        """Tell whether all chips are there, or nothing is to be waited for any more."""
        chips = self._running[exposure.request.exposure_number]
        return all(future.done() for _, _, future in chips)

    def finish(self, exposure: StartedExposure) -> list[Event]:
        """Wait for all chips; the events that tell what became of each."""
        number = exposure.request.exposure_number
        return [
            event
            for frame_id, path, future in self._running.pop(number)
            for event in self._result(number, frame_id, path, future)
        ]

    def _begin(
        self, exposure: StartedExposure, truth: TrueState, frame_id: str, path: str
    ) -> tuple[str, str, Future[Acquired]]:
        job = AcquisitionJob(
            render=self._render_request(exposure, truth, det_id_of(frame_id)),
            facts=self._facts(exposure, det_id_of(frame_id)),
            cube_path=self._buffer / path,
            truth_path=self._truth / path,
        )
        return frame_id, path, self._pool.submit(acquire, job)

    def _result(self, number: int, frame_id: str, path: str, future: Future[Acquired]) -> list[Event]:
        try:
            acquired = future.result()
        except TomoeError as trouble:
            return [self._lost(number, frame_id, *_condition(trouble)), *_unforeseen(trouble)]
        if acquired.cube is None:
            message = f"{acquired.frames_lost} frames were overwritten in the ring"
            return [
                transfer.RingOverwritten(
                    exposure_number=number, frame_id=frame_id, frames=acquired.frames_lost
                ),
                self._lost(number, frame_id, "RingOverwritten", message),
            ]
        return [
            transfer.ChipCubeBuffered(
                exposure_number=number,
                frame_id=frame_id,
                path=path,
                blake3=acquired.cube.blake3,
                size_bytes=acquired.cube.size_bytes,
            )
        ]

    def _lost(self, number: int, frame_id: str, condition: str, message: str) -> Event:
        return transfer.ChipCubeLost(
            exposure_number=number, frame_id=frame_id, condition=condition, message=message
        )

    def _render_request(self, exposure: StartedExposure, truth: TrueState, det_id: int) -> RenderRequest:
        request, start_us = exposure.request, exposure.start_us
        period = frame_seconds(request.exposure_seconds) * SECOND
        moments = [start_us + round(period * (frame + 0.5)) for frame in range(request.frames)]
        centre = chip_centre(det_id, truth.ra_deg, truth.dec_deg)
        return RenderRequest(
            seed=self._seed,
            exposure_number=request.exposure_number,
            det_id=det_id,
            data_type=request.data_type,
            nframe=request.frames,
            exposure_seconds=request.exposure_seconds,
            start_time_us=start_us,
            transparency=tuple(0.0 if truth.dark else self._sky.transparency(moment) for moment in moments),
            gain=request.gain,
            true_ra_deg=truth.ra_deg,
            true_dec_deg=truth.dec_deg,
            sky_mag_arcsec2=math.inf if truth.dark else DARK_SKY_MAG_ARCSEC2,
            air=_air(self._hardware()),
            focus_offset_mm=truth.focus_mm - BEST_FOCUS_MM,
            movers=asteroids_near(self._seed, *centre, CHIP_RADIUS_DEG, start_us)
            if request.data_type == "OBJECT" and not truth.dark
            else (),
        )

    def _facts(self, exposure: StartedExposure, det_id: int) -> ExposureFacts:
        request, hardware = exposure.request, self._hardware()
        mount, dome, focus, weather = hardware.mount, hardware.dome_rotation, hardware.focus, hardware.weather
        return ExposureFacts(
            exposure_number=request.exposure_number,
            det_id=det_id,
            object_name=request.name,
            data_type=request.data_type,
            project=request.project,
            observer=request.observer,
            recipe_id=request.recipe_id,
            ra_deg=request.ra_deg,
            dec_deg=request.dec_deg,
            altitude_deg=mount.altitude_deg if mount else None,
            azimuth_deg=mount.azimuth_deg if mount else None,
            dome_azimuth_deg=dome.azimuth_deg if dome else None,
            focus_mm=focus.position_mm if focus else None,
            gain=request.gain,
            exposure_seconds=request.exposure_seconds,
            nframe=request.frames,
            start_us=exposure.start_us,
            sensor_temperature_k=DARK_TEMPERATURE_K,
            weather=WeatherFacts()
            if weather is None
            else WeatherFacts(
                dome_temperature_c=weather.dome_temperature_c,
                sky_temperature_c=weather.sky_temperature_c,
                outside_temperature_c=weather.temperature_c,
                humidity_percent=weather.humidity_percent,
                wind_speed_m_s=weather.wind_speed_m_s,
                wind_direction_deg=weather.wind_direction_deg,
            ),
            pipeline=tuple(request.pipeline),
            event_positions={
                "RecipeSubmitted": exposure.recipe_position,
                "ExposureRequested": exposure.request_position,
                "ExposureStarted": exposure.start_position,
            },
            code_version=self._code_version(),
        )


def _air(hardware: Hardware) -> Air:
    """The air, as the weather monitor has it; the usual one where it never answered."""
    weather = hardware.weather
    return Air() if weather is None else Air(weather.pressure_hpa, weather.temperature_c)


def _condition(trouble: TomoeError) -> tuple[str, str]:
    """Name and message under which a chip's cube is lost."""
    if not isinstance(trouble, WorkerRaised):
        return trouble.condition, str(trouble)
    error = trouble.error
    if isinstance(error, OSError):
        message = f"the cube could not be written: {error}; look at the disk and its free space"
        return "BufferUnwritable", message
    return (error.condition if isinstance(error, TomoeError) else trouble.condition), str(trouble)


def _unforeseen(trouble: TomoeError) -> list[Event]:
    """What is an alarm of its own: an exception that has no name."""
    if not isinstance(trouble, WorkerRaised) or isinstance(trouble.error, OSError | TomoeError):
        return []
    return [trouble.event()]
