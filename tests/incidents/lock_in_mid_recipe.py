"""Somebody goes into the dome and locks the telescope while a recipe runs."""

from __future__ import annotations

from tests.incidents.incident import Incident, Step, register
from tests.tomoe_es.control.observatory import Observatory, plan, survey
from tomoe_es.control import hands
from tomoe_es.events.camera import ExposureStarted
from tomoe_es.log.port import EventLog
from tui import running_night
from tui.commands.lock import STREAM


def stage() -> EventLog:
    night = Observatory(None, plan(end="17:20"))
    register(night)
    night.start(survey(4))
    night.run_until_seen(ExposureStarted, times=4)
    running_night.say(night.log, STREAM, _lock, "tomoe lock set", by_day=True)
    night.conductor.follow_others()
    night.run_for(240)
    running_night.say(night.log, STREAM, _release, "tomoe lock release", by_day=True)
    night.conductor.follow_others()
    night.run_to_end()
    return night.log


def _lock(state: hands.Control) -> hands.TelescopeLockSet:
    return hands.set_lock(state, "tanaka", "changing a fuse in the dome")


def _release(state: hands.Control) -> hands.TelescopeLockReleased:
    return hands.release_lock(state, "tanaka", "done", take_over=False)


INCIDENT = Incident(
    number=6,
    name="lock-in-mid-recipe",
    title="The lock in the middle of a recipe",
    seen="A recipe of the survey ran twice tonight; the first time it ended after a few exposures.",
    stage=stage,
    steps=(
        Step(
            "Which recipe was interrupted?",
            ("replay", "when", 'event.type == "RecipeInterrupted"', "--limit", "9"),
            ("RecipeInterrupted",),
        ),
        Step(
            "Why?",
            ("replay", "why", 'when:event.type == "RecipeInterrupted"'),
            ("TelescopeLockSet", "tanaka", "changing a fuse in the dome"),
        ),
        Step(
            "What else followed from that?",
            (
                "replay",
                "effects",
                'when:event.type == "TelescopeLockSet" and event.who == "tanaka"',
                "--limit",
                "12",
            ),
            ("RecipeReturnedToPool", "ExposureAborted"),
        ),
    ),
    cause="Tanaka locked the telescope to work in the dome. Nothing moves while it is locked; the recipe "
    "was broken off, went back to the pool with what it had done, and ran again after the release.",
)
