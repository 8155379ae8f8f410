"""What conditions are made of: how each term of one is computed, and what is known about it.

Where something is not known yet, as a reading before the first, nothing can be said of it: what compares it
does not hold.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from replay.errors import ConditionInvalid, did_you_mean
from replay.names import without_none
from tomoe_es.events.envelope import Recorded
from tomoe_es.machines.judging.state import Instances


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


def constant_term(value: Any) -> Term:
    """A value that stays."""
    return Term(lambda _: value, repr(value), constant=value, is_constant=True)


def listed(terms: list[Term]) -> Term:
    """Values in a row."""
    values = [each.value for each in terms]
    if all(each.is_constant for each in terms):
        return constant_term(tuple(each.constant for each in terms))
    return Term(lambda moment: [value(moment) for value in values])


def joined(is_and: bool, terms: list[Term]) -> Term:
    """Terms that `and`, or else `or`, joins."""
    values = [each.value for each in terms]
    kinds = [each.only_at for each in terms]
    only_at: frozenset[str] | None = None
    if is_and:
        for each in kinds:
            only_at = each if only_at is None else only_at if each is None else only_at & each
    elif None not in kinds:
        only_at = frozenset().union(*(each for each in kinds if each is not None))
    whole = all if is_and else any
    return Term(
        lambda moment: whole(value(moment) for value in values),
        only_at=only_at,
        monotone=all(each.monotone for each in terms),
    )


def compared(compare: Callable[[Any, Any], Any], one: Term, other: Term) -> Term:
    """A comparison of two terms; raises ConditionInvalid for a word that one of them never is."""
    seeks = compare in (_contained, _not_contained)
    if seeks and other.is_constant and not isinstance(other.constant, str | tuple):
        raise ConditionInvalid(f"nothing is in {other.path}: write several, as in ('open', 'closed')")
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
        elif compare is _contained and isinstance(other.constant, tuple):
            only_at = frozenset(other.constant)
    upwards = compare in (operator.ge, operator.gt) and one.grows and other.is_constant
    mirrored = compare in (operator.le, operator.lt) and other.grows and one.is_constant
    chosen = value_by_constant if other.is_constant else value
    return Term(chosen, only_at=only_at, monotone=upwards or mirrored)


def _check_words(term: Term, other: Term) -> None:
    """Raise ConditionInvalid for a constant that the term never is, whatever happens in a night."""
    if not other.is_constant:
        return
    given = other.constant if isinstance(other.constant, tuple) else (other.constant,)
    for value in given:
        if value is None:
            continue
        if term.words is not None and value not in term.words:
            raise ConditionInvalid(f"{term.path} is never {value!r}: {did_you_mean(str(value), term.words)}")
        if without_none(term.kind) is bool and value not in (True, False):
            raise ConditionInvalid(f"{term.path} is True or False, and never {value!r}")
        name = next((name for kinds, name in _KINDS if without_none(term.kind) in kinds), "")
        kinds = next((kinds for kinds, each in _KINDS if each == name), ())
        if kinds and not isinstance(value, kinds):
            raise ConditionInvalid(f"{term.path} is {name}, and never {value!r}: compare it with {name}")


_KINDS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((bool, int, float), "a number, or True or False"),
    ((str,), "a text"),
)
"""Types that are never equal to, nor less than, one of the other."""


def computed(compute: Callable[[Any, Any], Any], left: Value, right: Value) -> Term:
    """A number from two; None where one of them is none, or it can't be computed."""

    def value(moment: Moment) -> Any:
        one, other = left(moment), right(moment)
        if not (isinstance(one, (int, float)) and isinstance(other, (int, float))):
            return None
        try:
            return compute(one, other)
        except (ZeroDivisionError, OverflowError):
            return None

    return Term(value)


def state_named(name: str) -> Value:
    """A whole state."""
    return lambda moment: moment.states[name]


def attribute_of_state(name: str, field: str) -> Value:
    """A field of a state."""
    return lambda moment: getattr(moment.states[name], field)


def attribute_of(owner: Value, field: str) -> Value:
    """A field of a value; None where it has none."""
    return lambda moment: getattr(owner(moment), field, None)


def looked_up(owner: Any, key: Any) -> Any:
    """An item of a mapping or a sequence; None where there is none."""
    if isinstance(owner, Mapping):
        return owner.get(key)
    if isinstance(owner, Sequence) and isinstance(key, int) and -len(owner) <= key < len(owner):
        return owner[key]
    return None


def length_of(value: Any) -> int | None:
    """How many items a value has; None where it has none."""
    try:
        return len(value)
    except TypeError:  # it has none: nothing can be said of it
        return None


def _contained(one: Any, other: Any) -> bool:
    return one in other


def _not_contained(one: Any, other: Any) -> bool:
    return one not in other


COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: _contained,
    ast.NotIn: _not_contained,
    ast.Is: operator.eq,
    ast.IsNot: operator.ne,
}
ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
