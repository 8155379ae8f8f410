"""How events of former forms are read: stored events are never rewritten, so each former form stays readable.

A change that only adds a field with a default needs nothing here. Any other change gives the type a new name,
or an entry here under the stored name that turns the former JSON object into the present one. The former form
stays in `tests/samples/`, where a test reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

UPCASTERS: dict[str, Upcaster] = {}
"""By the stored type name; the result has the present `type` and fields."""
