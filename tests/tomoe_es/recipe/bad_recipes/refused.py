"""What is wrong with a recipe, and the parts that recipes of the tests are made of."""

from __future__ import annotations

from tomoe_es.recipe.file_errors import ERROR_CONDITIONS
from tomoe_es.recipe.parsing import parse_recipe

SET_PARAMETER = "SetParameter: { gain: high, tinteg_sec: 0.5, nframe: 18 }"
SET_PIPELINE = "SetPipeline: [wcs, stack]"
POINTING = "Pointing: { ra: 19.75, dec: 29.71 }"
AN_EXAMPLE = f"put a SetParameter before it, as '{SET_PARAMETER}'"
HEAD = "Observer: A\nProject: B\nPriority: 1\nTime Window: ['08:00', '10:30']\nOperations:\n"


def errors_of(data: bytes) -> list[tuple[str, str]]:
    checked = parse_recipe(data, "test.yaml", "2023-12-12")
    assert checked.recipe is None
    assert all(error.remedy and error.condition in ERROR_CONDITIONS for error in checked.errors)
    assert list(checked.errors) == sorted(checked.errors, key=lambda each: (each.line, each.column))
    return [(error.condition, str(error).removeprefix("test.yaml:")) for error in checked.errors]
