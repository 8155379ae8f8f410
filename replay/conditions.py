"""Conditions over state and events, such as `dome.slit == "closed" and camera == "exposing"`.

A condition is a Python expression of a few forms. It is parsed, every name in it is checked against what
there is, and it becomes a function; nothing of it is ever handed to Python to be run.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Sequence
from typing import Any

import msgspec

from replay import names
from replay.condition_terms import (
    ARITHMETIC,
    COMPARISONS,
    Moment,
    Term,
    Value,
    attribute_of,
    attribute_of_state,
    compared,
    computed,
    constant_term,
    joined,
    length_of,
    listed,
    looked_up,
    state_named,
)
from replay.errors import ConditionInvalid, did_you_mean
from tomoe_es.events import EVENT_TYPES
from tomoe_es.machines.catalogue import TABLES

LONGEST = 1000
"""Characters of a condition."""


class Part(msgspec.Struct, frozen=True):
    """One of the conditions that `and` joins, and what it looks at: while that stays, so does its value."""

    text: str
    value: Value
    states: frozenset[str]
    machines: frozenset[str]
    looks_at_event: bool
    only_at: frozenset[str] | None
    monotone: bool


class Condition(msgspec.Struct, frozen=True):
    """A condition that was checked: it holds when all of its parts do."""

    text: str
    parts: tuple[Part, ...]
    only_at: frozenset[str] | None
    monotone: bool

    def holds(self, moment: Moment) -> bool:
        """Judge one moment."""
        return all(each.value(moment) for each in self.parts)

    @property
    def states(self) -> frozenset[str]:
        """Names of those that it looks at."""
        return frozenset().union(*(each.states for each in self.parts))

    @property
    def machines(self) -> frozenset[str]:
        """Names of those that it looks at."""
        return frozenset().union(*(each.machines for each in self.parts))

    @property
    def looks_at_event(self) -> bool:
        """Whether it looks at the event itself."""
        return any(each.looks_at_event for each in self.parts)


def condition(text: str, at: Callable[[str], int] | None = None) -> Condition:
    """Check a condition; raises ConditionInvalid, which names the part and what it may have meant.

    `at` turns the time in `at("22:14")` into UTC microseconds.
    """
    if len(text) > LONGEST:
        raise ConditionInvalid(f"the condition has {len(text)} characters, more than {LONGEST}")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        where = f" near column {error.offset}" if isinstance(error, SyntaxError) else ""
        raise ConditionInvalid(f"'{text}' can't be read{where}: {getattr(error, 'msg', error)}") from None
    match tree.body:
        case ast.BoolOp(op=ast.And(), values=several):
            nodes = several
        case single:
            nodes = [single]
    compilers, terms = _compiled(nodes, at, EVENT_TYPES)
    whole = joined(True, terms)
    _refuse_contradictions(nodes)
    if whole.only_at is not None:
        for node, compiler in zip(nodes, compilers, strict=True):
            if isinstance(node, ast.Compare):
                _refuse_fields_of_others(compiler.event_fields, whole.only_at)
        # Fields of these events may be less than those of the same name of any.
        compilers, terms = _compiled(nodes, at, whole.only_at)
    parts = tuple(map(_part, nodes, compilers, terms))
    return Condition(text, parts, whole.only_at, whole.monotone)


def _compiled(
    nodes: Sequence[ast.expr], at: Callable[[str], int] | None, event_types: Collection[str]
) -> tuple[list[_Compiler], list[Term]]:
    """Of each node its compiler and its term, where events are of these types."""
    compilers = [_Compiler(at, event_types) for _ in nodes]
    return compilers, [compiler.term(node) for compiler, node in zip(compilers, nodes, strict=True)]


def alone(part: Part) -> Condition:
    """One part as a condition of its own."""
    return Condition(part.text, (part,), part.only_at, part.monotone)


def _part(node: ast.expr, compiler: _Compiler, term: Term) -> Part:
    return Part(
        ast.unparse(node),
        term.value,
        frozenset(compiler.states),
        frozenset(compiler.machines),
        compiler.looks_at_event,
        term.only_at,
        term.monotone,
    )


def _refuse_contradictions(nodes: Sequence[ast.expr]) -> None:
    """Raise ConditionInvalid where two of those that `and` joins want the same to be two things."""
    wanted: dict[str, object] = {}
    for node in nodes:
        match node:
            case ast.Compare(left=left, ops=[ast.Eq()], comparators=[ast.Constant(value=value)]):
                path = ast.unparse(left)
                if wanted.setdefault(path, value) != value:
                    raise ConditionInvalid(
                        f"{path} is never both {wanted[path]!r} and {value!r}: "
                        f"write {path} in ({wanted[path]!r}, {value!r})"
                    )


def _refuse_fields_of_others(fields: set[str], types: frozenset[str]) -> None:
    """Raise ConditionInvalid for a field that events of none of these types have."""
    if not types:
        raise ConditionInvalid("no event is of two types: write event.type in (...) with all it may be")
    known = {field for name in types for field in EVENT_TYPES[name].__struct_fields__}
    for field in fields - known:
        named = " or ".join(sorted(types))
        raise ConditionInvalid(f"no {named} has a '{field}': {did_you_mean(field, known)}")


_GROWING = frozenset({"event.position", "control.last_exposure_number"})
"""Numbers that only grow; the time of events may go back a little where one came late."""


class _Compiler:
    def __init__(self, at: Callable[[str], int] | None, event_types: Collection[str]) -> None:
        self.states: set[str] = set()
        self.machines: set[str] = set()
        self.looks_at_event = False
        self.event_fields: set[str] = set()  # of payloads
        self._at, self._event_types = at, event_types

    def term(self, node: ast.expr) -> Term:
        """One node, by its form; any other form is refused."""
        match node:
            case ast.BoolOp(op=op, values=values):
                return joined(isinstance(op, ast.And), [self.term(each) for each in values])
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self.term(operand).value
                return Term(lambda moment: not inner(moment))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return constant_term(-number)
            case ast.Compare(left=left, ops=ops, comparators=others):
                return self._comparison(left, ops, others)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
                return computed(ARITHMETIC[type(op)], self.term(left).value, self.term(right).value)
            case ast.Constant(value=str() | int() | float() | bool() | None as value):
                return constant_term(value)
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                return listed([self.term(each) for each in parts])
            case ast.Name() | ast.Attribute():
                return self._named(node)
            case ast.Subscript(value=owner, slice=key):
                return self._item(owner, key)
            case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]):
                return self._call(name, argument)
            case _:
                raise ConditionInvalid(f"'{ast.unparse(node)}' is no form of a condition: see the how-to")

    def _comparison(self, left: ast.expr, ops: Sequence[ast.cmpop], others: Sequence[ast.expr]) -> Term:
        terms = [self.term(left), *(self.term(each) for each in others)]
        parts = [
            compared(COMPARISONS[type(op)], one, other)
            for op, one, other in zip(ops, terms, terms[1:], strict=False)
            if type(op) in COMPARISONS or _refused(op)
        ]
        return parts[0] if len(parts) == 1 else joined(True, parts)

    def _named(self, node: ast.expr) -> Term:
        path = _path(node)
        machine = names.machine_named(path)
        if machine is not None and TABLES[machine].machine.instance == "":
            return self._machine(machine, path)
        root, *fields = path.split(".")
        if root in names.STATE_TYPES and (fields or machine is None):
            return self._of_state(root, fields)
        if root == "event" and len(fields) >= 1:
            return self._of_event(path, fields)
        if machine is not None:
            raise ConditionInvalid(f"there is more than one {path}: write {path}[...] with which one")
        known = [*names.ROOTS, *(name.replace("_", ".") for name in TABLES), "len", "at"]
        raise ConditionInvalid(f"nothing is called '{path}': {did_you_mean(path, known)}")

    def _machine(self, machine: str, path: str, key: Value | None = None) -> Term:
        self.machines.add(machine)
        declared = TABLES[machine].machine
        start = (declared.initial, 0)
        if key is None:
            value: Value = lambda moment: moment.machines[machine].at.get("", start)[0]  # noqa: E731
        else:
            of_key = key
            value = lambda moment: moment.machines[machine].at.get(of_key(moment), start)[0]  # noqa: E731
        return Term(value, path, words=declared.states)

    def _of_state(self, root: str, fields: list[str]) -> Term:
        self.states.add(root)
        kind: Any = names.STATE_TYPES[root]
        path, value = root, state_named(root)
        for number, field in enumerate(fields):
            kind = names.field_type(kind, field, path)
            value = attribute_of(value, field) if number else attribute_of_state(root, field)
            path = f"{path}.{field}"
        return Term(value, path, kind, names.allowed_values(kind), grows=path in _GROWING)

    def _of_event(self, path: str, fields: list[str]) -> Term:
        self.looks_at_event = True
        first, *rest = fields
        if first not in names.EVENT_FIELDS:
            raise ConditionInvalid(f"no event has a '{first}': {did_you_mean(first, names.EVENT_FIELDS)}")
        words: tuple[str, ...] | None = None
        if first in names.ENVELOPE:
            kind = names.ENVELOPE[first] if not rest else None
        else:
            kind = names.payload_field_type(first, f"event.{first}", self._event_types, rest)
            words = names.allowed_values(kind)
        if first == "type":
            words = tuple(EVENT_TYPES)
            value: Value = lambda moment: type(moment.event.payload).__name__  # noqa: E731
        elif first in names.ENVELOPE:
            value = lambda moment: getattr(moment.event, first)  # noqa: E731
        else:
            self.event_fields.add(first)
            value = lambda moment: getattr(moment.event.payload, first, None)  # noqa: E731
        for field in rest:
            value = attribute_of(value, field)
        return Term(value, path, kind, words, grows=path in _GROWING)

    def _item(self, owner: ast.expr, key: ast.expr) -> Term:
        of_key = self.term(key).value
        machine = names.machine_named(_path(owner)) if isinstance(owner, (ast.Name, ast.Attribute)) else None
        if machine is not None and TABLES[machine].machine.instance:
            return self._machine(machine, f"{_path(owner)}[...]", of_key)
        of_owner = self.term(owner)
        kind = names.item_type(of_owner.kind, of_owner.path) if of_owner.kind is not None else Any
        value = of_owner.value
        return Term(
            lambda moment: looked_up(value(moment), of_key(moment)),
            f"{of_owner.path}[...]",
            kind,
            names.allowed_values(kind),
        )

    def _call(self, name: str, argument: ast.expr) -> Term:
        term = self.term(argument)
        if name == "len":
            value = term.value
            return Term(lambda moment: length_of(value(moment)))
        if name == "at" and self._at is not None and isinstance(term.constant, str):
            return constant_term(self._at(term.constant))
        raise ConditionInvalid(f"there is no {name}(...): there are len(...) and at('22:14')")


def _path(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=owner, attr=field):
            return f"{_path(owner)}.{field}"
        case _:
            raise ConditionInvalid(f"'{ast.unparse(node)}' is no name")


def _refused(op: ast.cmpop) -> bool:
    raise ConditionInvalid(f"'{type(op).__name__}' is no comparison of a condition: use ==, !=, <, >, in")
