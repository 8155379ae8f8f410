"""No condition of a recipe file is left without a test."""

from __future__ import annotations

from tests.tomoe_es.recipe.bad_recipes.test_file_and_head import FILES, HEADS
from tests.tomoe_es.recipe.bad_recipes.test_line import LINES
from tests.tomoe_es.recipe.bad_recipes.test_sequence import SEQUENCES
from tomoe_es.recipe.file_errors import ERROR_CONDITIONS


def test_every_condition_is_shown_by_a_test():
    tested = (
        {each[1] for each in LINES + FILES} | {each[2] for each in HEADS} | {"TooManyErrors", "InDaylight"}
    )
    tested |= {condition for _, expected in SEQUENCES for condition, _ in expected}
    assert tested >= set(ERROR_CONDITIONS)
