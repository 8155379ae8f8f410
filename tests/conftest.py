"""How Hypothesis looks for counterexamples: anew at every run of a person, the same ones in CI.

What takes long begins first. No test leaves a process behind.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.leftover_processes import end_processes_beside

# No deadline: a loaded machine is no counterexample.
settings.register_profile("person", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "person")


@pytest.hookimpl(tryfirst=True)  # pytest then brings together again what shares a parametrized fixture
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow ones, so that at the end no worker is waited for by the others.

    Groups begin before all others: xdist takes those of most tests first.
    """
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(autouse=True)
def _no_process_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """End what a killed night of this test has left."""
    top = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    if top is not None:
        end_processes_beside(top)
