"""A recipe file that somebody hands in: checked, then submitted or refused."""

from __future__ import annotations

import hashlib
from pathlib import PurePath

from tomoe_es.events.recipe import RecipeRefused, RecipeSubmitted
from tomoe_es.recipe.identity import recipe_id
from tomoe_es.recipe.parsing import parse_recipe
from tomoe_es.recipe.time_window import window_span


def submission(
    data: bytes, source_name: str, *, submitted_by: str, night: str, now: int, direct: bool = False
) -> RecipeSubmitted | RecipeRefused:
    """Check the bytes of a recipe file for a night; the event says whether it is accepted."""
    checked = parse_recipe(data, source_name, night=night)
    name = PurePath(source_name).name
    if checked.recipe is None:
        return RecipeRefused(
            source_name=name,
            source_digest=hashlib.sha256(data).hexdigest(),
            errors=[str(error) for error in checked.errors],
        )
    start, end = window_span(checked.recipe.time_window, night)
    return RecipeSubmitted(
        recipe_id=recipe_id(checked.recipe, now),
        recipe=checked.recipe,
        source=data.decode("utf-8-sig"),
        source_name=name,
        submitted_by=submitted_by,
        window_start_us=start,
        window_end_us=end,
        direct=direct,
    )
