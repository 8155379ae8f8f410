"""A night in full swing, as the projections would tell it."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

import msgspec

from projections.overview_model import (
    AlarmLine,
    ChipsOverview,
    ChipStage,
    Counters,
    Executing,
    FinishedRecipe,
    HardwareRow,
    LaneOverview,
    LockOverview,
    MessageLine,
    NightOverview,
    Overview,
    PlannedTimes,
    PoolRecipe,
    ProcessLine,
    QueuedRecipe,
    WeatherOverview,
)
from tomoe_es.camera.focal_plane import CHIPS
from tomoe_es.clock import MINUTE, SECOND
from tomoe_es.night import time_of_day_in_night

NIGHT = "2023-12-12"


def at(hours: int, minutes: int, seconds: float = 0.0) -> int:
    """A UTC time of day in the night of the pictures."""
    return time_of_day_in_night(NIGHT, hours, minutes, seconds)


NOW = at(11, 20, 31)


def identity(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))


def survey(number: int) -> dict[str, object]:
    """Who asks, what for and the comment of one recipe of the sky survey."""
    return {
        "recipe_id": identity(f"survey {number}"),
        "observer": "T. Morokuma",
        "project": "All-Sky Survey",
        "comment": f"All-Sky Survey, {number}, 2023-12-12T19:23:26.976",
    }


HARDWARE = (
    HardwareRow(
        device="mount",
        state="tracking",
        value="alt 61.3 az 112.4 RA 19.7498 Dec +29.7107 deg",
        read_us=NOW - 2 * SECOND,
        age_seconds=2.0,
        ok=True,
        problem="",
    ),
    HardwareRow(
        device="dome_slit",
        state="open",
        value="",
        read_us=NOW - 4 * SECOND,
        age_seconds=4.0,
        ok=True,
        problem="",
    ),
    HardwareRow(
        device="dome_rotation",
        state="stopped",
        value="az 112.0 deg",
        read_us=NOW - 4 * SECOND,
        age_seconds=4.0,
        ok=True,
        problem="",
    ),
    HardwareRow(
        device="mirror_cover",
        state="open",
        value="",
        read_us=NOW - 4 * SECOND,
        age_seconds=4.0,
        ok=True,
        problem="",
    ),
    HardwareRow(
        device="focus",
        state="stopped",
        value="28.130 mm",
        read_us=NOW - 95 * SECOND,
        age_seconds=95.0,
        ok=False,
        problem="no reading for 95 s",
    ),
    HardwareRow(
        device="camera",
        state="exposing",
        value="277.1 K",
        read_us=NOW - SECOND,
        age_seconds=1.0,
        ok=True,
        problem="",
    ),
    HardwareRow(
        device="weather",
        state="dry",
        value="wind 3.2 m/s",
        read_us=NOW - 3 * SECOND,
        age_seconds=3.0,
        ok=True,
        problem="",
    ),
)

WEATHER = WeatherOverview(
    safe=True,
    reasons=(),
    cloudy=False,
    since_us=at(9, 2),
    rain=False,
    wind_speed_m_s=3.24,
    wind_direction_deg=270.0,
    humidity_percent=45.2,
    temperature_c=3.1,
    dome_temperature_c=4.0,
    sky_temperature_c=-21.6,
    pressure_hpa=889.7,
    read_us=NOW - 3 * SECOND,
)


EXECUTING = Executing(
    **survey(120),  # type: ignore[arg-type]
    priority=0.94,
    started_us=NOW - 125 * SECOND,
    operation_number=11,
    operations=17,
    operation="Exposure",
    text="Exposure: J0118+2942_dith2",
    operation_since_us=NOW - 6 * SECOND,
    time_limit_seconds=40.0,
    lock_blocking=False,
)


def alarm(name: str, severity: str, thing: str, message: str, **changes: object) -> AlarmLine:
    """An alarm that was detected once, 35 s ago, and is open."""
    line = AlarmLine(
        name=name,
        kind="violation",
        severity=severity,
        count=1,
        open=1,
        first_us=NOW - 35 * SECOND,
        last_us=NOW - 35 * SECOND,
        position=123_400,
        thing=thing,
        message=message,
        evidence=(123_399,),
        chain=(),
        needs_acknowledgement=severity == "critical",
        cleared=0,
        muted_until_us=0,
        acknowledged_by="",
        acknowledged_why="",
        acknowledged_us=0,
        acknowledged_said_us=0,
    )
    return msgspec.structs.replace(line, **changes)


ALARMS = (
    alarm("ReadingStale", "serious", "focus", "no reading for 60 s: the device is taken as unsafe"),
    alarm(
        "AstrometryFailed",
        "warning",
        "exposure/00652270",
        "no astrometric solution, probably cloudy",
        count=84,
        open=0,
        cleared=84,
        first_us=at(10, 32),
        last_us=at(10, 33),
        position=110_000,
        evidence=(109_998,),
    ),
    alarm(
        "MirrorCoverOpenAtStart",
        "critical",
        "mirror_cover",
        "the mirror cover is open at the start of the night",
        open=0,
        first_us=at(7, 40),
        last_us=at(7, 40),
        position=40,
        evidence=(38, 12),
        acknowledged_by="M. Tanaka",
        acknowledged_why="opened by hand for the engineer",
        acknowledged_us=at(7, 44),
        acknowledged_said_us=at(7, 44),
    ),
)


def chip_stages() -> dict[int, ChipStage]:
    """An exposure whose reduction is half done."""
    archived: list[ChipStage] = ["archived"] * 7
    order: list[ChipStage] = [*archived, "solved", "leased", "queued"]
    stages = {det_id: order[place % 10] for place, det_id in enumerate(CHIPS)}
    special: dict[int, ChipStage] = {107: "rejected", 309: "unsolved", 412: "lost", 221: "failed"}
    return stages | special


def counts(stages: dict[int, ChipStage]) -> dict[str, int]:
    return {str(stage): list(stages.values()).count(stage) for stage in sorted(set(stages.values()))}


def an_overview() -> Overview:
    """A simulated night in full swing, with one thing wrong of each kind."""
    stages = chip_stages()
    return Overview(
        position=123_456,
        time_us=NOW,
        night=NightOverview(
            night=NIGHT,
            phase="observing",
            phase_reason="astronomical twilight ended",
            phase_since_us=at(9, 20),
            planned=PlannedTimes(
                start_up_us=at(7, 40),
                sunset_us=at(7, 33),
                calibration_us=at(7, 50),
                observing_start_us=at(9, 20),
                observing_end_us=at(20, 40),
                sunrise_us=at(21, 47),
            ),
            simulated=True,
            pixels=True,
            seed=7,
            chips=tuple(CHIPS),
        ),
        queue_mode="running",
        queue_reason="sky clear for 10 min",
        queue_since_us=at(10, 41),
        queue_held_by="",
        executing=EXECUTING,
        queue=(
            QueuedRecipe(
                recipe_id=identity("too"),
                observer="S. Sako",
                project="ToO GW",
                comment="S231212ab tile 3",
                priority=1.0,
                queued_us=NOW - 2 * MINUTE,
            ),
            *(
                QueuedRecipe(**survey(120 + n), priority=0.94 - n / 100, queued_us=NOW - MINUTE)  # type: ignore[arg-type]
                for n in range(1, 10)
            ),
        ),
        queue_total=14,
        pool=(
            PoolRecipe(
                recipe_id=identity("high cadence"),
                observer="R. Ohsawa",
                project="High Cadence",
                comment="field 12, interrupted by clouds",
                priority=0.9,
                window_start_us=at(10, 0),
                window_end_us=at(13, 0),
                state="waiting",
                exposures_done=("J0118+2942_dith1", "J0118+2942_dith2"),
            ),
            *(
                PoolRecipe(
                    **survey(140 + n),  # type: ignore[arg-type]
                    priority=0.8,
                    window_start_us=at(12, 0) + n * 20 * MINUTE,
                    window_end_us=at(15, 0) + n * 20 * MINUTE,
                    state="waiting",
                    exposures_done=(),
                )
                for n in range(9)
            ),
        ),
        pool_total=312,
        history=(
            FinishedRecipe(
                **survey(119),  # type: ignore[arg-type]
                started_us=at(11, 14, 20),
                ended_us=at(11, 18, 26),
                outcome="done",
                condition="",
                message="",
            ),
            FinishedRecipe(
                recipe_id=identity("neo"),
                observer="M. Beniyama",
                project="NEO follow-up",
                comment="2023 XB follow-up",
                started_us=at(11, 10, 1),
                ended_us=at(11, 14, 16),
                outcome="cancelled",
                condition="OperationTimedOut",
                message="SetFocus: 28.13 not reached within 60 s",
            ),
            FinishedRecipe(
                recipe_id=identity("expired"),
                observer="T. Morokuma",
                project="Twilight Survey",
                comment="low in the west",
                started_us=0,
                ended_us=at(11, 0),
                outcome="expired",
                condition="",
                message="its time window closed",
            ),
            *(
                FinishedRecipe(
                    **survey(118 - n),  # type: ignore[arg-type]
                    started_us=at(10, 55) - n * 5 * MINUTE,
                    ended_us=at(10, 59) - n * 5 * MINUTE,
                    outcome="done",
                    condition="",
                    message="",
                )
                for n in range(10)
            ),
        ),
        history_total=13,
        hardware=HARDWARE,
        held_by_lock=None,
        lock=LockOverview(locked=False, who="", why="", since_us=at(7, 41)),
        weather=WEATHER,
        chips=ChipsOverview(
            exposure_number=652282,
            exposure_name="J0118+2942_dith1",
            exposure_state="finished",
            chips=stages,
            counts=counts(stages),
            backlog=131,
            lanes={
                "default": LaneOverview(queued=96, leased=31),
                "express": LaneOverview(queued=0, leased=4),
            },
            acquired_per_minute=302.4,
            reduced_per_minute=297.0,
        ),
        alarms=ALARMS,
        violations_total=86,
        muted=(),
        processes=tuple(
            ProcessLine(process=name, state="running", pid=number, since_us=at(7, 39), reason="")
            for number, name in enumerate(("guardian", "night", "notifier", "projector", "telescope"), 4001)
        ),
        messages=(MessageLine(time_us=at(10, 41), text="observing resumes: sky clear for 10 min"),),
        counters=Counters(
            recipes_done=11,
            recipes_cancelled={"OperationTimedOut": 1},
            recipes_interrupted=1,
            recipes_expired=1,
            recipes_refused=0,
            exposures=49,
            exposures_aborted=1,
            chip_cubes=4116,
            chip_cubes_lost=1,
            given_up={"RawCubeCorrupt": 1},
            archived={"STACK": 3801, "CUBE": 12, "DARK": 84, "FLAT": 84},
            archived_bytes=37_400_000_000,
            rejected=88,
            rejected_reasons={"no astrometric solution": 84, "mean counts too high": 4},
            violations={"AstrometryFailed": 84, "MirrorCoverOpenAtStart": 1, "ReadingStale": 1},
            events=123_456,
        ),
    )
