"""A small but complete night as events: what a test of projections is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tomoe_es.clock import MINUTE, SECOND
from tomoe_es.events import Event, camera, monitor, recipe, reduction, system, telescope, transfer, weather
from tomoe_es.events.envelope import Draft
from tomoe_es.log.port import Batch, EventLog
from tomoe_es.recipe.model import OperationCall, Recipe

NIGHT = "2023-12-12"
START = 1_702_366_800 * SECOND  # 2023-12-12T07:40:00 UTC, 16:40 JST
SOURCE = "Observer: T. Morokuma\nProject: All-Sky Survey\n"

Moment = tuple[int, Event]


def recipe_id_of(number: int) -> str:
    """Id of the night's recipe with this number."""
    return f"00000000-0000-5000-8000-{number:012d}"


def frame_id_of(exposure_number: int, det_id: int) -> str:
    """FRAME_ID of a chip in an exposure of this night."""
    return f"TMQ{det_id // 100}20231212{exposure_number:08d}{det_id % 100:02d}"


def survey(number: int, exposures: int) -> Recipe:
    """A recipe of the survey, with so many exposures."""
    operations = [
        OperationCall("Pointing", {"ra": 19.7, "dec": 29.7}),
        *(OperationCall("Exposure", f"field{number}_dith{each + 1}") for each in range(exposures)),
    ]
    return Recipe(
        observer="T. Morokuma",
        project="All-Sky Survey",
        priority=0.94,
        time_window=("08:00:00.0", "10:30:00.0"),
        operations=tuple(operations),
        comment=f"All-Sky Survey, {number}",
    )


