"""The identity of a recipe: the same content submitted at the same time is the same recipe."""

from __future__ import annotations

from uuid import UUID, uuid5

import msgspec

from tomoe_es.recipe.model import Recipe

NAMESPACE = UUID("2f6a7d0c-5a1e-5f3b-9c44-7d1f0c6e8a21")
"""Under which the UUIDs (version 5) of recipes are made."""


def recipe_id(recipe: Recipe, submitted_us: int) -> str:
    """UUIDv5 of the recipe's content and the time of its submission (UTC microseconds)."""
    content = msgspec.json.encode({"recipe": recipe, "submitted_us": submitted_us}, order="sorted")
    return str(uuid5(NAMESPACE, content.decode()))
