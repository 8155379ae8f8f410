"""`tomoe replay bisect`: the first event at which something holds, or by which a rule is broken."""

from __future__ import annotations

from collections.abc import Iterator

from replay import breakpoints, places
from replay.errors import ConditionInvalid
from replay.judging_rules import Broken, first_broken
from replay.never import not_found
from replay.night import Identity, ReplayedNight
from tui.commands import replay_text as text
from tui.commands.replay.opened import opened, print_json, print_lines
from tui.commands.replay.parameters import Data, Flag, Json, Night


def bisect(
    condition: str = "",
    *,
    rule: str = "",
    monotone: Flag = False,
    night: Night = None,
    json: Json = False,
    data: Data = None,
) -> int:
    """Find the first event at which a condition holds, or by which a rule is broken; exit code 1: none.

    A rule is judged again, with the rules of now, whatever was recorded. It says whether it could search by
    halves or had to scan.

    Parameters
    ----------
    condition
        As for `when`.
    rule
        Name of a rule, deadline or departure instead, as `tomoe normal` lists them.
    monotone
        You know that once it holds, it holds to the end: then it is searched by halves.
    """
    if condition and rule:
        raise ConditionInvalid("a condition and --rule are two questions: give one, not both")
    if not condition and not rule:
        raise ConditionInvalid("say what to look for: a condition, or the name of a rule with --rule")
    with opened(data, night) as (replayed, identity):
        if rule:
            return _by_rule(replayed, identity, rule, monotone=monotone, json=json)
        checked = places.checked_condition(replayed.night, condition)
        found = breakpoints.first_hit(replayed, checked, declared_monotone=monotone)
        if json:
            print_json(identity, condition=condition, event=found.event, how=found.how)
        else:
            if found.event is None:
                first = list(not_found(replayed, checked, "by halves"))
            else:
                first = [text.event_line(found.event)]
            if found.event is not None and breakpoints.held_from_start(replayed, checked, found.event):
                first.append(text.holds_from_start(found.event))
            print_lines(identity, [*first, f"({found.how})"])
    return 0 if found.event is not None else 1


def _by_rule(night: ReplayedNight, identity: Identity, rule: str, *, monotone: bool, json: bool) -> int:
    broken = first_broken(night, rule, declared_monotone=monotone)
    if json:
        print_json(identity, rule=rule, broken=broken)
    else:
        print_lines(identity, _lines(rule, broken))
    return 0 if broken.event is not None else 1


def _lines(rule: str, broken: Broken) -> Iterator[str]:
    if broken.event is None or broken.violation is None:
        yield f"never: {rule}"
    else:
        yield text.event_line(broken.event)
        yield f"{'':>8} breaks {rule} of {broken.violation.thing}: {broken.violation.message}"
    when = f"at event {broken.recorded}" if broken.recorded else "never"
    yield f"(the night recorded {rule} first {when}; judged again, {broken.how})"