class Story:
    """Writes down a night, event by event, with a time that goes on."""

    def __init__(self, det_ids: Sequence[int] = (101, 102)) -> None:
        self.det_ids = det_ids
        self.now = START
        self.exposure_number = 0
        self.dark_exposure: int | None = None
        self.flat_exposure: int | None = None

    def at(self, event: Event, seconds: float = 0.0) -> Moment:
        self.now += round(seconds * SECOND)
        return self.now, event

    def evening(self) -> Iterator[Moment]:
        """The plan, the code, the first readings, the lock released."""
        yield self.at(
            system.CodeRegistered(
                version="0.1.0", source_sha256="c0de" * 16, commit="", python="3.11", packages={}
            )
        )
        yield self.at(
            system.NightPlanned(
                night=NIGHT,
                start_up_us=START,
                sunset_us=START + 10 * MINUTE,
                calibration_us=START + 20 * MINUTE,
                observing_start_us=START + 100 * MINUTE,
                observing_end_us=START + 700 * MINUTE,
                sunrise_us=START + 800 * MINUTE,
                chips=list(self.det_ids),
                simulated=True,
                seed=1,
                dark_frames=3,
                flat_frames=3,
                buffer_ttl_seconds=3600.0,
                pixels=True,
                script="",
            )
        )
        yield self.at(system.NightPhaseEntered(night=NIGHT, phase="starting_up", reason="16:40"))
        yield from self.readings()
        yield self.at(telescope.TelescopeLockReleased(who="scheduler", why="the night begins"), 5)
        yield self.at(weather.WeatherBecameSafe(since_us=START))
        yield self.at(weather.SkyBecameClear(sky_temperature_c=-30.0))
        yield self.at(system.MessagePosted(recipe_id="", text="ping"), 1)

    def readings(self) -> Iterator[Moment]:
        """Every device once."""
        yield self.at(self.mount_read(), 1)
        yield self.at(telescope.DomeSlitRead(state="open"))
        yield self.at(telescope.DomeRotationRead(azimuth_deg=120.0, state="still"))
        yield self.at(telescope.MirrorCoverRead(state="open"))
        yield self.at(telescope.FocusRead(position_mm=28.13, state="still"))
        yield self.at(camera.CameraRead(state="idle", sensor_temperature_k=290.0))
        yield self.at(
            weather.WeatherRead(
                rain=False,
                wind_speed_m_s=3.0,
                wind_direction_deg=270.0,
                humidity_percent=50.0,
                temperature_c=-2.0,
                dome_temperature_c=-1.0,
                sky_temperature_c=-30.0,
                pressure_hpa=890.0,
            )
        )

    def mount_read(self) -> telescope.MountRead:
        return telescope.MountRead(
            state="tracking",
            ra_deg=19.7,
            dec_deg=29.7,
            azimuth_deg=120.0,
            altitude_deg=60.0,
            target_ra_deg=19.7,
            target_dec_deg=29.7,
        )

    def submitted(self, number: int, exposures: int) -> Iterator[Moment]:
        yield self.at(
            recipe.RecipeSubmitted(
                recipe_id=recipe_id_of(number),
                recipe=survey(number, exposures),
                source=SOURCE,
                source_name=f"survey{number}.yaml",
                submitted_by="watched folder",
                window_start_us=START + 20 * MINUTE,
                window_end_us=START + 170 * MINUTE,
                direct=False,
            ),
            1,
        )

    def executed(
        self, number: int, exposures: int, data_type: camera.DataType = "OBJECT"
    ) -> Iterator[Moment]:
        """A recipe from the pool to its end, with the reduction of its exposures."""
        recipe_id = recipe_id_of(number)
        yield from self.submitted(number, exposures)
        yield self.at(recipe.RecipeQueued(recipe_id=recipe_id, priority=0.94), 1)
        yield self.at(recipe.RecipeStarted(recipe_id=recipe_id, exposures_done=[]), 1)
        yield from self.operation(recipe_id, 0, "Pointing", "Pointing: {ra: 19.7, dec: 29.7}")
        yield self.at(telescope.MountSlewCommanded(ra_deg=19.7, dec_deg=29.7))
        yield from self.readings()
        yield self.at(recipe.OperationCompleted(recipe_id=recipe_id, index=0, operation="Pointing"), 9)
        for index in range(1, exposures + 1):
            name = f"field{number}_dith{index}"
            yield from self.operation(recipe_id, index, "Exposure", f"Exposure: {name}")
            yield from self.exposed(recipe_id, name, data_type)
            yield self.at(recipe.OperationCompleted(recipe_id=recipe_id, index=index, operation="Exposure"))
            yield from self.transferred()
            yield from self.reduced(data_type)
        yield self.at(recipe.RecipeCompleted(recipe_id=recipe_id), 1)

    def operation(self, recipe_id: str, index: int, name: str, text: str) -> Iterator[Moment]:
        started = recipe.OperationStarted(
            recipe_id=recipe_id, index=index, operation=name, text=text, time_limit_seconds=60.0
        )
        yield self.at(started, 1)

    def exposed(self, recipe_id: str, name: str, data_type: camera.DataType) -> Iterator[Moment]:
        self.exposure_number += 1
        number = self.exposure_number
        yield self.at(
            camera.ExposureRequested(
                exposure_number=number,
                recipe_id=recipe_id,
                name=name,
                data_type=data_type,
                gain="high",
                exposure_seconds=0.5,
                frames=18,
                pipeline=["wcs", "stack"],
                observer="T. Morokuma",
                project="All-Sky Survey",
                lane="default",
                ra_deg=19.7,
                dec_deg=29.7,
                night=NIGHT,
            )
        )
        yield self.at(camera.ExposureStarted(exposure_number=number, start_us=self.now))
        yield self.at(self.mount_read(), 5)
        for det_id in self.det_ids:
            acquired = camera.ChipCubeAcquired(
                exposure_number=number,
                frame_id=frame_id_of(number, det_id),
                frames=18,
                frames_lost=0,
                gps_start_us=self.now - 9_000_000,
                gps_end_us=self.now,
            )
            yield self.at(acquired)
        finished = camera.ExposureFinished(
            exposure_number=number, end_us=self.now, det_ids=list(self.det_ids)
        )
        yield self.at(finished, 4)

    def transferred(self) -> Iterator[Moment]:
        number = self.exposure_number
        for det_id in self.det_ids:
            frame_id = frame_id_of(number, det_id)
            buffered = transfer.ChipCubeBuffered(
                exposure_number=number,
                frame_id=frame_id,
                path=f"{NIGHT}/r{frame_id}.fits",
                blake3="ab" * 32,
                size_bytes=93_000_000,
            )
            yield self.at(buffered)
        yield self.at(
            transfer.ExposureTransferred(exposure_number=number, buffered=len(self.det_ids), lost=0), 1
        )

    def reduced(self, data_type: camera.DataType) -> Iterator[Moment]:
        number = self.exposure_number
        frame_ids = [frame_id_of(number, det_id) for det_id in self.det_ids]
        yield self.at(
            reduction.ReductionQueued(
                exposure_number=number,
                lane="default",
                data_type=data_type,
                steps=["stack", "wcs"],
                frame_ids=frame_ids,
                dark_exposure=self.dark_exposure,
                flat_exposure=self.flat_exposure,
                dark_night=NIGHT if self.dark_exposure is not None else None,
                flat_night=NIGHT if self.flat_exposure is not None else None,
            )
        )
        for frame_id in frame_ids:
            yield from self.chip_reduced(number, frame_id, data_type)
        if data_type == "DARK":
            self.dark_exposure = number
        if data_type == "FLAT":
            self.flat_exposure = number

    def chip_reduced(self, number: int, frame_id: str, data_type: camera.DataType) -> Iterator[Moment]:
        job = {"exposure_number": number, "frame_id": frame_id, "job_id": f"job-{frame_id}", "attempt": 1}
        lease = {"dark_exposure": self.dark_exposure, "flat_exposure": self.flat_exposure}
        yield self.at(
            reduction.ReductionLeased(**job, **lease, lease_until_us=self.now + MINUTE)  # type: ignore[arg-type]
        )
        if data_type == "OBJECT":
            yield self.at(
                reduction.FieldSolved(
                    exposure_number=number,
                    frame_id=frame_id,
                    ra_deg=19.7 + number / 10,
                    dec_deg=29.7,
                    stars=12,
                    rms_arcsec=0.1,
                    offset_arcsec=3.0,
                )
            )
            yield self.at(
                reduction.PhotometryMeasured(
                    exposure_number=number,
                    frame_id=frame_id,
                    sources=300,
                    sky_counts=120.0,
                    noise_counts=5.0,
                    fwhm_arcsec=3.5,
                )
            )
        verdict = reduction.QualityVerdict("saturation", 120.0, 20_000.0, "count", True, "")
        yield self.at(
            reduction.QualityJudged(
                exposure_number=number, frame_id=frame_id, passed=True, verdicts=[verdict]
            )
        )
        kind = {"OBJECT": "STACK", "DARK": "DARK", "FLAT": "FLAT"}[data_type]
        yield self.at(
            reduction.ProductArchived(
                exposure_number=number,
                frame_id=frame_id,
                product_id=f"product-{frame_id}",
                kind=kind,
                path=f"{NIGHT}/s{frame_id}.fits",
                sha256="cd" * 32,
                size_bytes=9_000_000,
            ),
            0.5,
        )
        yield self.at(
            reduction.ReductionFinished(**job, stage_seconds={"stack": 0.1, "wcs": 0.3}, steps_not_done=[])  # type: ignore[arg-type]
        )

    def violated(self, name: str, thing: str) -> Moment:
        violation = monitor.ViolationDetected(
            name=name,
            thing=thing,
            severity="serious",
            message=f"{thing} is not normal",
            evidence=[1],
            chain=[],
            needs_acknowledgement=False,
        )
        return self.at(violation, 1)


