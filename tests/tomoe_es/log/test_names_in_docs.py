"""The tests that docs/explanation/event-log.md names are there."""

from __future__ import annotations

import re
from pathlib import Path

TOP = Path(__file__).parents[3]


def test_every_test_named_in_the_page_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", (TOP / "docs" / "explanation" / "event-log.md").read_text()))
    sources = "".join(path.read_text() for path in (TOP / "tests").rglob("*.py"))
    assert named
    assert {name for name in named if f"def {name}(" not in sources} == set()
