"""The camera is told other parameters than the recipe's."""

from __future__ import annotations

from tomoe_es.events.camera import ExposureRequested
from tomoe_es.events.envelope import Recorded
from tomoe_es.machines.judging.known import Known
from tomoe_es.machines.rule import Departing, Rule
from tomoe_es.recipe.operation import Settings

_TYPES = {"Exposure": "OBJECT", "Dark": "DARK", "Flat": "FLAT"}


def judge(known: Known, recorded: Recorded) -> Departing | None:
    """Against the recipe as it was submitted, up to the operation that runs."""
    asked, running = recorded.payload, known.running
    assert isinstance(asked, ExposureRequested), "the rule reads nothing else"
    opened = known.recipes.get(asked.recipe_id)
    if running is None or opened is None:
        return None  # then it did not come through the queue
    operations = opened.recipe.operations[: running.index + 1]
    now = operations[-1]
    wanted: dict[str, object] = {"name": str(now.argument), "data_type": _TYPES.get(now.name, now.name)}
    settings = Settings()
    wanted |= {
        "gain": settings.gain,
        "exposure_seconds": settings.exposure_seconds,
        "frames": settings.frames,
    }
    for call in operations:
        if call.name == "SetParameter" and isinstance(call.argument, dict):
            given = call.argument
            wanted |= {
                "gain": given["gain"],
                "exposure_seconds": float(given["tinteg_sec"]),
                "frames": given["nframe"],
            }
    wanted["recipe_id"] = running.recipe_id
    wrong = [
        f"{field} {getattr(asked, field)} instead of {value}"
        for field, value in wanted.items()
        if getattr(asked, field) != value
    ]
    if not wrong:
        return None
    told = f"exposure {asked.exposure_number} is asked for with {', '.join(wrong)}"
    return Departing(told, (opened.submitted, running.started))


RULE = Rule(
    name="ExposureUnlikeRecipe",
    severity="serious",
    meaning="the exposure is not the one that its observer asked for",
    remedy="stop the queue; compare the recipe with the events of its operations",
    thing="exposure/{0.exposure_number:08d}",
    lasts=False,
    reads=(ExposureRequested,),
    judge=judge,
)
