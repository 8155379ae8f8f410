"""What is wrong is said in words, and old data never looks alive."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from projections.errors import NoNightYet, ProjectionDamaged
from projections.overview_model import DeadNight, LockOverview, Overview
from tests.tui.dashboard.a_night import EXECUTING, NOW, WEATHER, an_overview, at
from tests.tui.dashboard.hand_fed import COMPACT, WIDE, HandFedSource, play, read, said, shown, title, until
from tomoe_es.clock import SECOND
from tui.dashboard.app import DashboardApp
from tui.dashboard.moment import Freshness

BOTH_SIZES = pytest.mark.parametrize("size", [WIDE, COMPACT])


def banner(app: DashboardApp) -> str:
    return str(app.screen_stack[0].query_one("#banner", Static).content)


@BOTH_SIZES
def test_a_reading_that_fails_names_the_thing_and_the_remedy_and_keeps_what_was_read(
    size: tuple[int, int],
) -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        source.error = ProjectionDamaged(Path("/data/projections/queue.db"), "not a database")
        source.write()
        await until(pilot, lambda: bool(banner(app)))
        assert banner(app) == (
            "CAN'T READ THE NIGHT: /data/projections/queue.db is damaged (not a database): delete it and run "
            "tomoe rebuild queue --data /data; the log holds everything"
        )
        assert app.screen.has_class("old")
        assert said(app, "#executing")[0] == " T. Morokuma | All-Sky Survey"
        source.error = None
        await until(pilot, lambda: not banner(app))
        assert not app.screen.has_class("old")

    play(look, size)


def test_an_error_without_a_name_of_ours_is_told_as_well() -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert banner(app) == (
            "CAN'T READ THE NIGHT: OSError: disk I/O error. It is tried again; when it stays,"
            " run tomoe rebuild with the same --data: the log holds everything"
        )

    play(look, error=OSError("disk I/O error"))


def test_a_folder_without_a_night_says_how_to_start_one_and_shows_it_when_it_comes() -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert banner(app) == "NO NIGHT YET: no night has been run in /data: run tomoe night --data /data"
        source.error = None
        await until(pilot, lambda: app.moment is not None)
        await until(pilot, lambda: said(app, "#executing")[:1] == [" T. Morokuma | All-Sky Survey"])
        assert not banner(app)

    play(look, error=NoNightYet(Path("/data/projections")))


@BOTH_SIZES
def test_a_dead_night_says_so_and_what_has_become_of_the_telescope(size: tuple[int, int]) -> None:
    dead = DeadNight(
        pid=17, gone=True, since_us=NOW, telescope="made safe", go_on="tomoe night --resume --data /data"
    )

    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert banner(app).startswith("THE NIGHT IS DEAD: its process 17 is gone, last heard ")
        assert banner(app).endswith("Telescope: made safe. Go on: tomoe night --resume --data /data")

    play(look, size, changes={"dead": dead})


@BOTH_SIZES
def test_data_that_grows_old_says_so_and_stands_still(size: tuple[int, int]) -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        source.clock.forward(14)
        app.tick()
        assert not banner(app)
        source.clock.forward(61)
        app.tick()
        assert banner(app) == (
            "OLD DATA: nothing new for 1 min 15 s; this was true at 20:20:31 JST."
            " Was the night cut off? tomoe night --resume"
        )
        source.lives = True
        app.tick()
        assert banner(app).endswith(" The night's process is there: it begins, or is busy")
        assert app.screen.has_class("old")
        assert "OLD, 1 min 15 s" in said(app, "#status")[0]
        assert "JST 20:20:31" in said(app, "#status")[0]
        await read(app, pilot, source, time_us=NOW + SECOND)
        assert not banner(app)
        assert not app.screen.has_class("old")

    play(look, size)


def test_a_night_that_has_not_begun_says_what_it_may_wait_for() -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        source.lives = True
        source.clock.forward(75)
        app.tick()
        assert banner(app) == (
            "OLD DATA: nothing new for 1 min 15 s. The night's process is there: it begins;"
            " it may be compiling, as after an update: some minutes"
        )

    play(look, changes={"time_us": 0})


def real_night() -> dict[str, object]:
    """A night of the real observatory, whose newest event came one second ago."""
    overview = an_overview()
    return {"night": msgspec.structs.replace(overview.night, simulated=False)}


def test_a_real_night_goes_by_the_real_clock_until_its_data_is_old() -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        source.clock.time_us, source.written = NOW + 2 * SECOND, NOW
        await read(app, pilot, source, time_us=NOW + SECOND)
        source.clock.forward(5)
        app.tick()
        assert "UTC 11:20:38  JST 20:20:38" in said(app, "#status")[0]
        assert "last event 5 s ago" in said(app, "#status")[0]
        assert said(app, "#executing")[5] == " for 13 s, limit 40 s"
        source.clock.forward(60)
        app.tick()
        assert "UTC 11:20:32  JST 20:20:32" in said(app, "#status")[0]

    play(look, changes=real_night())


def test_the_pace_of_a_simulated_night_is_measured() -> None:
    freshness = Freshness()
    overview: Overview = an_overview()
    for step in range(5):
        freshness.take(
            msgspec.structs.replace(overview, position=step, time_us=NOW + step * 100 * SECOND), step * SECOND
        )
    moment = freshness.moment(overview, 4 * SECOND + SECOND // 2)
    assert moment.pace == 100.0
    assert moment.silent_seconds == 0.5, "in real time: at that pace the night may stand still"


def test_an_ended_night_is_not_old() -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        source.clock.forward(3600)
        app.tick()
        assert not banner(app)
        assert "log 123,457  night ended" in said(app, "#status")[0]

    play(look, changes={"night": msgspec.structs.replace(an_overview().night, phase="ended")})


@BOTH_SIZES
def test_an_operation_that_the_lock_blocks_says_so(size: tuple[int, int]) -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert said(app, "#executing")[-1] == " for 6 s, limit 40 s  LOCK BLOCKING"
        assert said(app, "#hardware")[0].startswith(" !lock          LOCKED M. Tanaka dom")

    play(
        look,
        size,
        changes={
            "executing": msgspec.structs.replace(EXECUTING, lock_blocking=True),
            "lock": LockOverview(locked=True, who="M. Tanaka", why="dome work", since_us=at(11, 0)),
        },
    )


@BOTH_SIZES
def test_a_queued_recipe_that_waits_for_the_lock_is_shown(size: tuple[int, int]) -> None:
    held = an_overview().queue[0]

    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        nothing, who, why, *_ = said(app, "#executing")
        assert nothing == " nothing"
        assert who.startswith(f" LOCK BLOCKING {held.observer}")
        assert why.startswith(f" {held.recipe_id[:8]} waits, locked by M. Tan")

    lock = LockOverview(locked=True, who="M. Tanaka", why="dome work", since_us=at(11, 0))
    play(look, size, changes={"executing": None, "held_by_lock": held, "lock": lock})


def test_a_night_without_pixels_has_no_amount_of_data() -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        produced = said(app, "#counters")[1]
        assert "products 3,981 archived, events only, 88 rejected" in produced

    play(look, changes={"night": msgspec.structs.replace(an_overview().night, pixels=False)})


def test_an_operation_over_its_limit_is_late() -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert said(app, "#executing")[-1] == " for 1 min 05 s, limit 40 s LATE"

    late = msgspec.structs.replace(EXECUTING, operation_since_us=NOW - 65 * SECOND)
    play(look, changes={"executing": late})


@BOTH_SIZES
def test_a_paused_queue_says_whose_hand_is_on_it(size: tuple[int, int]) -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert any("queue PAUSED by M. Tanaka since" in text for text in said(app, "#schedule"))

    play(look, size, changes={"queue_mode": "paused", "queue_held_by": "M. Tanaka"})


@BOTH_SIZES
def test_unsafe_weather_says_why_and_observing_is_suspended(size: tuple[int, int]) -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert said(app, "#weather")[:3] == [
            " UNSAFE, CLOUDY  since 20:19",
            " wind 17.2 m/s above 15",
            " RAIN, wind 17.2 m/s from W",
        ]
        queue = "queue SUSPENDED since 20:19: wind 17"
        assert any(queue in text for text in said(app, "#schedule"))
        assert app.query_one("#weather").has_class("alarm")
        assert app.query_one("#schedule").has_class("alarm")

    weather = msgspec.structs.replace(
        WEATHER,
        safe=False,
        cloudy=True,
        rain=True,
        wind_speed_m_s=17.2,
        reasons=("wind 17.2 m/s above 15",),
        since_us=at(11, 19),
    )
    play(
        look,
        size,
        changes={
            "weather": weather,
            "queue_mode": "suspended",
            "queue_reason": "wind 17.2 m/s above 15",
            "queue_since_us": at(11, 19),
        },
    )


def test_weather_that_is_not_known_is_an_alarm() -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert said(app, "#weather")[0] == " UNKNOWN: the weather was never read"
        stale = msgspec.structs.replace(
            WEATHER, safe=None, cloudy=None, since_us=0, read_us=NOW - 300 * SECOND
        )
        await read(app, pilot, source, weather=stale)
        assert said(app, "#weather")[:2] == [
            " SAFETY UNKNOWN, sky unknown",
            " NO READING FOR 5 min",
        ]
        assert app.query_one("#weather").has_class("alarm")

    play(look, changes={"weather": msgspec.structs.replace(WEATHER, read_us=0)})


def test_nothing_going_on_is_quiet() -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert said(app, "#violations")[0] == " none"
        assert title(app, "#violations") == "9 violations"
        assert not banner(app)
        assert said(app, "#queue")[0] == " empty"
        assert said(app, "#pool")[0] == " empty: nothing waits to be observed"
        assert said(app, "#executing")[0] == " nothing"
        assert title(app, "#hardware") == "6 hardware"
        assert not any(panel.has_class("alarm") for panel in shown(app))

    play(
        look,
        changes={
            "alarms": (),
            "violations_total": 0,
            "queue": (),
            "queue_total": 0,
            "pool": (),
            "pool_total": 0,
            "executing": None,
            "hardware": tuple(row for row in an_overview().hardware if row.ok),
        },
    )


def test_a_severity_that_is_not_known_is_as_loud_as_the_loudest() -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert said(app, "#violations")[0].startswith(" !20:19 odd      ReadingStale")

    odd = msgspec.structs.replace(an_overview().alarms[0], severity="odd")
    play(look, changes={"alarms": (odd,), "violations_total": 1})


def test_control_characters_of_a_comment_do_not_reach_the_terminal() -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert said(app, "#executing")[1] == " a [2J b"

    comment = msgspec.structs.replace(EXECUTING, comment="a\x1b[2J\nb")
    play(look, changes={"executing": comment})


@BOTH_SIZES
def test_it_works_without_colour(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        assert app.no_color
        for key in ("tab", "j", "3", "enter"):
            await pilot.press(key)
        await pilot.press("escape", "question_mark")
        picture = app.export_screenshot()
        assert "Keys" in picture
        coloured = {each for each in re.findall(r"#[0-9a-f]{6}", picture) if len(set(_channels(each))) > 1}
        assert coloured <= {"#ff5f57", "#febc2e", "#28c840", "#c5c8c6"}  # the picture's own window

    play(look, size)


def _channels(colour: str) -> tuple[str, str, str]:
    return colour[1:3], colour[3:5], colour[5:7]


def test_before_the_first_event_nothing_has_an_age() -> None:
    async def wait(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        source.overview = msgspec.structs.replace(source.overview, position=0, time_us=0)
        source.written += 1
        await until(pilot, lambda: app.moment is not None and app.moment.overview.position == 0)
        source.clock.forward(60)
        app.tick()
        assert "  no event yet" in said(app, "#status")[0]
        assert "true at" not in banner(app)

    play(wait)


def test_the_pace_is_not_measured_from_before_the_first_event() -> None:
    async def look(app: DashboardApp, pilot: Pilot[int], source: HandFedSource) -> None:
        source.clock.forward(2)
        await read(app, pilot, source, time_us=NOW)
        source.clock.forward(2)
        await read(app, pilot, source, time_us=NOW + 20 * SECOND)
        source.clock.forward(5)
        app.tick()
        assert " event 5 s ago " in said(app, "#status")[0]
        assert said(app, "#status")[0].endswith(" x10"), "twenty seconds in two"

    play(look, changes={"time_us": 0})
