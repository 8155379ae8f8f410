"""The overview: night, counters, hardware and weather put together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from projections.errors import NoNightYet, ProjectionOutdated
from projections.overview import read_overview
from projections.overview_model import Overview
from projections.projector import Projector
from tests.projections.memory_log import MemoryLog
from tests.projections.night_story import (
    NIGHT,
    START,
    Moment,
    Story,
    frame_id_of,
    recipe_id_of,
    record,
    whole_night,
)
from tomoe_es.clock import MINUTE
from tomoe_es.events import Event, queue, recipe, reduction, system, telescope, weather
from tomoe_es.recipe.model import OperationCall


def overview_of(folder: Path, moments: Iterable[Moment]) -> Overview:
    log = MemoryLog()
    record(log, iter(list(moments)))
    with Projector(log, folder) as projector:
        projector.catch_up()
    return read_overview(folder)


def test_a_whole_night(tmp_path: Path) -> None:
    overview = overview_of(tmp_path, whole_night())

    assert overview.night.night == NIGHT
    assert overview.night.planned is not None
    assert overview.night.planned.sunset_us == START + 10 * MINUTE
    assert (overview.night.phase, overview.night.phase_reason) == ("observing", "dark enough")
    assert overview.counters.recipes_done == 4
    assert overview.counters.recipes_cancelled == {"OperationTimedOut": 1}
    assert overview.counters.exposures == 6
    assert overview.counters.chip_cubes == 12
    assert overview.counters.archived == {"DARK": 2, "FLAT": 2, "STACK": 8}
    assert overview.counters.violations == {"MountLate": 2}
    assert overview.counters.events == overview.position
    assert [each.recipe_id for each in overview.history] == [recipe_id_of(n) for n in (5, 4, 3, 2, 1)]
    assert [each.recipe_id for each in overview.pool] == [recipe_id_of(6)]
    assert (overview.queue_total, overview.pool_total, overview.history_total) == (0, 1, 5)
    assert overview.chips.counts == {"archived": 2}


def test_rejections_are_counted_by_reason(tmp_path: Path) -> None:
    story = Story()
    moments = [
        story.at(
            reduction.ProductRejected(
                exposure_number=1, frame_id=frame_id_of(1, det_id), kind="STACK", reasons=reasons
            )
        )
        for det_id, reasons in ((101, ["cloudy"]), (102, ["cloudy", "noise"]))
    ]
    counters = overview_of(tmp_path, moments).counters

    assert (counters.rejected, counters.rejected_reasons) == (2, {"cloudy": 2, "noise": 1})


def test_chips_given_up_are_counted_by_condition(tmp_path: Path) -> None:
    story = Story()
    moments = [
        story.at(
            reduction.ReductionFailed(
                exposure_number=1,
                frame_id=frame_id_of(1, det_id),
                job_id="j",
                attempt=1,
                condition=condition,
                message="",
                given_up=given_up,
            )
        )
        for det_id, condition, given_up in (
            (101, "RawCubeCorrupt", True),
            (102, "StorageFailed", False),
            (103, "RawCubeCorrupt", True),
        )
    ]
    assert overview_of(tmp_path, moments).counters.given_up == {"RawCubeCorrupt": 2}


def test_queue_and_pool_show_their_first_ten(tmp_path: Path) -> None:
    story = Story()
    moments = [moment for number in range(1, 31) for moment in story.submitted(number, 1)]
    moments += [
        story.at(recipe.RecipeQueued(recipe_id=recipe_id_of(number), priority=0.5), 1)
        for number in range(1, 13)
    ]
    overview = overview_of(tmp_path, moments)

    assert (len(overview.queue), overview.queue_total) == (10, 12)
    assert (len(overview.pool), overview.pool_total) == (10, 18)


@pytest.mark.parametrize(
    ("operation", "locked", "blocking"),
    [("Pointing", True, True), ("Pointing", False, False), ("Exposure", True, False)],
)
def test_a_set_lock_blocks_what_moves(tmp_path: Path, operation: str, locked: bool, blocking: bool) -> None:
    story, recipe_id = Story(), recipe_id_of(1)
    moments = [
        *story.submitted(1, 1),
        story.at(telescope.TelescopeLockReleased(who="scheduler", why="night")),
        story.at(recipe.RecipeStarted(recipe_id=recipe_id, exposures_done=[])),
        *story.operation(recipe_id, ["Pointing", "Exposure"].index(operation), operation, operation),
    ]
    if locked:
        moments.append(story.at(telescope.TelescopeLockSet(who="K. Sako", why="in the dome")))

    overview = overview_of(tmp_path, moments)

    assert overview.executing is not None
    assert overview.executing.lock_blocking is blocking
    assert overview.executing.operations == 2
    assert overview.lock.who == ("K. Sako" if locked else "")


LOCKED = telescope.TelescopeLockSet(who="K. Sako", why="in the dome")
OF_THE_NIGHT = telescope.TelescopeLockSet(
    who="scheduler", why="Kiso", recipe_id=recipe_id_of(9), of_schedule=True
)
RELEASED = telescope.TelescopeLockReleased(who="scheduler", why="night")


@pytest.mark.parametrize(
    ("lock", "operations", "held"),
    [
        (LOCKED, ["Wait", "Pointing"], True),
        (RELEASED, ["Wait", "Pointing"], False),
        (LOCKED, ["Wait", "Exposure"], False),
        (OF_THE_NIGHT, ["SetTelescopeLock", "Pointing"], False),
        (LOCKED, ["SetTelescopeLock", "Pointing"], True),  # it has no hand on the lock of a person
    ],
)
def test_a_set_lock_holds_back_the_first_queued_recipe_that_moves(
    tmp_path: Path, lock: Event, operations: list[str], held: bool
) -> None:
    overview = overview_of(tmp_path, [*two_queued(operations), Story().at(lock, 60)])

    assert overview.held_by_lock == (overview.queue[1] if held else None)


@pytest.mark.parametrize(
    "event",
    [
        queue.QueuePaused(reason="lunch"),
        queue.ObservingSuspended(reasons=["rain"]),
        recipe.RecipeStarted(recipe_id=recipe_id_of(1), exposures_done=[]),
    ],
)
def test_what_waits_for_another_reason_is_not_held_by_the_lock(tmp_path: Path, event: Event) -> None:
    story = Story()
    moments = [*two_queued(["Pointing"]), story.at(LOCKED, 60), story.at(event)]

    assert overview_of(tmp_path, moments).held_by_lock is None


def two_queued(operations: list[str]) -> Iterable[Moment]:
    """Recipe 1, which moves nothing, and behind it recipe 2 with these operations."""
    story = Story()
    for number, names in ((1, ["Wait"]), (2, operations)):
        ((time_us, event),) = story.submitted(number, 1)
        assert isinstance(event, recipe.RecipeSubmitted)
        calls = tuple(OperationCall(name, False) for name in names)
        written = msgspec.structs.replace(event.recipe, operations=calls)
        yield time_us, msgspec.structs.replace(event, recipe=written)
        yield story.at(recipe.RecipeQueued(recipe_id=recipe_id_of(number), priority=0.5), 1)


@pytest.mark.parametrize("pixels", [True, False])
def test_it_says_whether_there_are_pixels(tmp_path: Path, pixels: bool) -> None:
    plan = next(moment for moment in Story().evening() if isinstance(moment[1], system.NightPlanned))
    planned = msgspec.structs.replace(plan[1], pixels=pixels)

    assert overview_of(tmp_path, [(plan[0], planned)]).night.pixels is pixels


def test_hardware_is_judged_by_its_readings(tmp_path: Path) -> None:
    story = Story()
    moments = [
        *story.readings(),
        story.at(telescope.DomeSlitRead(state="fault"), 50),
        story.at(telescope.DeviceUnreachable(device="focus", message="connection refused")),
        story.at(telescope.DeviceCommandFailed(device="camera", command="expose", message="busy")),
        story.at(story.mount_read(), 30),
        story.at(telescope.DomeSlitRead(state="fault")),
        story.at(telescope.DeviceReached(device="camera")),
    ]
    rows = {row.device: row for row in overview_of(tmp_path, moments).hardware}

    assert {device: row.problem for device, row in rows.items()} == {
        "mount": "",
        "dome_slit": "fault",
        "dome_rotation": "no reading for 80 s",
        "mirror_cover": "no reading for 80 s",
        "focus": "unreachable: connection refused",
        "camera": "no reading for 80 s",
        "weather": "no reading for 80 s",
        "power": "never read",
    }
    assert (rows["mount"].ok, rows["mount"].age_seconds, rows["mount"].state) == (True, 0.0, "tracking")
    assert rows["mount"].value == "alt 60.0 az 120.0 RA 19.7000 Dec +29.7000 deg"


def test_a_device_that_was_never_read_is_not_ok(tmp_path: Path) -> None:
    rows = overview_of(tmp_path, [Story().violated("A", "b")]).hardware

    assert {(row.state, row.ok) for row in rows} == {("never read", False)}


def test_weather_says_why_it_is_unsafe(tmp_path: Path) -> None:
    story = Story()
    unsafe = [story.at(weather.WeatherBecameUnsafe(reasons=["rain"]), 60)]
    cloudy = [story.at(weather.SkyBecameCloudy(sky_temperature_c=-5.0), 60)]
    told = overview_of(tmp_path, [*unsafe, *cloudy]).weather

    assert (told.safe, told.reasons, told.cloudy, told.since_us) == (False, ("rain",), True, story.now)
    assert told.rain is None


def test_a_second_night_counts_anew(tmp_path: Path) -> None:
    story = Story()
    first = list(whole_night())
    plan = next(event for _, event in story.evening() if type(event).__name__ == "NightPlanned")
    next_night = type(plan)(
        **{field: getattr(plan, field) for field in plan.__struct_fields__} | {"night": "2023-12-13"}
    )
    overview = overview_of(tmp_path, [*first, story.at(next_night), story.violated("A", "b")])

    assert overview.night.night == "2023-12-13"
    assert overview.night.phase == ""
    assert (overview.counters.recipes_done, overview.counters.violations) == (0, {"A": 1})
    assert overview.counters.events == 2
    assert overview.history_total == 5


def test_without_files_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NoNightYet, match="tomoe night --data"):
        read_overview(tmp_path / "projections")


def test_a_file_of_other_code_is_not_read(tmp_path: Path) -> None:
    overview_of(tmp_path, whole_night())
    with sqlite3.connect(tmp_path / "night.sqlite") as file:
        file.execute("UPDATE projection SET version = 'of yesterday'")
    file.close()

    with pytest.raises(ProjectionOutdated, match="tomoe rebuild night"):
        read_overview(tmp_path)
