"""Opens the night that a command is about, and prints what it found below which night, log and code it is."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from replay.errors import PlaceUnknown, did_you_mean
from replay.night import Identity, ReplayedNight, state_names
from replay.opening import opened_night
from tui.data_folder import DataFolder, data_folder


def existing_folder(data: Path | None) -> DataFolder:
    """The data folder; raises NoDataFolder when no night was ever run there."""
    folder = data_folder(data)
    folder.require()
    return folder


@contextmanager
def opened(data: Path | None, night: str | None) -> Iterator[tuple[ReplayedNight, Identity]]:
    """The night, and what every output about it begins with."""
    folder = existing_folder(data)
    with opened_night(folder.log, night, cache=folder.projections / "replay") as found:
        yield found


def states_at(night: ReplayedNight, position: int, name: str | None) -> dict[str, Any]:
    """The states after an event, or the one named; raises PlaceUnknown."""
    if name is None:
        return night.states(position)
    if name not in state_names():
        raise PlaceUnknown(f"no state is called '{name}': {did_you_mean(name, state_names())}")
    return {name: night.state(position, name)}


def print_lines(identity: Identity, lines: Iterable[str]) -> None:
    """Print as text."""
    for line in (*identity.lines(), ""):
        sys.stdout.write(line + "\n")
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


def print_json(identity: Identity, **content: Any) -> None:
    """Print as one line of JSON."""
    sys.stdout.write(msgspec.json.encode({"replay": identity, **content}).decode() + "\n")
