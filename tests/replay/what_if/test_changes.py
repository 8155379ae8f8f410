"""A file of changes is read as it is written, and what is wrong with it is said with the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay.errors import WhatIfInvalid
from replay.what_if.changes import Changes, Moved, check, read_changes

NIGHT = "2023-12-12"


def written(folder: Path, content: str) -> Changes:
    path = folder / "changes.yaml"
    path.write_text(content)
    return read_changes(path)


def test_spells_and_faults_may_be_many(tmp_path: Path) -> None:
    """More than the name of a file can be long."""
    spells = "\n".join(f"  - {{ kind: rain, from: '{hour}:00', to: '{hour}:30' }}" for hour in range(18, 24))
    faults = "\n".join(
        f"  - {{ device: focus, kind: slow, from: '{hour}:00', to: '{hour}:30', factor: 3 }}"
        for hour in range(18, 24)
    )
    changes = written(tmp_path, f"from: '18:00'\nweather:\n{spells}\nfaults:\n{faults}\n")

    check(changes, NIGHT)

    assert len(changes.spells(NIGHT) or ()) == 6
    assert len(changes.device_faults(NIGHT) or ()) == 6


@pytest.mark.parametrize("content", ["from: 22:10", "leave_out: [7412]"])
def test_what_yaml_takes_for_a_number_is_to_be_quoted(tmp_path: Path, content: str) -> None:
    with pytest.raises(WhatIfInvalid, match="places and times are in quotes, as '22:10'"):
        written(tmp_path, content)


@pytest.mark.parametrize("minutes", [float("nan"), float("inf"), -1441.0])
def test_nothing_is_moved_out_of_the_night(minutes: float) -> None:
    with pytest.raises(WhatIfInvalid, match="give up to 1440"):
        check(Changes(move=[Moved("7412", minutes)]), NIGHT)
