"""Conditions over state and events, such as `dome.slit == "closed" and camera == "exposing"`.

A condition is a Python expression of a few forms. It is parsed, every name in it is checked against what
there is, and it becomes a function; nothing of it is ever handed to Python to be run.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from replay import names
from replay.errors import ConditionInvalid, did_you_mean
from tomoe_es.events import EVENT_TYPES
from tomoe_es.events.envelope import Recorded
from tomoe_es.machines.catalogue import TABLES
from tomoe_es.machines.judging.state import Instances

LONGEST = 1000
"""Characters of a condition."""


class Moment(msgspec.Struct):
    """What a condition is judged on: the states after an event, and the event."""

    states: dict[str, Any]
    machines: dict[str, Instances]  # by name of the machine, as the monitor keeps them
    event: Recorded


Value = Callable[[Moment], Any]


class Term(msgspec.Struct, frozen=True):
    """A part of a condition: how it is computed, and what is known about it."""

    value: Value
    path: str = ""  # as it was written, for messages
    kind: Any = None  # declared type, when it is a field
    words: tuple[str, ...] | None = None  # what it may be compared with; None: anything
    grows: bool = False  # a number that never becomes less in the course of a log
    monotone: bool = False  # once it holds, it holds for ever
    only_at: frozenset[str] | None = None  # event types at which it can hold; None: any
    constant: Any = None
    is_constant: bool = False


class Part(msgspec.Struct, frozen=True):
    """One of the conditions that `and` joins, and what it looks at: while that stays, so does its value."""

    value: Value
    states: frozenset[str]
    machines: frozenset[str]
    looks_at_event: bool


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
        case ast.BoolOp(op=ast.And(), values=joined):
            compiled = [_part(each, at) for each in joined]
        case single:
            compiled = [_part(single, at)]
    whole = _joined(True, [term for _, term in compiled])
    return Condition(text, tuple(part for part, _ in compiled), whole.only_at, whole.monotone)


def _part(node: ast.expr, at: Callable[[str], int] | None) -> tuple[Part, Term]:
    compiler = _Compiler(at)
    term = compiler.term(node)
    part = Part(term.value, frozenset(compiler.states), frozenset(compiler.machines), compiler.looks_at_event)
    return part, term


_GROWING = frozenset({"event.position", "control.last_exposure_number"})
"""Numbers that only grow; the time of events may go back a little where one came late."""


class _Compiler:
    def __init__(self, at: Callable[[str], int] | None) -> None:
        self.states: set[str] = set()
        self.machines: set[str] = set()
        self.looks_at_event = False
        self._at = at

    def term(self, node: ast.expr) -> Term:
        """One node, by its form; any other form is refused."""
        match node:
            case ast.BoolOp(op=op, values=values):
                return _joined(isinstance(op, ast.And), [self.term(each) for each in values])
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self.term(operand).value
                return Term(lambda moment: not inner(moment))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return _constant(-number)
            case ast.Compare(left=left, ops=ops, comparators=others):
                return self._comparison(left, ops, others)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                return _arithmetic(_ARITHMETIC[type(op)], self.term(left).value, self.term(right).value)
            case ast.Constant(value=str() | int() | float() | bool() | None as value):
                return _constant(value)
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                return _listed([self.term(each) for each in parts])
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
            _compared(_COMPARISONS[type(op)], one, other)
            for op, one, other in zip(ops, terms, terms[1:], strict=False)
            if type(op) in _COMPARISONS or _refused(op)
        ]
        return parts[0] if len(parts) == 1 else _joined(True, parts)

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
        path, value = root, _state(root)
        for number, field in enumerate(fields):
            kind = names.field_type(kind, field, path)
            value = _attribute(value, field) if number else _attribute_of_state(root, field)
            path = f"{path}.{field}"
        return Term(value, path, kind, names.allowed_values(kind), grows=path in _GROWING)

    def _of_event(self, path: str, fields: list[str]) -> Term:
        self.looks_at_event = True
        first, *rest = fields
        if first not in names.EVENT_FIELDS:
            raise ConditionInvalid(f"no event has a '{first}': {did_you_mean(first, names.EVENT_FIELDS)}")
        if first == "type":
            value: Value = lambda moment: type(moment.event.payload).__name__  # noqa: E731
        elif first in names.ENVELOPE:
            value = lambda moment: getattr(moment.event, first)  # noqa: E731
        else:
            value = lambda moment: getattr(moment.event.payload, first, None)  # noqa: E731
        for field in rest:
            value = _attribute(value, field)
        words = tuple(EVENT_TYPES) if first == "type" else None
        return Term(value, path, words=words, grows=path in _GROWING)

    def _item(self, owner: ast.expr, key: ast.expr) -> Term:
        of_key = self.term(key).value
        machine = names.machine_named(_path(owner)) if isinstance(owner, (ast.Name, ast.Attribute)) else None
        if machine is not None and TABLES[machine].machine.instance:
            return self._machine(machine, f"{_path(owner)}[...]", of_key)
        of_owner = self.term(owner)
        kind = names.item_type(of_owner.kind, of_owner.path) if of_owner.kind is not None else Any
        value = of_owner.value
        return Term(
            lambda moment: _looked_up(value(moment), of_key(moment)),
            f"{of_owner.path}[...]",
            kind,
            names.allowed_values(kind),
        )

    def _call(self, name: str, argument: ast.expr) -> Term:
        term = self.term(argument)
        if name == "len":
            value = term.value
            return Term(lambda moment: _length(value(moment)))
        if name == "at" and self._at is not None and isinstance(term.constant, str):
            return _constant(self._at(term.constant))
        raise ConditionInvalid(f"there is no {name}(...): there are len(...) and at('22:14')")


def _path(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=owner, attr=field):
            return f"{_path(owner)}.{field}"
        case _:
            raise ConditionInvalid(f"'{ast.unparse(node)}' is no name")


def _constant(value: Any) -> Term:
    return Term(lambda _: value, repr(value), constant=value, is_constant=True)


def _listed(terms: list[Term]) -> Term:
    values = [each.value for each in terms]
    if all(each.is_constant for each in terms):
        return _constant(tuple(each.constant for each in terms))
    return Term(lambda moment: [value(moment) for value in values])


def _joined(is_and: bool, terms: list[Term]) -> Term:
    values = [each.value for each in terms]
    kinds = [each.only_at for each in terms]
    only_at: frozenset[str] | None = None
    if is_and:
        for each in kinds:
            only_at = each if only_at is None else only_at if each is None else only_at & each
    elif None not in kinds:
        only_at = frozenset().union(*(each for each in kinds if each is not None))
    joined = all if is_and else any
    return Term(
        lambda moment: joined(value(moment) for value in values),
        only_at=only_at,
        monotone=all(each.monotone for each in terms),
    )


def _compared(compare: Callable[[Any, Any], Any], one: Term, other: Term) -> Term:
    for words, constant in ((one, other), (other, one)):
        _check_words(words, constant)
    left, right, constant = one.value, other.value, other.constant

    def value(moment: Moment) -> bool:
        try:
            return bool(compare(left(moment), right(moment)))
        except TypeError:  # something is not known yet: nothing can be said of it
            return False

    def value_by_constant(moment: Moment) -> bool:
        try:
            return bool(compare(left(moment), constant))
        except TypeError:
            return False

    only_at = None
    if one.path == "event.type" and other.is_constant:
        if compare is operator.eq:
            only_at = frozenset([other.constant])
        elif compare is _contained:
            only_at = frozenset(other.constant)
    upwards = compare in (operator.ge, operator.gt) and one.grows and other.is_constant
    mirrored = compare in (operator.le, operator.lt) and other.grows and one.is_constant
    chosen = value_by_constant if other.is_constant else value
    return Term(chosen, only_at=only_at, monotone=upwards or mirrored)


def _check_words(term: Term, other: Term) -> None:
    if term.words is None or not other.is_constant:
        return
    given = other.constant if isinstance(other.constant, tuple) else (other.constant,)
    for word in given:
        if isinstance(word, str) and word not in term.words:
            raise ConditionInvalid(f"{term.path} is never '{word}': {did_you_mean(word, term.words)}")


def _arithmetic(compute: Callable[[Any, Any], Any], left: Value, right: Value) -> Term:
    def value(moment: Moment) -> Any:
        one, other = left(moment), right(moment)
        if not (isinstance(one, (int, float)) and isinstance(other, (int, float))):
            return None
        try:
            return compute(one, other)
        except ZeroDivisionError:
            return None

    return Term(value)


def _state(name: str) -> Value:
    return lambda moment: moment.states[name]


def _attribute_of_state(name: str, field: str) -> Value:
    return lambda moment: getattr(moment.states[name], field)


def _attribute(owner: Value, field: str) -> Value:
    return lambda moment: getattr(owner(moment), field, None)


def _looked_up(owner: Any, key: Any) -> Any:
    if isinstance(owner, Mapping):
        return owner.get(key)
    if isinstance(owner, Sequence) and isinstance(key, int) and -len(owner) <= key < len(owner):
        return owner[key]
    return None


def _length(value: Any) -> int | None:
    try:
        return len(value)
    except TypeError:  # it has none: nothing can be said of it
        return None


def _contained(one: Any, other: Any) -> bool:
    return one in other


def _refused(op: ast.cmpop) -> bool:
    raise ConditionInvalid(f"'{type(op).__name__}' is no comparison of a condition: use ==, !=, <, >, in")


_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: _contained,
    ast.NotIn: lambda one, other: one not in other,
    ast.Is: operator.eq,
    ast.IsNot: operator.ne,
}
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
