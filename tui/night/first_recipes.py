"""The recipes that a night begins with: those of the files that were named, or a survey that is made up."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tomoe_es.control.submission import submission
from tomoe_es.errors import UsageError
from tomoe_es.events.recipe import RecipeRefused, RecipeSubmitted
from tomoe_es.events.system import NightPlanned
from tomoe_es.recipe.identity import recipe_id
from tomoe_es.recipe.time_window import window_span
from tomoe_es.recipe.yaml_tree import LARGEST_BYTES
from tomoe_es.scheduling.all_sky_survey import survey_recipes


class RecipeUnreadable(UsageError):
    """A recipe file that the night was to begin with can't be read."""

    what_to_do = "make the file readable, or name another"


class RecipeFile(msgspec.Struct, frozen=True):
    """A recipe file as it was read."""

    name: str
    content: bytes


def read_recipes(paths: Sequence[Path]) -> list[RecipeFile]:
    """Read recipe files, each no further than shows that it is too large; raises RecipeUnreadable."""
    return [RecipeFile(path.name, _content(path)) for path in paths]


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise RecipeUnreadable(f"{path}: {error.strerror}: check the path, or leave the file out") from error


def submissions(
    files: Sequence[RecipeFile], *, submitted_by: str, night: str, now: int
) -> list[RecipeSubmitted | RecipeRefused]:
    """Submit or refuse each file; one with the content of an earlier one would be the same recipe."""
    events: list[RecipeSubmitted | RecipeRefused] = []
    names: dict[str, str] = {}
    for file in files:
        event = submission(file.content, file.name, submitted_by=submitted_by, night=night, now=now)
        if isinstance(event, RecipeSubmitted):
            first = names.get(event.recipe_id)
            if first is not None:
                event = _refused(file, f"{file.name}: the same recipe as {first}; remove one of the two")
            else:
                names[event.recipe_id] = file.name
        events.append(event)
    return events


def survey_submissions(
    plan: NightPlanned, exposures: int, *, submitted_by: str, now: int
) -> list[RecipeSubmitted]:
    """Submit an all-sky survey of so many exposures, spread over the night."""
    return [
        RecipeSubmitted(
            recipe_id=recipe_id(recipe, now),
            recipe=recipe,
            source="",
            source_name="all-sky survey",
            submitted_by=submitted_by,
            window_start_us=window_span(recipe.time_window, plan.night)[0],
            window_end_us=window_span(recipe.time_window, plan.night)[1],
            direct=False,
        )
        for recipe in survey_recipes(plan, exposures)
    ]


def _refused(file: RecipeFile, error: str) -> RecipeRefused:
    digest = hashlib.sha256(file.content).hexdigest()
    return RecipeRefused(source_name=file.name, source_digest=digest, errors=[error])
