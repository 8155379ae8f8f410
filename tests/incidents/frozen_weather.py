"""The weather monitor repeats one reading."""

from __future__ import annotations

from tests.incidents.incident import Incident, Step, register
from tests.tomoe_es.control.observatory import Observatory, plan, survey
from tomoe_es.log.port import EventLog

SCRIPT = "faults: [{ device: weather, kind: freeze, from: '16:55', to: '17:05' }]"


def stage() -> EventLog:
    night = Observatory(None, plan(end="17:20", script=SCRIPT))
    register(night)
    night.start(survey(8))
    night.run_to_end()
    return night.log


INCIDENT = Incident(
    number=2,
    name="frozen-weather-reading",
    title="The weather reading that froze",
    seen="The dome was closed for a while in a starry night. Every reading that people look at says: no "
    "rain, no wind, dry.",
    stage=stage,
    steps=(
        Step(
            "When did it begin to close?",
            ("replay", "when", 'dome.slit == "closing"'),
            ("DomeSlitRead state=closing",),
        ),
        Step(
            "Why?",
            ("replay", "why", 'when:dome.slit == "closing"'),
            ("weather reading frozen",),
        ),
        Step(
            "What did the monitor say before?",
            ("replay", "when", 'event.type == "WeatherRead"', "--from", "16:55", "--limit", "7"),
            ("WeatherRead rain=false",),
        ),
    ),
    cause="The monitor gave the same reading again and again, with fresh times. Real weather varies in "
    "every digit; so it counts as unknown, which is unsafe. Restart the monitor.",
)
