"""The night script: which weather and which faults a simulated night has, as a person writes it in YAML.

The form is described in `docs/reference/night-script.md`. Everything is checked when it is loaded.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path
from typing import TypeVar

import msgspec
import yaml

from adapters.disks import STORAGES
from adapters.simulator.devices.faults import FAULT_KINDS, Fault, FaultKind
from adapters.simulator.weather import SPELL_KINDS, Spell
from tomoe_es.errors import UsageError
from tomoe_es.night import time_of_day_in_night

BUILT_IN = ("clear", "clouds", "rain", "wind")
"""Names of the scripts that come with the simulator, in the folder `nights/`."""
DEVICES_WITH_FAULTS = (
    *("mount", "dome_slit", "dome_rotation", "mirror_cover", "focus", "camera", "weather", "power"),
)
STORAGES_WITH_FAULTS = tuple(f"storage/{storage}" for storage in STORAGES)
STORAGE_FAULTS: tuple[FaultKind, ...] = ("fail", "freeze", "drop")
LARGEST_BYTES = 1_000_000
SLOWEST_FACTOR = 1000.0

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
_JST_HOURS = 9
_Entry = TypeVar("_Entry")


class NightScriptInvalid(UsageError):
    """A night script can't be used; `problems` says what is wrong with it, one a line of the file."""

    what_to_do = "correct the lines of the night script that the message names"

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class NightScript(msgspec.Struct, frozen=True, kw_only=True):
    """Weather and faults of one night, in UTC microseconds."""

    weather: tuple[Spell, ...] = ()
    faults: tuple[Fault, ...] = ()


def load_script(source: str | Path, night: str) -> NightScript:
    """Read a night script: a file by its path, a built-in one by its name, or the text itself.

    Raises NightScriptInvalid with every problem found, each with file, line, field and remedy.
    """
    if isinstance(source, Path):
        name, text = str(source), _text_of(source)
    elif source in BUILT_IN:
        name = f"{source}.yaml"
        text = resources.files("adapters.simulator").joinpath("nights", name).read_text("utf-8")
    elif re.fullmatch(r"[\w./-]*", source):
        raise NightScriptInvalid(
            [f"there is no night script '{source}': use {', '.join(BUILT_IN)}, or the path of a file"]
        )
    else:
        name, text = "night script", source
    return _Reader(name, night).read(text)


