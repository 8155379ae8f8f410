"""What `tomoe replay` prints, as text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec

from replay.causes import Cause, Effect, began_with
from replay.checking import NightChecked
from replay.comparing import Comparison
from replay.differences import ABSENT, Change, short
from replay.judging import Difference
from replay.places import shown_time
from replay.timing import Timing
from tomoe_es.clock import to_datetime
from tomoe_es.control.state import WeatherState
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.machines.catalogue import TABLES
from tomoe_es.machines.judging.steps import state_of
from tomoe_es.night import JST
from tui.commands.event_text import evidence_text

MANY = 40
"""Lines after which the rest is counted."""


def event_line(recorded: Recorded) -> str:
    """Position, time, actor and what it says."""
    moment = to_datetime(recorded.time).astimezone(JST)
    return (
        f"{recorded.position:>8} {moment:%H:%M:%S.%f}"[:-3] + f" {recorded.actor:16} {said(recorded.payload)}"
    )


def holds_from_start(first: Recorded) -> str:
    """What is told of a condition that need not come to hold, since it does so already."""
    return f"(holds from the start on: event {first.position})"


def said(event: Event, width: int = 40) -> str:
    """Type and fields of an event: identities short, what was written for people long."""
    fields = " ".join(f"{name}={_field(event, name, width)}" for name in event.__struct_fields__)
    return f"{type(event).__name__} {fields}".rstrip()


_FOR_PEOPLE = {"message", "reason", "reasons", "why", "text"}
_IDENTITIES = {"recipe_id", "product_id", "job_id", "sha256"}


def _field(event: Event, name: str, width: int) -> str:
    value = getattr(event, name)
    if name in _IDENTITIES and isinstance(value, str):
        return value[:8]
    return short(value, max(width, 110) if name in _FOR_PEOPLE else width)


def state_lines(recorded: Recorded, states: dict[str, Any]) -> Iterator[str]:
    """The event whole, the machines, and the heart of what was decided on."""
    yield f"after {event_line(recorded).strip()}"
    yield f"      {shown_time(recorded.time)}, cause {recorded.cause}, stream {recorded.stream}"
    for name in recorded.payload.__struct_fields__:
        yield f"      {name:20} {short(getattr(recorded.payload, name), 1200)}"
    yield ""
    judged = states["monitor"].judged
    for name, table in TABLES.items():
        if not table.machine.instance:
            yield f"{name:16} {state_of(judged, name)}"
    yield ""
    control = states["control"]
    execution = control.execution
    running = f"{execution.recipe_id[:8]} operation {execution.index}" if execution is not None else "none"
    facts = {
        "phase": control.night.phase or "none",
        "weather": _weather(control.weather),
        "suspended": ", ".join(control.suspended) or "no",
        "recipe": running,
        "queue, pool": f"{len(control.queue)}, {len(control.pool)}",
        "exposure": str(control.last_exposure_number),
        "reduction": f"{len(states['reduction'].leased)} leased, "
        f"{sum(map(len, states['reduction'].waiting.values()))} waiting",
        "buffer": f"{len(states['buffer'].cubes)} raw cubes",
    }
    for name, value in facts.items():
        yield f"{name:16} {value}"


def _weather(weather: WeatherState) -> str:
    return f"{'safe' if weather.safe else 'unsafe'}, {'cloudy' if weather.cloudy else 'not cloudy'}"


def why_lines(causes: list[Cause], missing: Collection[int] = ()) -> Iterator[str]:
    """The tree of causes, each with how long after it the one above came; and what is missing of it."""
    for each in causes:
        if each.left_out:
            yield f"{'':>8} {'...':12} {each.left_out} more of this chain, each caused by the next"
        gap = f"{duration(each.gap_us)} before" if each.relation else ""
        relation = f"{each.relation}: " if each.relation not in ("", "cause") else ""
        yield f"{event_line(each.event)[:220]}   {relation}{gap}".rstrip()
    for position in missing:
        yield f"{'':>8} {'':12} evidence: {evidence_text(-position)}"
    yield ""
    yield f"it began with {event_line(began_with(causes)).strip()[:220]}"


def effect_lines(effects: list[Effect], limit: int) -> Iterator[str]:
    """The tree of what followed."""
    for each in effects[:limit]:
        gap = f"   +{duration(each.gap_us)}" if each.depth else ""
        yield f"{'  ' * min(each.depth, 20)}{event_line(each.event).strip()[:130]}{gap}"
    if len(effects) > limit:
        yield f"... and {len(effects) - limit} more: --limit shows more"
    yield ""
    yield f"{len(effects) - 1} events followed from it"


def change_lines(changes: Iterable[Change], limit: int) -> Iterator[str]:
    """Each place with its value before and after."""
    rest = iter(changes)
    count = 0
    for each in islice(rest, limit):
        count += 1
        if isinstance(each.before, str) and each.before == ABSENT:
            yield f"+ {each.path}: {short(each.after)}"
        elif isinstance(each.after, str) and each.after == ABSENT:
            yield f"- {each.path}: {short(each.before)}"
        else:
            yield f"  {each.path}: {short(each.before)} -> {short(each.after)}"
    more = sum(1 for _ in rest)
    if more:
        yield f"... and {more} more: --limit shows more, --state one state alone"
    yield f"{count + more} differences"


def checked_lines(checked: NightChecked) -> Iterator[str]:
    """Whether the code of now decides as was decided, and else the first differences."""
    events = checked.last_position - checked.first_position + 1
    verdict = "DIFFERS" if checked.differences else "same"
    yield f"{verdict}   {checked.night}   {checked.decisions} decisions over {events} events"
    for name, count in sorted(checked.by_decider.items()):
        yield f"          {name:20} {count:>9}"
    for each in checked.differences:
        yield from difference_lines(each)


def difference_lines(difference: Difference) -> Iterator[str]:
    """Both decisions."""
    woken = f"event {difference.woken_by}" if difference.woken_by else "its own time"
    at = shown_time(difference.time)
    yield f"  {difference.decider}, after event {difference.position}, {at}, woken by {woken}"
    for label, events in (("then", difference.recorded), ("now", difference.now)):
        yield from (
            (f"    {label:5} {said(each, 100)}" for each in events) if events else [f"    {label:5} nothing"]
        )


def comparison_lines(compared: Comparison) -> Iterator[str]:
    """Where two nights part, and what came of each."""
    if compared.parting is None:
        yield "they are the same, event by event"
        return
    yield "the first events that differ"
    for label, event in (("one", compared.parting.one), ("other", compared.parting.other)):
        yield f"  {label:6}{event_line(event) if event is not None else '    nothing more'}"[:220]
    yield ""
    yield f"{'':26}{'one':>10}{'other':>10}"
    for row in (*compared.rows, *compared.violations):
        differs = "" if row.one == row.other else f"{row.other - row.one:>+10g}"
        yield f"{row.name:26}{row.one:>10g}{row.other:>10g}{differs}".rstrip()
    if compared.left_out:
        kinds = ", ".join(compared.left_out)
        yield f"without the products {kinds}: a what-if is simulated without pixels, and makes none"
    for recipe_id, one, other in compared.recipes:
        yield f"recipe {recipe_id[:8]}           {one or 'not ended':>10}{other or 'not ended':>10}"


def timing_lines(timing: Timing) -> Iterator[str]:
    """A table, and what the observing time consisted of."""
    yield f"{'':42} {'count':>7} {'total':>9} {'p50':>8} {'p90':>8} {'p99':>8} {'longest':>8}  at event"
    group = ""
    for row in timing.rows:
        if row.group != group:
            group = row.group
            yield group
        yield (
            f"  {row.name[:40]:40} {row.count:>7} {row.total:>9.1f} {row.p50:>8.2f} {row.p90:>8.2f} "
            f"{row.p99:>8.2f} {row.longest:>8.2f}  {row.longest_position}"
        )
    overhead = timing.overhead
    yield ""
    for name, seconds in msgspec.structs.asdict(overhead).items():
        part = f"{100 * seconds / overhead.observing:5.1f} %" if overhead.observing else ""
        yield f"{name:12} {duration(round(seconds * 1e6)):>12} {part}"
    yield "(total, percentiles and longest are in seconds of the night's clock; nearest rank)"


def duration(time_us: int) -> str:
    """A length of time, for people."""
    seconds = abs(time_us) / 1e6
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"
