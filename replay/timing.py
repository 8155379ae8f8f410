"""Where a night went: time by operation, device, pipeline stage and overhead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import msgspec

from replay.percentiles import percentile
from replay.spans import Span, spans
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import ReductionFinished
from tomoe_es.events.system import NightPhaseEntered


class Row(msgspec.Struct, frozen=True):
    """How long something took, all times together; seconds."""

    group: str
    name: str
    count: int
    total: float
    p50: float
    p90: float
    p99: float
    longest: float
    longest_position: int  # of the event with which the longest one began


class Overhead(msgspec.Struct, frozen=True):
    """What the observing time consisted of; seconds."""

    observing: float
    exposing: float
    suspended: float
    other: float  # pointing, dithering, waiting: neither exposing nor suspended


class Timing(msgspec.Struct, frozen=True):
    """The whole table."""

    rows: list[Row]
    overhead: Overhead


def timing(events: Iterable[Recorded]) -> Timing:
    """Measure a night, or a part of it."""
    seconds: dict[tuple[str, str], list[tuple[float, int]]] = {}
    phases: list[tuple[int, str]] = []
    exposing: list[Span] = []
    suspended: list[Span] = []
    end = 0
    watched = _Watched(events)
    for span in spans(watched):
        group, name = _group(span)
        seconds.setdefault((group, name), []).append((span.seconds, span.first_position))
        if span.track == "exposures":
            exposing.append(span)
        elif span.track == "suspended":
            suspended.append(span)
    for stage, taken in watched.stages.items():
        seconds["stage of the reduction", stage] = taken
    phases, end = watched.phases, watched.end
    rows = [_row(group, name, taken) for (group, name), taken in seconds.items()]
    rows.sort(key=lambda row: (row.group, -row.total))
    return Timing(rows, _overhead(phases, end, exposing, suspended))


class _Watched:
    """Passes events on, and notes what is no span."""

    def __init__(self, events: Iterable[Recorded]) -> None:
        self._events = events
        self.stages: dict[str, list[tuple[float, int]]] = {}
        self.phases: list[tuple[int, str]] = []
        self.end = 0

    def __iter__(self) -> Iterator[Recorded]:
        for recorded in self._events:
            event = recorded.payload
            if isinstance(event, ReductionFinished):
                for stage, taken in event.stage_seconds.items():
                    self.stages.setdefault(stage, []).append((taken, recorded.position))
            elif isinstance(event, NightPhaseEntered):
                self.phases.append((recorded.time, event.phase))
            self.end = recorded.time
            yield recorded


def _group(span: Span) -> tuple[str, str]:
    match span.track:
        case "operations":
            return "operation", span.name
        case "devices":
            return "device", span.name
        case "exposures":
            return "camera", "exposure"
        case "recipes":
            return "recipe", "recipe"
        case "suspended":
            return "suspended", span.name
        case _:
            return "pipeline", span.name


def _row(group: str, name: str, taken: list[tuple[float, int]]) -> Row:
    ordered = sorted(each for each, _ in taken)
    longest, position = max(taken)
    p50, p90, p99 = (percentile(ordered, percent) for percent in (50, 90, 99))
    return Row(group, name, len(taken), sum(ordered), p50, p90, p99, longest, position)


def _overhead(
    phases: list[tuple[int, str]], end: int, exposing: list[Span], suspended: list[Span]
) -> Overhead:
    stretches = [
        (start, following)
        for (start, phase), (following, _) in pairwise([*phases, (end, "")])
        if phase == "observing"
    ]
    observing = sum(following - start for start, following in stretches) / 1e6
    exposed, stopped = (
        sum(_within(span, stretches) for span in some) / 1e6 for some in (exposing, suspended)
    )
    return Overhead(observing, exposed, stopped, max(0.0, observing - exposed - stopped))


def _within(span: Span, stretches: list[tuple[int, int]]) -> int:
    return sum(max(0, min(span.end_us, end) - max(span.start_us, start)) for start, end in stretches)
