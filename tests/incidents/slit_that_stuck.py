"""It rains, and the motor of the dome slit hardly moves any more."""

from __future__ import annotations

from tests.incidents.incident import Incident, Step, register
from tests.tomoe_es.control.observatory import Observatory, plan, survey
from tomoe_es.log.port import EventLog

SCRIPT = """
weather:
  - { kind: rain, from: '16:56', to: '17:20' }
faults:
  - { device: dome_slit, kind: slow, from: '16:55', to: '17:10', factor: 100 }
"""


def stage() -> EventLog:
    night = Observatory(None, plan(end="17:20", script=SCRIPT))
    register(night)
    night.start(survey(4))
    night.run_to_end()
    return night.log


INCIDENT = Incident(
    number=1,
    name="slit-that-stuck",
    title="The slit that stuck",
    seen="The mirror is wet in the morning. The dome is closed, and nobody was there in the night.",
    stage=stage,
    steps=(
        Step(
            "What was not normal?",
            ("replay", "when", 'event.type == "ViolationDetected"', "--limit", "9"),
            ("SlitDidNotClose",),
        ),
        Step(
            "Why was the slit to close at all?",
            ("replay", "why", "violation:SlitDidNotClose"),
            ("DomeSlitCommanded action=close reason=danger: rain", "WeatherRead rain=true"),
        ),
        Step(
            "How long did its motor take, and from which event on?",
            ("replay", "timing"),
            ("dome_slit close",),
        ),
        Step(
            "How did things stand when the alarm came?",
            ("replay", "show", "violation:SlitDidNotClose"),
            ("dome_slit        closing", "unsafe"),
        ),
    ),
    cause="It was told to close as soon as it rained and reads *closing* for minutes, with no fault and no"
    " refused command: the drive is too slow. The slit, not the decision, is at fault.",
)
