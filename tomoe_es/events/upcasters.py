"""How events of former forms are read: stored events are never rewritten, so each former form stays readable.

A change that only adds a field with a default needs nothing here. Any other change gives the type a new name,
or an entry here under the stored name that turns the former JSON object into the present one. The former form
stays in `tests/samples/`, where a test reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


def _errors_by_direction(former: dict[str, Any]) -> dict[str, Any]:
    """A sighting had one error for all directions, and a magnitude had none."""
    sightings = [
        {**each, "error_along_pixels": error, "error_across_pixels": error}
        for each in former["sightings"]
        for error in (each.pop("error_pixels"),)
    ]
    return {**former, "magnitude_error": None, "sightings": sightings}


UPCASTERS: dict[str, Upcaster] = {"MovingObjectDetected": _errors_by_direction}
"""By the stored type name; the result has the present `type` and fields."""
