"""The clocks of two processes differ."""

from __future__ import annotations

from tomoe_es.clock import SECOND, isot
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import AlarmMuted, AlarmUnmuted, ViolationAcknowledged
from tomoe_es.events.queue import QueueAbortRequested, QueuePaused, QueueStarted
from tomoe_es.events.recipe import RecipeRefused, RecipeSubmitted
from tomoe_es.events.safety import MakingSafeBegun, ProcessFellSilent, TelescopeMadeSafe
from tomoe_es.events.system import ProcessStarted, ProcessStopped
from tomoe_es.events.telescope import MountRead, TelescopeLockReleased, TelescopeLockSet
from tomoe_es.events.weather import WeatherRead
from tomoe_es.machines.judging import passed_time
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule

LIMIT_SECONDS = 2.0
SIMULATED_LIMIT_SECONDS = 600.0
"""A simulated night runs up to 1000 times faster than the other processes that write into its log."""


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """Positions say in which order events were appended, so times should not run backwards along them."""
    if known.plan is None:
        return None
    limit = SIMULATED_LIMIT_SECONDS if known.plan.simulated else LIMIT_SECONDS
    ahead = known.ahead
    if ahead is not None and passed_time.settles(known, recorded):
        early = (ahead.time_us - recorded.time) / SECOND
        if early > limit:
            return Departing(
                f"{ahead.event} by '{ahead.actor}' of {isot(ahead.time_us, 1)} was in the log "
                f"{early:.1f} s before its time",
                evidence=(ahead.position,),
            )
    back = (known.latest_us - recorded.time) / SECOND
    if back <= limit:
        return None
    return Departing(
        f"{type(recorded.payload).__name__} by '{recorded.actor}' of {isot(recorded.time, 1)} comes "
        f"{back:.1f} s before events that were in the log already"
    )


RULE = Rule(
    name="ClocksDisagree",
    severity="serious",
    meaning="the clocks of two machines differ, or a process hung while it recorded: deadlines and time "
    "stamps can't be trusted",
    remedy="look at the time service (NTP, PTP) of both machines, unless a process was silent for that long",
    thing="clocks",
    reads=(
        *(RecipeSubmitted, RecipeRefused, QueueStarted, QueuePaused, QueueAbortRequested),
        *(MakingSafeBegun, TelescopeMadeSafe, ProcessFellSilent, ProcessStarted, ProcessStopped),
        *(ViolationAcknowledged, AlarmMuted, AlarmUnmuted, TelescopeLockSet, TelescopeLockReleased),
        *(MountRead, WeatherRead),
    ),
    judge=judge,
    late_readings=True,
)
