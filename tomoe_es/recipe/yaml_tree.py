"""The bytes of a recipe file as a tree in which every value knows its line and column.

Of YAML only what recipes need: maps, lists and scalars in one document. Anchors, aliases and tags are
refused, and no value is given a type here: `010`, `on` or `08:00:00` stay as written until the field's form
judges them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import yaml
from yaml import events as yaml_events

from tomoe_es.recipe.argument_faults import Plain
from tomoe_es.recipe.file_errors import ErrorList

LARGEST_BYTES = 1_000_000
DEEPEST = 8
"""A recipe needs five levels: file, Operations, operation, argument, value."""

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")

Place = tuple[int, int]


class Node(msgspec.Struct, frozen=True):
    """A value, and where it begins: line and column, from 1."""

    place: Place


class Scalar(Node, frozen=True):
    """A single value as text; `Plain` when it was written without quotes."""

    text: str


class Listing(Node, frozen=True):
    """A list."""

    items: list[Node]


class Mapping(Node, frozen=True):
    """A map; keys in their order, each with its own place."""

    entries: dict[str, tuple[Scalar, Node]]


class Unreadable(Node, frozen=True):
    """A value that was refused already; nothing further is said about it."""


class _Unusable(Exception):
    """Reading can't go on; the error is in the list."""


def value_of(node: Node) -> Any:
    """The node as Python lists, maps and texts."""
    match node:
        case Scalar():
            return node.text
        case Listing():
            return [value_of(item) for item in node.items]
        case Mapping():
            return {name: value_of(value) for name, (_, value) in node.entries.items()}
        case _:
            raise TypeError(f"{type(node).__name__} has no value")


def is_readable(node: Node) -> bool:
    """Tell whether nothing inside was refused."""
    match node:
        case Listing():
            return all(is_readable(item) for item in node.items)
        case Mapping():
            return all(is_readable(value) for _, value in node.entries.values())
        case _:
            return isinstance(node, Scalar)


def _place_in(text: str, index: int) -> Place:
    before = text[:index]
    return before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1


def _decoded(data: bytes, errors: ErrorList) -> str:
    """The text of the file, without byte order mark; only printable characters."""
    if len(data) > LARGEST_BYTES:
        message = f"the file is larger than {LARGEST_BYTES:,} bytes"
        errors.add((1, 1), "", "FileTooLarge", message, "give a recipe, or divide it into several")
        raise _Unusable
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        place = _place_in(before, len(before))
        wide = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
        what = "the file is UTF-16" if wide else f"byte 0x{data[error.start]:02x} is not UTF-8"
        errors.add(place, "", "NotUtf8", what, "save the file in UTF-8")
        raise _Unusable from None
    bad = list(_UNPRINTABLE.finditer(text))
    if bad:
        message = f"the control character {bad[0].group()!r} stands there"
        if len(bad) > 1:
            message += f", the first of {len(bad)}"
        errors.add(_place_in(text, bad[0].start()), "", "ControlCharacter", message, "delete it")
        raise _Unusable
    return text


def _yaml_events(text: str, errors: ErrorList) -> Iterator[yaml_events.Event]:
    """What PyYAML's parser finds; ends in _Unusable where the text is not YAML."""
    loader = yaml.SafeLoader(text)
    remedy = "see the form of a recipe in the reference; put a text with ': ' or ' #' in quotes"
    try:
        while loader.check_event():
            yield loader.get_event()  # type: ignore[no-untyped-call]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark or loader.get_mark()
        place = (mark.line + 1, mark.column + 1)
        message = " ".join(filter(None, (error.context, error.problem)))
        errors.add(place, "", "NotYaml", f"this is not YAML: {message}", remedy)
        raise _Unusable from None
    except (ValueError, OverflowError):  # an escape such as "\UFFFFFFFF", which PyYAML hands to chr()
        mark = loader.get_mark()
        place = (mark.line + 1, mark.column + 1)
        errors.add(place, "", "NotYaml", "the escape names no character", "write the character itself")
        raise _Unusable from None
    finally:
        loader.dispose()


class _TreeBuilder:
    """Builds the tree from the parser's events, and names everything that recipes do not have."""

    def __init__(self, events: Iterator[yaml_events.Event], errors: ErrorList) -> None:
        self._events, self._errors = events, errors

    def document(self) -> Node | None:
        """The one document; None when the file holds nothing."""
        root: Node | None = None
        for event in self._events:
            if isinstance(event, yaml_events.DocumentStartEvent):
                if root is not None:
                    message = "a second document begins"
                    self._errors.add(_place(event), "", "SeveralDocuments", message, "give each its own file")
                    return root
                root = self._node(next(self._events), 1, "")
        return root

    def _node(self, event: yaml_events.Event, depth: int, field: str) -> Node:
        place = _place(event)
        if isinstance(event, yaml_events.AliasEvent):
            message = f"the alias '*{event.anchor}' stands there"
            self._errors.add(place, field, "AliasRefused", message, "write out what is meant")
            return Unreadable(place)
        self._refuse_decoration(event, place, field)
        if depth > DEEPEST:
            message = f"lists or maps are nested more than {DEEPEST} deep"
            self._errors.add(place, field, "TooDeep", message, "see the form of a recipe in the reference")
            raise _Unusable
        if isinstance(event, yaml_events.SequenceStartEvent):
            items: list[Node] = []
            while not isinstance(item := next(self._events), yaml_events.SequenceEndEvent):
                items.append(self._node(item, depth + 1, f"{field}[{len(items) + 1}]"))
            return Listing(place, items)
        if isinstance(event, yaml_events.MappingStartEvent):
            return self._mapping(place, depth, field)
        if not isinstance(event, yaml_events.ScalarEvent):
            raise TypeError(f"PyYAML gave a {type(event).__name__} where a value begins")
        return Scalar(place, Plain(event.value) if event.style is None else event.value)

    def _mapping(self, place: Place, depth: int, field: str) -> Mapping:
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(event := next(self._events), yaml_events.MappingEndEvent):
            key = self._node(event, depth + 1, field)
            name = key.text[:60] if isinstance(key, Scalar) else "?"
            value_field = f"{field}.{name}".lstrip(".")
            value = self._node(next(self._events), depth + 1, value_field)
            if isinstance(key, Scalar) and key.text not in entries:
                entries[str(key.text)] = (key, value)
            elif isinstance(key, Scalar):
                message = f"'{name}' stands twice, first in line {entries[key.text][0].place[0]}"
                self._errors.add(key.place, value_field, "DuplicateKey", message, "leave one of them out")
            elif not isinstance(key, Unreadable):
                message = "a list or map stands where the name of a field is expected"
                self._errors.add(key.place, field, "WrongType", message, "write 'name: value'")
        return Mapping(place, entries)

    def _refuse_decoration(self, event: Any, place: Place, field: str) -> None:
        if event.anchor is not None:
            message = f"the anchor '&{event.anchor}' stands there"
            remedy = "delete it, and write out what is meant"
            self._errors.add(place, field, "AliasRefused", message, remedy)
        if event.tag is not None:
            self._errors.add(place, field, "TagRefused", f"the tag '{event.tag}' stands there", "delete it")


def _place(event: yaml_events.Event) -> Place:
    mark: Any = event.start_mark  # typed as optional, but the parser always sets it
    return mark.line + 1, mark.column + 1


def read_tree(data: bytes, errors: ErrorList) -> Node | None:
    """The tree of a file; None when there is none, and then `errors` says why unless the file is empty."""
    try:
        return _TreeBuilder(_yaml_events(_decoded(data, errors), errors), errors).document()
    except _Unusable:
        return None
