"""The process of the night is killed in mid exposure; the guardian closes; the night is resumed."""

from __future__ import annotations

from tests.chaos.chaos_night import ChaosNight
from tests.incidents.incident import Incident, Step, register
from tests.tomoe_es.control.observatory import plan, survey
from tomoe_es.events.camera import ExposureStarted
from tomoe_es.events.system import ProcessStarted
from tomoe_es.log.port import EventLog


def stage() -> EventLog:
    night = ChaosNight(None, plan(end="17:20"))
    register(night)
    night.record(ProcessStarted(process="night", pid=4711, host="kiso"))
    night.start(survey(8))
    night.run_until_seen(ExposureStarted, times=4)
    night.run_for(3)
    night.kill_executor()
    night.run_for(240)
    again = ChaosNight(None, night.plan, former=night)
    register(again)
    again.resume()
    again.run_to_end()
    return again.log


INCIDENT = Incident(
    number=9,
    name="killed-executor",
    title="The executor that was killed",
    seen="Observing stopped for some minutes in a clear night. Nobody had touched anything.",
    stage=stage,
    steps=(
        Step(
            "What was not normal?",
            ("replay", "when", 'event.type == "ViolationDetected"', "--limit", "4"),
            ("ProcessSilent",),
        ),
        Step(
            "What did the guardian do about it?",
            ("replay", "when", 'event.actor == "guardian"', "--limit", "12"),
            ("MakingSafeBegun", "DomeSlitCommanded action=close", "TelescopeMadeSafe"),
        ),
        Step(
            "What was going on at the last sign of life?",
            ("replay", "show", 'when:event.type == "ProcessFellSilent"', "--count", "-1"),
            ("exposing",),
        ),
        Step(
            "When did it go on, and from where?",
            ("replay", "effects", 'when:event.type == "NightResumed"', "--limit", "5"),
            ("NightResumed",),
        ),
        Step(
            "What became of the exposure?",
            (
                "replay",
                "when",
                'event.type in ("ExposureAborted", "RecipeInterrupted", "RecipeReturnedToPool")',
                "--limit",
                "5",
            ),
            ("the system was stopped",),
        ),
    ),
    cause="The process `night` gave no sign of life any more and said no word of its end: it was killed, "
    "or its machine was. The guardian closed within a minute. The resumed night gave up the exposure"
    " that was cut off and put its recipe back into the pool.",
)
