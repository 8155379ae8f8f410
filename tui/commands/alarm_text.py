"""Alarms as text: one line each, or one in full with what led to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from projections.causal_chain import Link
from projections.overview_model import AlarmLine, MutedAlarm
from tomoe_es.clock import to_datetime
from tomoe_es.conditions import Condition
from tomoe_es.control.alarm_answers import Violation, by_real_clock
from tomoe_es.night import JST
from tui.commands.event_text import event_text, evidence_text


def both(time_us: int) -> str:
    """A time as 07:40:00 UTC (16:40:00 JST); 'never' for 0."""
    if not time_us:
        return "never"
    moment = to_datetime(time_us)
    return f"{moment:%H:%M:%S} UTC ({moment.astimezone(JST):%H:%M:%S} JST)"


def alarm_lines(alarms: tuple[AlarmLine, ...]) -> Iterator[str]:
    """One line an alarm or burst: how open it is, since when, how loud, how often, what."""
    for each in alarms:
        yield (
            f"{each.position:>9} {state_word(each):<12} {both(each.last_us)} {each.severity:<8} "
            f"{each.name}{f' x{each.count}' if each.count > 1 else ''} {each.said}"
            f"{_answered(each)}"
        )


def muted_lines(muted: tuple[MutedAlarm, ...]) -> Iterator[str]:
    """One line a muted name."""
    for each in muted:
        yield f"muted until {both(each.until_us)}: {each.name} by {each.who}: {each.why}"


def state_word(alarm: AlarmLine) -> str:
    """How open an alarm is, in a word or two."""
    if alarm.open:
        return f"OPEN {alarm.open}" if alarm.count > 1 else "OPEN"
    if alarm.kind != "violation":
        return alarm.kind
    return "acknowledged" if alarm.acknowledged_by else "cleared"


def violation_lines(
    position: int, time_us: int, violation: Violation, known: Condition | None, chain: list[Link]
) -> Iterator[str]:
    """Everything about one violation."""
    event = violation.detected
    yield f"{event.name}  {event.severity}  {event.thing}"
    yield f"  {event.message}"
    yield f"detected  event {position}, {both(time_us)}"
    yield f"state     {_state(violation)}"
    yield f"meaning   {known.meaning if known else 'not known: no condition of this name is declared'}"
    yield f"to do     {known.what_to_do if known else 'look at its evidence'}"
    yield f"evidence  {', '.join(map(evidence_text, event.evidence)) or 'none'}"
    yield "chain     what led to it, each below its cause"
    yield from tree_lines(chain)


def trouble_lines(
    trouble: AlarmLine, causes: Sequence[tuple[str, Condition | None]], chain: list[Link]
) -> Iterator[str]:
    """Everything about chips that were rejected, failed or lost, with the conditions that are the cause."""
    yield f"{trouble.name}  {trouble.severity}  {trouble.thing}"
    yield f"  {trouble.message}"
    yield f"recorded  event {trouble.position}, {both(trouble.last_us)}"
    yield f"state     {trouble.kind}: nothing to acknowledge, it is no violation"
    for name, known in causes:
        yield f"meaning   {name}: {known.meaning if known else 'no condition of this name is declared'}"
        yield f"to do     {known.what_to_do if known else 'read the message, and what led to it'}"
    yield "chain     what led to it, each below its cause"
    yield from tree_lines(chain)


def tree_lines(chain: list[Link]) -> Iterator[str]:
    """The tree line by line, with times."""
    for row, link in enumerate(chain):
        stem = "".join("│  " if _goes_on(chain, row, depth) else "   " for depth in range(1, link.depth))
        more = _goes_on(chain, row, link.depth)
        branch = ("├─ " if more else "└─ ") if link.depth else ""
        each = link.recorded
        yield f"  {both(each.time)} #{each.position:<8} {stem}{branch}{event_text(each.payload)}"


def _goes_on(chain: list[Link], row: int, depth: int) -> bool:
    """Whether another branch of this depth follows before one that is nearer to the root."""
    for later in chain[row + 1 :]:
        if later.depth <= depth:
            return later.depth == depth
    return False


def _answered(alarm: AlarmLine) -> str:
    told = (
        f"; acknowledged by {alarm.acknowledged_by}: {alarm.acknowledged_why}"
        if alarm.acknowledged_by
        else ""
    )
    if alarm.open and alarm.needs_acknowledgement:
        told += "; needs to be acknowledged"
    return f"{told}; muted" if alarm.muted_until_us else told


def _state(violation: Violation) -> str:
    cleared = f"cleared by itself at {both(violation.cleared_us)}" if violation.cleared_us else ""
    answer = violation.acknowledged
    if answer is not None:
        real = by_real_clock(violation.acknowledged_us, answer.said_us)
        told = f"acknowledged by {answer.who} at {both(violation.acknowledged_us)}{real}: {answer.why}"
        return f"{told}; {cleared}" if cleared else told
    if cleared:
        return f"{cleared}; OPEN: needs to be acknowledged" if violation.open else cleared
    wanted = "needs to be acknowledged" if violation.detected.needs_acknowledgement else "clears by itself"
    return f"OPEN: {wanted}"
