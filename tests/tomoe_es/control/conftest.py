"""Observatories for tests, closed at their end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.tomoe_es.control.observatory import Observatory, plan
from tomoe_es.events.system import NightPlanned

Opener = Callable[..., Observatory]


@pytest.fixture
def observatory(tmp_path: Path) -> Iterator[Opener]:
    """Makes observatories over a log in memory, or over the one in a folder that is named."""
    opened: list[Observatory] = []

    def make(
        planned: NightPlanned | None = None, *, folder: str | None = None, only: Iterable[str] | None = None
    ) -> Observatory:
        opened.append(Observatory(tmp_path / folder if folder else None, planned or plan(), only=only))
        return opened[-1]

    yield make
    for each in opened:
        each.close()