def _text_of(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NightScriptInvalid([f"{path}: can't be read ({error.strerror}): check the path"]) from error
    if len(content) > LARGEST_BYTES:
        raise NightScriptInvalid([f"{path}: is larger than 1 MB: a night script is a page"])
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NightScriptInvalid([f"{path}: is not UTF-8: save it in that encoding"]) from error


class _Wrong(Exception):
    """A value can't be used: where, and why."""

    def __init__(self, node: yaml.Node, problem: str) -> None:
        self.node, self.problem = node, problem


class _Reader:
    """Reads one script, going on after a problem so that all of them are reported."""

    def __init__(self, file: str, night: str) -> None:
        self._file, self._night = file, night
        self._problems: list[str] = []

    def read(self, text: str) -> NightScript:
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f"{self._file}:{mark.line + 1}" if mark else self._file
            what = getattr(error, "problem", None) or "unreadable characters"
            raise NightScriptInvalid([f"{where}: is not YAML ({what}): correct it there"]) from error
        script = NightScript()
        if root is not None:
            fields = self._fields(root, "the script", {"weather", "faults"}, set())
            script = NightScript(
                weather=tuple(self._entries(fields.get("weather"), "weather", self._spell)),
                faults=tuple(self._entries(fields.get("faults"), "faults", self._fault)),
            )
        if self._problems:
            raise NightScriptInvalid(self._problems)
        return script

    def _say(self, node: yaml.Node, problem: str) -> None:
        self._problems.append(f"{self._file}:{node.start_mark.line + 1}: {problem}")

    def _fields(
        self, node: yaml.Node, what: str, known: set[str], required: set[str]
    ) -> Mapping[str, yaml.Node]:
        """Values of a map by name; says which are unknown, twice there, or missing."""
        if not isinstance(node, yaml.MappingNode):
            self._say(node, f"{what} is not a map: write it as `name: value` lines with {_list(known)}")
            return {}
        fields: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if key.value not in known:
                self._say(key, f"{what}: unknown field '{key.value}': {_hint(str(key.value), known)}")
            elif key.value in fields:
                self._say(key, f"{what}: field '{key.value}' is there twice: remove one")
            else:
                fields[key.value] = value
        missing = required - fields.keys()
        if missing:
            self._say(node, f"{what}: field {_list(missing)} is missing: add it")
        return fields

    def _entries(
        self,
        node: yaml.Node | None,
        field: str,
        parse: Callable[[yaml.Node, str, list[_Entry]], _Entry | None],
    ) -> list[_Entry]:
        entries: list[_Entry] = []
        if node is None or (isinstance(node, yaml.ScalarNode) and node.value in ("", "null", "~")):
            return entries
        if not isinstance(node, yaml.SequenceNode):
            self._say(node, f"{field} is not a list: begin each entry with a dash")
            return entries
        for number, item in enumerate(node.value, start=1):
            entry = parse(item, f"{field} entry {number}", entries)
            if entry is not None:
                entries.append(entry)
        return entries

    def _value(
        self, what: str, fields: Mapping[str, yaml.Node], name: str, parse: Callable[[yaml.Node], _Entry]
    ) -> _Entry | None:
        """Value of a field of an entry; None where it is not there, or is wrong, which is said."""
        if name not in fields:
            return None
        try:
            return parse(fields[name])
        except _Wrong as wrong:
            self._say(wrong.node, f"{what}: {wrong.problem}")
            return None

    def _spell(self, node: yaml.Node, what: str, _before: list[Spell]) -> Spell | None:
        fields = self._fields(node, what, {"kind", "from", "to", "strength"}, {"kind", "from", "to"})
        kind = self._value(what, fields, "kind", lambda each: _one_of(each, "kind", SPELL_KINDS))
        span = self._span(what, fields)

        def strength_of(each: yaml.Node) -> float:
            if kind not in ("clouds", "wind", None):
                raise _Wrong(each, f"field 'strength': {kind} has none: remove it")
            return _number(each, "strength", above=0.0, highest=1.0)

        strength = self._value(what, fields, "strength", strength_of)
        if kind is None or span is None:
            return None
        from_us, to_us = span
        return Spell(kind=kind, from_us=from_us, to_us=to_us, strength=1.0 if strength is None else strength)

    def _fault(self, node: yaml.Node, what: str, before: list[Fault]) -> Fault | None:
        fields = self._fields(
            node, what, {"device", "kind", "from", "to", "factor"}, {"device", "kind", "from", "to"}
        )
        devices = (*DEVICES_WITH_FAULTS, *STORAGES_WITH_FAULTS)
        device = self._value(what, fields, "device", lambda each: _one_of(each, "device", devices))

        def kind_of(each: yaml.Node) -> FaultKind:
            if device is None and each.value not in FAULT_KINDS:
                raise _Wrong(each, f"field 'kind': no device has a fault '{_scalar(each, 'kind')}'")
            return _one_of(each, "kind", STORAGE_FAULTS if device in STORAGES_WITH_FAULTS else FAULT_KINDS)

        kind = self._value(what, fields, "kind", kind_of)
        span = self._span(what, fields)

        def factor_of(each: yaml.Node) -> float:
            if kind not in ("slow", None):
                raise _Wrong(each, f"field 'factor': {kind} has none: remove it")
            return _number(each, "factor", above=1.0, highest=SLOWEST_FACTOR)

        factor = self._value(what, fields, "factor", factor_of)
        if device is not None and kind == "slow" and "factor" not in fields:
            needs = "a slow device needs it, as 3 for a third of its speed"
            self._say(node, f"{what}: field 'factor' is missing: {needs}")
        if device is None or kind is None or span is None:
            return None
        from_us, to_us = span
        for other in before:
            ends = other.to_us or to_us
            if (other.device, other.kind) == (device, kind) and from_us < ends and other.from_us < to_us:
                self._say(node, f"{what}: overlaps an earlier {kind} fault of {device}: make one of the two")
        return Fault(
            device=device, kind=kind, from_us=from_us, to_us=to_us, factor=1.0 if factor is None else factor
        )

    def _span(self, what: str, fields: Mapping[str, yaml.Node]) -> tuple[int, int] | None:
        from_us = self._value(what, fields, "from", lambda each: self._time(each, "from"))
        to_us = self._value(what, fields, "to", lambda each: self._time(each, "to"))
        if from_us is None or to_us is None:
            return None
        if to_us <= from_us:
            remedy = "the night goes from 12:00 to 12:00 JST: give a later time"
            self._say(fields["to"], f"{what}: field 'to': ends before it begins; {remedy}")
            return None
        return from_us, to_us

    def _time(self, node: yaml.Node, field: str) -> int:
        text = _scalar(node, field)
        matched = _TIME.fullmatch(text)
        if matched is None:
            raise _Wrong(node, f"field '{field}': '{text}' is not a time of day: write it as 'HH:MM' (JST)")
        hours, minutes, seconds = (int(part or 0) for part in matched.groups())
        return time_of_day_in_night(self._night, (hours - _JST_HOURS) % 24, minutes, seconds)


def _scalar(node: yaml.Node, field: str) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _Wrong(node, f"field '{field}' is a list or a map: give one value")
    return str(node.value)


def _one_of(node: yaml.Node, field: str, known: tuple[_Entry, ...]) -> _Entry:
    text = _scalar(node, field)
    for each in known:
        if each == text:
            return each
    raise _Wrong(node, f"field '{field}': unknown {field} '{text}': {_hint(text, set(map(str, known)))}")


def _number(node: yaml.Node, field: str, *, above: float, highest: float) -> float:
    text = _scalar(node, field)
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not above < number <= highest:
        raise _Wrong(
            node, f"field '{field}': '{text}' is not a number above {above:g} to {highest:g}: correct it"
        )
    return number


def _hint(text: str, known: set[str]) -> str:
    close = difflib.get_close_matches(text, sorted(known), n=1)
    return f"did you mean '{close[0]}'?" if close else f"use one of {_list(known)}"


def _list(names: set[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names))
