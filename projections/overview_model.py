"""What the screens show of the night, as one frozen value. Times are UTC microseconds; 0 is "never"."""

from __future__ import annotations

from typing import Literal

import msgspec

ChipStage = Literal[
    "acquired",
    "buffered",
    "lost",
    "queued",
    "leased",
    "solved",
    "unsolved",
    "archived",
    "rejected",
    "failed",
    "finished",  # reduced, with nothing to archive
]
RecipeState = Literal["waiting", "queued", "executing"]
Outcome = Literal["done", "cancelled", "expired"]
QueueMode = Literal["running", "paused", "suspended"]
ProcessState = Literal["running", "stopped", "silent"]


class PlannedTimes(msgspec.Struct, frozen=True):
    """The times of the night's schedule."""

    start_up_us: int
    sunset_us: int
    calibration_us: int
    observing_start_us: int
    observing_end_us: int
    sunrise_us: int


class NightOverview(msgspec.Struct, frozen=True, kw_only=True):
    """The night and its phase; `night` is empty before one was planned."""

    night: str
    phase: str  # a NightPhase, or empty before the first
    phase_reason: str
    phase_since_us: int
    planned: PlannedTimes | None
    simulated: bool
    pixels: bool  # False: events only, there is no file of any product
    seed: int
    chips: tuple[int, ...]
    what_if: str = ""  # of which true night this is simulated anew, and how; empty: it happened


class Executing(msgspec.Struct, frozen=True, kw_only=True):
    """The recipe that is being carried out, and the operation that it is at."""

    recipe_id: str
    observer: str
    project: str
    comment: str
    priority: float
    started_us: int
    operation_number: int  # from 1; 0 before the first operation
    operations: int
    operation: str
    text: str  # of the operation, as in the recipe
    operation_since_us: int
    time_limit_seconds: float
    lock_blocking: bool  # the telescope is locked, and the operation moves something


class QueuedRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """A recipe in the observation queue."""

    recipe_id: str
    observer: str
    project: str
    comment: str
    priority: float
    queued_us: int


class PoolRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """A recipe that is not finished: waiting in the pool, queued or executing."""

    recipe_id: str
    observer: str
    project: str
    comment: str
    priority: float
    window_start_us: int
    window_end_us: int
    state: RecipeState
    exposures_done: tuple[str, ...]  # by an earlier run that was interrupted


class FinishedRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """A recipe that is over. `condition` and `message` say why, unless it is done."""

    recipe_id: str
    observer: str
    project: str
    comment: str
    started_us: int  # 0: it never ran
    ended_us: int
    outcome: Outcome
    condition: str
    message: str


class HardwareRow(msgspec.Struct, frozen=True, kw_only=True):
    """A device as its newest reading tells it."""

    device: str
    state: str
    value: str  # for people, with units
    read_us: int  # 0: never read
    age_seconds: float  # of the reading, against the newest time in the log; 0 when never read
    ok: bool  # it answers, was read within STALE_SECONDS, and reports no fault
    problem: str  # why it is not ok; empty when it is


class LockOverview(msgspec.Struct, frozen=True, kw_only=True):
    """The telescope lock."""

    locked: bool
    who: str
    why: str
    since_us: int


class WeatherOverview(msgspec.Struct, frozen=True, kw_only=True):
    """The weather and the sky; None: not known."""

    safe: bool | None
    reasons: tuple[str, ...]  # why it is unsafe
    cloudy: bool | None
    since_us: int  # of the last change of safe or cloudy
    rain: bool | None
    wind_speed_m_s: float | None
    wind_direction_deg: float | None
    humidity_percent: float | None
    temperature_c: float | None
    dome_temperature_c: float | None
    sky_temperature_c: float | None
    pressure_hpa: float | None
    read_us: int


class LaneOverview(msgspec.Struct, frozen=True, kw_only=True):
    """One lane of the reduction: chip-cubes waiting for a slot, and chip-cubes being reduced."""

    queued: int
    leased: int


