"""A recipe with the sign of its declination left out."""

from __future__ import annotations

from tests.incidents.incident import Incident, Step, register
from tests.tomoe_es.control.observatory import Observatory, jst, make_recipe, plan, submitted, survey
from tomoe_es.log.port import EventLog
from tomoe_es.scheduling.sky import equatorial


def stage() -> EventLog:
    night = Observatory(None, plan(end="17:20"))
    register(night)
    night.start(survey(2))
    ra, dec = equatorial(180.0, 40.0, jst("16:58"))
    wrong = make_recipe(
        ("Pointing", {"ra": round(ra, 4), "dec": round(dec - 50.0, 4)}),
        ("Wait", "pointing"),
        ("SetParameter", {"gain": "high", "tinteg_sec": 0.5, "nframe": 18}),
        ("Exposure", "supernova"),
        comment="SN candidate",
        priority=0.99,
    )
    night.run_until("16:55")
    night.record(submitted(wrong, night.clock.now(), direct=True))
    night.run_to_end()
    return night.log


INCIDENT = Incident(
    number=10,
    name="wrong-recipe",
    title="The recipe that was wrong",
    seen="A supernova candidate that somebody had handed in was not observed.",
    stage=stage,
    steps=(
        Step(
            "Which recipes ended before their time?",
            (
                "replay",
                "when",
                'event.type in ("RecipeCancelled", "RecipeExpired", "RecipeRefused")',
                "--limit",
                "9",
            ),
            ("RecipeCancelled",),
        ),
        Step(
            "Why?",
            ("replay", "why", 'when:event.type == "RecipeCancelled"'),
            ("TargetTooLow", "RecipeSubmitted"),
        ),
        Step(
            "Who had handed it in, and what did it ask for?",
            (
                "replay",
                "show",
                'when:event.type == "RecipeSubmitted" and event.direct == True '
                'and event.submitted_by == "test"',
            ),
            ("submitted_by", '"dec":-'),
        ),
    ),
    cause="The declination puts the target below the horizon at Kiso. Everything else of the recipe is "
    "right: its sign was lost. Hand it in again with the right one.",
)
