"""What is to be otherwise from a moment of a past night on, as a person writes it: a small YAML file.

The form is described in `docs/how-to/ask-what-if.md`. Everything is checked before anything is simulated.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import yaml

from adapters.simulator.devices.faults import Fault
from adapters.simulator.script import BUILT_IN, NightScript, NightScriptInvalid, load_script
from adapters.simulator.weather import Spell
from replay.errors import WhatIfInvalid

SLOWEST_DEG_S, FASTEST_DEG_S = 0.1, 20.0
FARTHEST_MINUTES = 24 * 60.0


class Moved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An input that comes earlier or later."""

    input: str  # a place, as `recipe:3f2a` or a position
    by_minutes: float  # negative: earlier


class Inserted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An input that was not there: one of the fields besides the time."""

    at: str  # time of day in the night
    recipe: str = ""  # path of its file
    direct: bool = False  # of a recipe: straight to the queue
    stop: str = ""  # the queue; why
    start: str = ""
    lock: str = ""  # the telescope; why
    release: str = ""

    @property
    def given(self) -> list[str]:
        """Which of the fields say what is inserted."""
        return [name for name in ("recipe", "stop", "start", "lock", "release") if getattr(self, name)]


class Changes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that is otherwise; None and empty: as it was."""

    from_: str | None = msgspec.field(default=None, name="from")  # a place; None: where the first change is
    weather: str | list[dict[str, Any]] | None = None  # a built-in night script, or spells of one
    faults: list[dict[str, Any]] | None = None  # as in a night script
    slew_deg_per_second: float | None = None
    leave_out: list[str] = []
    move: list[Moved] = []
    insert: list[Inserted] = []

    def spells(self, night: str) -> tuple[Spell, ...] | None:
        """The weather from then on; raises WhatIfInvalid."""
        if self.weather is None:
            return None
        if isinstance(self.weather, str):
            file = Path(self.weather)
            return _checked(file if file.is_file() else self.weather, night).weather
        return _checked(yaml.safe_dump({"weather": self.weather}), night).weather

    def device_faults(self, night: str) -> tuple[Fault, ...] | None:
        """The faults of the devices from then on; raises WhatIfInvalid."""
        if self.faults is None:
            return None
        return _checked(yaml.safe_dump({"faults": self.faults}), night).faults

    def in_words(self) -> list[str]:
        """Each change on a line."""
        told = []
        if self.weather is not None:
            told.append(f"weather: {_short(self.weather)}")
        if self.faults is not None:
            told.append(f"faults: {_short(self.faults)}")
        if self.slew_deg_per_second is not None:
            told.append(f"the mount slews at up to {self.slew_deg_per_second:g} degrees a second")
        told += [f"left out: {each}" for each in self.leave_out]
        for each in self.move:
            when = "earlier" if each.by_minutes < 0 else "later"
            told.append(f"{abs(each.by_minutes):g} minutes {when}: {each.input}")
        for new in self.insert:
            [name] = new.given
            told.append(f"inserted at {new.at}: {name} {getattr(new, name)}")
        return told


def read_changes(path: Path) -> Changes:
    """Read a file of changes; raises WhatIfInvalid, which names field and remedy."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise WhatIfInvalid(f"{path} can't be read ({error}): check the path") from error
    except yaml.YAMLError as error:
        raise WhatIfInvalid(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    try:
        return msgspec.convert(content or {}, Changes)
    except msgspec.ValidationError as error:
        known = ", ".join(each.encode_name for each in msgspec.structs.fields(Changes))
        raise WhatIfInvalid(
            f"{path}: {error}; the fields are {known}; places and times are in quotes, as '22:10' and '7412'"
        ) from error


def check(changes: Changes, night: str) -> None:
    """Raise WhatIfInvalid for what can be told without the log."""
    for each in changes.insert:
        if len(each.given) != 1:
            raise WhatIfInvalid(
                f"what is inserted at {each.at} is {' and '.join(each.given) or 'nothing'}: "
                "give one of recipe, stop, start, lock, release"
            )
    if not changes.in_words():
        raise WhatIfInvalid("nothing is otherwise: name a change, such as --weather clear")
    for moved in changes.move:
        if not abs(moved.by_minutes) <= FARTHEST_MINUTES:
            raise WhatIfInvalid(
                f"{moved.input} can't be moved by {moved.by_minutes:g} minutes: "
                f"give up to {FARTHEST_MINUTES:g}, earlier or later"
            )
    changes.spells(night)
    changes.device_faults(night)
    speed = changes.slew_deg_per_second
    if speed is not None and not SLOWEST_DEG_S <= speed <= FASTEST_DEG_S:
        raise WhatIfInvalid(
            f"{speed:g} degrees a second is no speed of a mount: give {SLOWEST_DEG_S:g} to {FASTEST_DEG_S:g}"
        )


def _checked(script: str | Path, night: str) -> NightScript:
    try:
        return load_script(script, night)
    except NightScriptInvalid as error:
        raise WhatIfInvalid(f"{error}; a built-in weather is one of {', '.join(BUILT_IN)}") from error


def _short(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