class ChipsOverview(msgspec.Struct, frozen=True, kw_only=True):
    """Chip by chip, how far the newest exposure has come, and how the reduction keeps up."""

    exposure_number: int  # newest exposure; 0: none yet
    exposure_name: str
    exposure_state: str  # requested, exposing, finished, aborted; empty: none yet
    chips: dict[int, ChipStage]  # det_id to state; chips not acquired yet are missing
    counts: dict[str, int]  # chips of that exposure by state
    backlog: int  # chip-cubes acquired or queued whose reduction is not finished, of all exposures
    lanes: dict[str, LaneOverview]
    acquired_per_minute: float  # over the last minutes of the log
    reduced_per_minute: float


class AlarmLine(msgspec.Struct, frozen=True, kw_only=True):
    """A violation, or a burst of the same name on one line."""

    name: str
    kind: str  # violation; or rejected, failed, lost: chips, never open
    severity: str  # the loudest of the burst
    count: int
    open: int  # of these, neither cleared nor acknowledged
    first_us: int
    last_us: int
    position: int  # of the newest
    thing: str  # of the newest
    message: str
    evidence: tuple[int, ...]  # positions, of the newest
    chain: tuple[int, ...]
    needs_acknowledgement: bool  # one of the open ones does
    cleared: int  # over by themselves
    muted_until_us: int  # 0: announced
    acknowledged_by: str  # the newest acknowledgement; empty: none
    acknowledged_why: str
    acknowledged_us: int
    acknowledged_said_us: int  # by the real clock

    @property
    def said(self) -> str:
        """Thing and message; many messages begin with their thing."""
        return self.message if self.message.startswith(self.thing) else f"{self.thing}: {self.message}"


class MutedAlarm(msgspec.Struct, frozen=True, kw_only=True):
    """A name whose violations are recorded but not announced."""

    name: str
    until_us: int
    who: str
    why: str


class ProcessLine(msgspec.Struct, frozen=True, kw_only=True):
    """A process of the system, as the log last told of it."""

    process: str
    state: ProcessState
    pid: int
    since_us: int
    reason: str  # why it ended or counts as silent


class MessageLine(msgspec.Struct, frozen=True, kw_only=True):
    """A message posted to the log."""

    time_us: int
    text: str


class Counters(msgspec.Struct, frozen=True, kw_only=True):
    """What the night has come to so far."""

    recipes_done: int
    recipes_cancelled: dict[str, int]  # condition to number
    recipes_interrupted: int
    recipes_expired: int
    recipes_refused: int
    exposures: int
    exposures_aborted: int
    chip_cubes: int
    chip_cubes_lost: int
    given_up: dict[str, int]  # condition to number of chip-cubes whose reduction failed for good
    archived: dict[str, int]  # kind to number
    archived_bytes: int
    rejected: int
    rejected_reasons: dict[str, int]  # a product may have several
    violations: dict[str, int]  # name to number
    events: int  # of this night


class DeadNight(msgspec.Struct, frozen=True, kw_only=True):
    """The night has not ended, and its process does not live."""

    pid: int
    gone: bool  # False: it is there, and gives no sign of life
    since_us: int  # of its last sign of life, in real time
    telescope: str  # what has become of the telescope since, for people
    go_on: str  # the command with which the night goes on


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the dashboard and `tomoe status` show."""

    position: int  # of the log, up to which this was projected
    time_us: int  # of the newest event
    night: NightOverview
    queue_mode: QueueMode
    queue_reason: str  # why it is paused, suspended or runs
    queue_since_us: int
    queue_held_by: str  # whose hand is on it: who has paused it
    executing: Executing | None
    queue: tuple[QueuedRecipe, ...]  # the first ten, next one first
    queue_total: int
    held_by_lock: QueuedRecipe | None  # the next one that can't start because the telescope is locked
    pool: tuple[PoolRecipe, ...]  # the first ten that wait, most urgent first
    pool_total: int
    history: tuple[FinishedRecipe, ...]  # newest first
    history_total: int
    hardware: tuple[HardwareRow, ...]
    lock: LockOverview
    weather: WeatherOverview
    chips: ChipsOverview
    alarms: tuple[AlarmLine, ...]  # all open ones first, the loudest on top; then the others, newest first
    violations_total: int
    muted: tuple[MutedAlarm, ...]
    processes: tuple[ProcessLine, ...]
    messages: tuple[MessageLine, ...]  # newest first
    counters: Counters
    dead: DeadNight | None = None  # told by who can look at processes: projections see the log alone
