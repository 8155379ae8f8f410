"""One operator stops the queue, another one, elsewhere, starts it again."""

from __future__ import annotations

from tests.incidents.incident import Incident, Step, register
from tests.tomoe_es.control.observatory import Observatory, plan, survey
from tomoe_es.control import hands
from tomoe_es.events.recipe import OperationStarted
from tomoe_es.log.port import EventLog
from tui import running_night


def stage() -> EventLog:
    night = Observatory(None, plan(end="17:20"))
    register(night)
    night.start(survey(20), survey(2, comment="second"))
    night.run_until("16:54")
    running_night.say(night.log, "queue", _stop, "tomoe queue stop")
    night.conductor.follow_others()
    night.run_until("17:00")
    running_night.say(night.log, "queue", _start, "tomoe queue start")
    night.conductor.follow_others()
    night.run_until_seen(OperationStarted, times=2)
    night.run_to_end()
    return night.log


def _stop(state: hands.Control) -> hands.QueuePaused:
    return hands.stop(state, "mori", "visitors on the dome floor until 17:30")


def _start(state: hands.Control) -> hands.QueueStarted:
    return hands.start(state, "sato", "why is nothing running?", take_over=True)


INCIDENT = Incident(
    number=7,
    name="two-operators",
    title="Two operators",
    seen="Mori had stopped the queue for visitors in the dome. The telescope moved while they were there.",
    stage=stage,
    steps=(
        Step(
            "Whose hand was on the queue, and when?",
            (
                "replay",
                "when",
                'event.type in ("QueuePaused", "QueueStarted", "QueueAbortRequested")',
                "--limit",
                "9",
            ),
            ("who=mori", "who=sato taken_over_from=mori"),
        ),
        Step(
            "What followed from the second hand?",
            (
                "replay",
                "effects",
                'when:event.type == "QueueStarted" and event.who == "sato"',
                "--limit",
                "9",
            ),
            ("RecipeStarted",),
        ),
        Step(
            "What changed between the two commands?",
            ("replay", "diff", "16:59:50", "17:00:10", "--state", "control"),
            ("hand",),
        ),
    ),
    cause="Sato took the queue over six minutes after Mori had stopped it, with --take-over, which had "
    "told Sato of Mori and the visitors. The log holds both names and both reasons.",
)