def whole_night(
    recipes: int = 2, exposures: int = 2, det_ids: Sequence[int] = (101, 102)
) -> Iterator[Moment]:
    """Start-up, a dark, a flat, recipes that are done, one that is cancelled, one that still waits."""
    story = Story(det_ids)
    yield from story.evening()
    yield from story.executed(1, 1, "DARK")
    yield from story.executed(2, 1, "FLAT")
    yield story.at(system.NightPhaseEntered(night=NIGHT, phase="observing", reason="dark enough"), 60)
    for number in range(3, 3 + recipes):
        yield from story.executed(number, exposures)
    failed = 3 + recipes
    yield from story.submitted(failed, 1)
    yield story.at(recipe.RecipeQueued(recipe_id=recipe_id_of(failed), priority=0.94), 1)
    yield story.at(recipe.RecipeStarted(recipe_id=recipe_id_of(failed), exposures_done=[]), 1)
    yield story.at(
        recipe.RecipeCancelled(
            recipe_id=recipe_id_of(failed), condition="OperationTimedOut", message="the mount did not arrive"
        ),
        60,
    )
    yield story.violated("MountLate", "mount")
    yield story.violated("MountLate", "mount")
    yield from story.submitted(failed + 1, 1)


def record(log: EventLog, moments: Iterator[Moment]) -> None:
    """Append a night to a log; everything is written by the code registered in it."""
    batches: list[Batch] = []
    for time, event in moments:
        batches.append(Batch(event.stream(), [Draft(event, time, code=1, actor="test")]))
        if len(batches) == 5000:
            log.append_many(batches)
            batches = []
    if batches:
        log.append_many(batches)
