"""Which night is run: the next one of the log, or the one that was cut off."""

from __future__ import annotations

from datetime import date, timedelta

from adapters.simulator.script import load_script
from tomoe_es.camera.focal_plane import CHIPS, chips_for
from tomoe_es.clock import HOUR
from tomoe_es.control.state import Control
from tomoe_es.errors import NightUnfinished, NothingToResume, UsageError
from tomoe_es.events.system import NIGHT_OVER, WHAT_IF, LogCheckpoint, NightPlanned
from tomoe_es.log.port import EventLog
from tomoe_es.night import night_span
from tomoe_es.reduction.frame_numbers import FEWEST_FRAMES_TO_CLIP
from tomoe_es.reduction.queue import is_idle
from tomoe_es.reduction.queue_state import ReductionState
from tomoe_es.scheduling.twilight import NightTimes, night_times
from tui.night.options import FIRST_NIGHT, NightOptions

LONGEST_NIGHT_HOURS = 24
MOST_EXPOSURES = 10_000
"""Of a survey that is made up: a night has time for fewer."""
LARGEST_SEED = 2**32 - 1
LONGEST_TTL_HOURS = 10 * 365 * 24


class OptionInvalid(UsageError):
    """An option of the night is outside what is possible."""


class DataOfWhatIf(UsageError):
    """The data folder holds what `tomoe replay whatif` simulated, which did not happen."""

    what_to_do = "name another data folder with --data"


def plan_night(
    options: NightOptions, control: Control, checkpoint: LogCheckpoint | None = None
) -> NightPlanned:
    """The plan of a new night; raises NightUnfinished when the last one was cut off.

    `checkpoint` is the last one of the log.
    """
    last = control.night.plan
    if last is not None and control.night.phase not in NIGHT_OVER:
        raise NightUnfinished(
            f"the night {last.night} in this log was cut off: continue it with 'tomoe night --resume', "
            "or use another --data"
        )
    check(options)
    night = options.night or (_next_day(last.night) if last is not None else FIRST_NIGHT)
    times = night_times(night)
    if last is not None and night <= last.night:
        raise OptionInvalid(
            f"--night {night} is not after {last.night}, the last night in this log: "
            "a log only grows; choose a later night, or another --data"
        )
    return NightPlanned(
        night=night,
        start_up_us=times.start_up_us,
        sunset_us=times.sunset_us,
        calibration_us=times.calibration_us,
        observing_start_us=times.observing_start_us,
        observing_end_us=_observing_end(times, options.observing_hours),
        sunrise_us=times.sunrise_us,
        chips=list(chips_for(options.chips)),
        simulated=True,
        pixels=options.pixels,
        seed=options.seed,
        dark_frames=options.dark_frames,
        flat_frames=options.flat_frames,
        buffer_ttl_seconds=options.buffer_ttl_hours * 3600,
        script=options.script,
        checkpoint=checkpoint,
    )


def refuse_what_if(log: EventLog) -> None:
    """Raise DataOfWhatIf for a log that tells what did not happen: no true night goes on from there."""
    if next(log.read_stream(WHAT_IF), None) is not None:
        raise DataOfWhatIf(
            "this data folder holds a what-if of another one's night: name another with --data"
        )


def plan_to_resume(control: Control, reduction: ReductionState) -> NightPlanned:
    """The plan of the night that was cut off; raises NothingToResume when there is none.

    A night whose telescope is closed goes on too, while some of its data are not reduced.
    """
    last = control.night.plan
    if last is None:
        raise NothingToResume("this log holds no night: start one with 'tomoe night'")
    if control.night.phase in NIGHT_OVER and not control.exposures and is_idle(reduction):
        raise NothingToResume(
            f"the last night of this log, {last.night}, came to its end: start the next with 'tomoe night'"
        )
    return last


def check(options: NightOptions) -> None:
    """Raise OptionInvalid or NightScriptInvalid for what no night can have."""
    if not 1 <= options.chips <= len(CHIPS):
        raise OptionInvalid(f"--chips {options.chips} is outside 1 to {len(CHIPS)}")
    if not 0 <= options.exposures <= MOST_EXPOSURES:
        raise OptionInvalid(f"--exposures {options.exposures} is outside 0 to {MOST_EXPOSURES}")
    hours = options.observing_hours
    if hours is not None and not 0 < hours <= LONGEST_NIGHT_HOURS:
        raise OptionInvalid(f"--observing-hours {hours:g} is outside 0 to {LONGEST_NIGHT_HOURS}")
    if not 0 <= options.seed <= LARGEST_SEED:
        raise OptionInvalid(f"--seed {options.seed} is outside 0 to {LARGEST_SEED}")
    if not 1 <= options.workers <= 256:
        raise OptionInvalid(f"--workers {options.workers} is outside 1 to 256")
    for name, frames in (("--dark-frames", options.dark_frames), ("--flat-frames", options.flat_frames)):
        if not FEWEST_FRAMES_TO_CLIP <= frames <= 3600:
            raise OptionInvalid(f"{name} {frames} is outside {FEWEST_FRAMES_TO_CLIP} to 3600")
    if not 0 <= options.buffer_ttl_hours <= LONGEST_TTL_HOURS:
        raise OptionInvalid(
            f"--buffer-ttl-hours {options.buffer_ttl_hours:g} is outside 0 to {LONGEST_TTL_HOURS:g}"
        )
    try:
        night_span(options.night or FIRST_NIGHT)
    except ValueError:
        raise OptionInvalid(f"--night {options.night} is not a date: write it as {FIRST_NIGHT}") from None
    load_script(options.script, options.night or FIRST_NIGHT)


def _observing_end(times: NightTimes, hours: float | None) -> int:
    if hours is None:
        return times.observing_end_us
    return min(times.observing_end_us, times.observing_start_us + round(hours * HOUR))


def _next_day(night: str) -> str:
    return (date.fromisoformat(night) + timedelta(days=1)).isoformat()
