"""The code that is running is named with everything that its products depend on."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from adapters.code_identity import (
    DEBIAN_PACKAGES,
    RUNS_ON,
    code_identity,
    debian_versions,
    worker_version,
)

PROJECT = Path(__file__).parent.parent.parent / "pyproject.toml"


def test_every_package_that_is_needed_is_named_with_its_version() -> None:
    needed = tomllib.loads(PROJECT.read_text())["project"]["dependencies"]

    assert list(RUNS_ON) == sorted(re.split(r"[<>=\[]", each)[0] for each in needed)
    packages = code_identity().packages
    assert list(packages) == [*RUNS_ON, *(f"debian:{name}" for name in DEBIAN_PACKAGES)]
    assert all(packages[name] for name in RUNS_ON)


def test_the_program_and_the_stars_that_positions_come_from_are_named() -> None:
    assert re.match(r"0\.\d+", code_identity().packages["debian:astrometry.net"])
    assert code_identity().packages["debian:astrometry-data-tycho2-07"]


def test_where_debian_is_not_their_versions_are_empty(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert debian_versions() == {
        "debian:astrometry-data-tycho2-07": "",
        "debian:astrometry.net": "",
    }


def test_workers_of_the_same_code_with_another_package_are_told_apart() -> None:
    ours = code_identity()
    theirs = msgspec.structs.replace(ours, packages=ours.packages | {"numpy": "1.0"})

    assert worker_version(ours) == worker_version(code_identity())
    assert worker_version(theirs) != worker_version(ours)
