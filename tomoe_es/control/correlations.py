"""Which recipe an event belongs to: its correlation is the position of the recipe's submission."""

from __future__ import annotations

import msgspec

from tomoe_es.events import Event
from tomoe_es.events.camera import ExposureAborted, ExposureRequested
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.recipe import (
    RecipeCancelled,
    RecipeCompleted,
    RecipeExpired,
    RecipeReturnedToPool,
    RecipeSubmitted,
)
from tomoe_es.events.system import NightPlanned
from tomoe_es.events.transfer import ChipCubeExpired, ExposureTransferred

_RECIPE_ENDED = (RecipeCompleted, RecipeCancelled, RecipeExpired)


class _Exposed(msgspec.Struct):
    """An exposure's correlation, and how many raw cubes the buffer storage holds; None until transferred."""

    correlation: int
    cubes: int | None = None


class Correlations(msgspec.Struct):
    """The correlation of each open recipe, and of each exposure whose data are still handled.

    An exposure outlives its recipe: its raw cubes are deleted hours later, perhaps in another night.
    """

    recipes: dict[str, int] = {}
    exposures: dict[int, _Exposed] = {}

    def of(self, event: Event) -> int:
        """Correlation of an event that names its recipe or exposure; 0 when it names none that is known."""
        recipe = self.recipes.get(getattr(event, "recipe_id", ""), 0)
        exposed = self.exposures.get(getattr(event, "exposure_number", -1))
        return recipe or (exposed.correlation if exposed is not None else 0)

    def take_in(self, recorded: Recorded) -> None:
        """Learn of recipes and exposures, and forget those that are over."""
        match recorded.payload:
            case RecipeSubmitted(recipe_id=recipe_id):
                self.recipes.setdefault(recipe_id, recorded.position)
            case RecipeReturnedToPool(recipe_id=recipe_id):  # perhaps after it was complete
                self.recipes.setdefault(recipe_id, recorded.correlation)
            case ExposureRequested(exposure_number=number):
                self.exposures[number] = _Exposed(recorded.correlation)
            case ExposureTransferred(exposure_number=number, buffered=buffered):
                self._hold(number, buffered)
            case ExposureAborted(exposure_number=number):
                self._hold(number, 0)
            case ChipCubeExpired(exposure_number=number):
                exposed = self.exposures.get(number)
                if exposed is not None and exposed.cubes is not None:
                    exposed.cubes -= 1
            case NightPlanned():
                self.exposures = {
                    number: exposed for number, exposed in self.exposures.items() if exposed.cubes != 0
                }
            case event if isinstance(event, _RECIPE_ENDED):
                self.recipes.pop(event.recipe_id, None)
            case _:
                pass

    def _hold(self, number: int, cubes: int) -> None:
        if number in self.exposures:
            self.exposures[number].cubes = cubes
