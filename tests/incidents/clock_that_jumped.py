"""A machine of the control room believes that it is a quarter of an hour earlier."""

from __future__ import annotations

from tests.incidents.incident import Incident, Step, register
from tests.tomoe_es.control.observatory import NIGHT, Observatory, plan, submitted, survey
from tomoe_es.clock import MINUTE
from tomoe_es.events.envelope import Draft
from tomoe_es.log.port import EventLog

ACTOR = "tomoe queue submit"


def stage() -> EventLog:
    night = Observatory(None, plan(end="17:30"))
    register(night)
    night.start(survey(3))
    night.run_until("16:58")
    for wrong_by in (0, 15 * MINUTE):
        now = night.clock.now() - wrong_by
        event = submitted(survey(2, at="17:10", comment=f"{NIGHT} target {wrong_by}"), now)
        night.log.append(event.stream(), [Draft(event, now, actor=ACTOR)])
        night.conductor.follow_others()
        night.run_until("17:02")
    night.run_to_end()
    return night.log


INCIDENT = Incident(
    number=8,
    name="clock-that-jumped",
    title="The clock that jumped",
    seen="A recipe was observed eight minutes after its submission, and its log line says twenty-three.",
    stage=stage,
    steps=(
        Step(
            "What was not normal?",
            ("replay", "when", 'event.type == "ViolationDetected"', "--limit", "4"),
            ("ClocksDisagree",),
        ),
        Step(
            "Which event shows it?",
            ("replay", "why", "violation:ClocksDisagree"),
            ("RecipeSubmitted", ACTOR),
        ),
        Step(
            "What was recorded just before, and at what time?",
            ("replay", "show", "violation:ClocksDisagree", "--step", "event", "--count", "-3"),
            ("17:02",),
        ),
        Step(
            "Do other events of that machine have it too?",
            ("replay", "when", 'event.actor == "tomoe queue submit"', "--limit", "9"),
            ("16:58:00", "16:47:00"),
        ),
    ),
    cause="Positions tell the order in which events came; the time of this one lies a quarter of an hour "
    "before its neighbours. The command's earlier event is right: the clock of the machine it ran on"
    " was set back in between. Look at its time service.",
)
