"""One step for each event that some rule reads."""

from __future__ import annotations

from tomoe_es.clock import SECOND
from tomoe_es.events.envelope import Recorded
from tomoe_es.machines.judging import state
from tomoe_es.machines.judging.by_machines import Judge
from tomoe_es.machines.judging.state import Found, Judged, Waiting
from tomoe_es.machines.rule import Departing, Rule


def step(rule: Rule) -> Judge:
    """Judges by one rule; a departure that holds is told once, and its end where it lasts."""
    ask, name = rule.judge, rule.name

    def judge(judged: Judged, recorded: Recorded, found: list[Found]) -> None:
        departing = ask(judged.known, recorded)
        if departing is None:
            if name in judged.told or name in judged.waiting:
                _normal(rule, judged, recorded, found)
            return
        thing = departing.thing or thing_of(rule, recorded)
        if departing.grace_seconds:
            _hold(rule, judged, recorded, departing, thing)
        elif departing.due >= recorded.time:
            _wait(rule, judged, recorded, departing, thing, found)
        else:
            _drop(judged, name, thing)
            _tell(rule, judged, found, thing, departing, recorded.position)

    return judge


def thing_of(rule: Rule, recorded: Recorded) -> str:
    """What the violation is about."""
    return rule.thing.format(recorded.payload, recorded) if "{" in rule.thing else rule.thing


def overdue(rule: Rule, judged: Judged, thing: str, found: list[Found]) -> None:
    """The time is over for which a departure had to hold to count."""
    waiting = _drop(judged, rule.name, thing)
    if waiting is not None:
        _tell(rule, judged, found, thing, waiting.departing, waiting.position)


def _tell(
    rule: Rule, judged: Judged, found: list[Found], thing: str, departing: Departing, position: int
) -> None:
    state.tell(
        judged,
        found,
        name=rule.name,
        thing=thing,
        severity=rule.severity,
        message=departing.message,
        evidence=list(dict.fromkeys([position, *departing.evidence])),
        lasts=rule.lasts,
        needs_acknowledgement=rule.needs_acknowledgement,
    )


def _hold(rule: Rule, judged: Judged, recorded: Recorded, departing: Departing, thing: str) -> None:
    """It counts when it has held for its grace, from the first event on that shows it; another order begins
    it anew."""
    if thing in judged.told.get(rule.name, ()):
        return
    waiting = judged.waiting.get(rule.name, {}).get(thing)
    if waiting is not None:
        former = waiting.departing
        if former.grace_seconds and former.order == departing.order:
            return
    due = recorded.time + round(departing.grace_seconds * SECOND)
    _put_off(rule, judged, thing, Waiting(due, recorded.position, departing))


def _wait(
    rule: Rule, judged: Judged, recorded: Recorded, departing: Departing, thing: str, found: list[Found]
) -> None:
    """Until its time all is normal; each event may put the time off."""
    if rule.name in judged.told:
        _end(rule, judged, found, thing, recorded)
    _put_off(rule, judged, thing, Waiting(departing.due, recorded.position, departing))


def _put_off(rule: Rule, judged: Judged, thing: str, waiting: Waiting) -> None:
    things = judged.waiting.get(rule.name)
    if things is None:
        things = judged.waiting[rule.name] = {}
    things[thing] = waiting
    if waiting.due < judged.quiet_until:
        judged.quiet_until = waiting.due


def _normal(rule: Rule, judged: Judged, recorded: Recorded, found: list[Found]) -> None:
    """Normal holds again: of the thing that the event is about, or of all that the rule knows."""
    name = rule.name
    known = [*judged.told.get(name, ()), *judged.waiting.get(name, ())]
    for thing in [thing_of(rule, recorded)] if "{" in rule.thing else list(dict.fromkeys(known)):
        _drop(judged, name, thing)
        _end(rule, judged, found, thing, recorded)


def _end(rule: Rule, judged: Judged, found: list[Found], thing: str, recorded: Recorded) -> None:
    state.end(
        judged,
        found,
        name=rule.name,
        thing=thing,
        message=f"{thing}: normal again by {type(recorded.payload).__name__}",
    )


def _drop(judged: Judged, name: str, thing: str) -> Waiting | None:
    things = judged.waiting.get(name)
    if things is None:
        return None
    waiting = things.pop(thing, None)
    if not things:
        del judged.waiting[name]
    return waiting
