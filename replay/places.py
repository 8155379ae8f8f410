"""Where in a night: by position, time, percent, recipe, exposure, product or violation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from replay import breakpoints
from replay.conditions import Condition, condition
from replay.errors import PlaceUnknown, did_you_mean
from replay.never import why_never
from replay.night import ReplayedNight
from tomoe_es.camera.frame_id import FrameIdError, parse_frame_id
from tomoe_es.clock import DAY, isot, to_datetime
from tomoe_es.errors import LogUnavailable
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ViolationDetected
from tomoe_es.log.seeking import position_at
from tomoe_es.night import JST, night_span

FORMS = (
    "start, end, a position as 1234, a percentage as 50%, a time as 22:14 or 22:14:05.5 (JST), '13:14 UTC', "
    "recipe:ID, exposure:NUMBER, product:NAME, violation:NAME or violation:NUMBER, "
    "when:CONDITION for the first event at which that holds"
)

_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?\s*(UTC|JST|Z)?", re.IGNORECASE)
_NAMED = re.compile(r"(recipe|exposure|product|violation)[:\s]\s*(\S+)")


def position_of(night: ReplayedNight, place: str) -> int:
    """Position of a place in the night; raises PlaceUnknown, which tells the forms."""
    place = place.strip()
    if place in ("start", "end"):
        return night.first if place == "start" else night.last
    if place.isdecimal():
        return _position(night, int(place))
    if re.fullmatch(r"\d+(\.\d+)?%", place):
        return _percent(night, float(place[:-1]))
    if place.startswith("when:"):
        return _first_when(night, place.removeprefix("when:"))
    time = _TIME.fullmatch(place)
    if time is not None:
        return position_before(night, _moment(night.night, place, time))
    named = _NAMED.fullmatch(place)
    if named is None:
        word = place.split(":")[0].split(" ")[0]
        hint = did_you_mean(word, ["start", "end", "recipe", "exposure", "product", "violation", "when"])
        raise PlaceUnknown(f"'{place}' is no place in a night ({hint}): give {FORMS}")
    return _FINDERS[named[1]](night, named[2])


def stretch(night: ReplayedNight, start: str, end: str) -> tuple[int, int]:
    """Positions of the first and last event of a part of the night; raises PlaceUnknown."""
    first, last = position_of(night, start), position_of(night, end)
    if last < first:
        raise PlaceUnknown(f"'{end}' (event {last}) comes before '{start}' (event {first}): exchange them")
    return first, last


def position_before(night: ReplayedNight, time_us: int) -> int:
    """The last event at or before a time; the night's first when there is none."""
    return min(max(position_at(night.log, time_us + 1) - 1, night.first), night.last)


def beyond(night: ReplayedNight, place: str, unit: str, count: int) -> str:
    """Tell whether a place, or so many steps from it, is past the end or before the start; "": neither."""
    time = _TIME.fullmatch(place.strip())
    if time is not None and count == 0:
        moment = _moment(night.night, place, time)
        if moment > night.event(night.last).time:
            return "past the end of the night"
        return "before the start of the night" if moment < night.event(night.first).time else ""
    position = position_of(night, place)
    reached = step(night, position, unit, count)
    edge = night.last if count > 0 else night.first
    if count == 0 or reached != edge:
        return ""
    types = STEPS[unit]
    made = abs(edge - position)
    if types:
        lower, upper = (position, edge) if count > 0 else (edge - 1, position - 1)
        made = sum(1 for _ in night.log.read(after=lower, until=upper, types=types))
    if made >= abs(count):
        return ""
    return "past the end of the night" if count > 0 else "before the start of the night"


def shown_time(time_us: int) -> str:
    """UTC and JST, as on the screens."""
    return f"{isot(time_us)} UTC   {to_datetime(time_us).astimezone(JST):%H:%M:%S} JST"


def time_of(night: str, text: str) -> int:
    """UTC microseconds of a time of day in the night named, JST if it does not say; raises PlaceUnknown."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise PlaceUnknown(f"'{text}' is no time of day: write 22:14, 22:14:05 or '13:14 UTC'")
    return _moment(night, text, match)


def checked_condition(night: str, text: str) -> Condition:
    """A condition whose times of day are those of the night named; raises ConditionInvalid, PlaceUnknown."""
    return condition(text, lambda time: time_of(night, time))


def is_from_start(night: ReplayedNight, place: str, position: int) -> bool:
    """Tell whether a place is that of a condition which holds from the start of the night on."""
    condition_text = place.strip().removeprefix("when:")
    return condition_text != place.strip() and breakpoints.held_from_start(
        night, checked_condition(night.night, condition_text), night.event(position)
    )


def _first_when(night: ReplayedNight, text: str) -> int:
    """The first event at which a condition holds; raises ConditionInvalid, PlaceUnknown."""
    condition = checked_condition(night.night, text)
    found = breakpoints.next_hit(night, condition, night.first - 1)
    if found is None:
        why = "; ".join(why_never(night, condition))
        raise PlaceUnknown(f"never in the night {night.night}: {text}: {why}")
    return found.position


def _position(night: ReplayedNight, position: int) -> int:
    if not night.first <= position <= night.last:
        raise PlaceUnknown(
            f"event {position} is not in the night {night.night}, which is {night.first} to {night.last}"
        )
    return position


def _percent(night: ReplayedNight, percent: float) -> int:
    if percent > 100:
        raise PlaceUnknown(f"{percent:g}% is past the end of the night")
    return night.first + round((night.last - night.first) * percent / 100)


def _moment(night: str, text: str, match: re.Match[str]) -> int:
    hours, minutes, seconds = int(match[1]), int(match[2]), float(match[3] or 0)
    if hours > 23 or minutes > 59 or seconds >= 60:
        raise PlaceUnknown(f"'{text}' is no time of day")
    noon, _ = night_span(night)
    hours_from_noon = hours - 12 if (match[4] or "JST").upper() == "JST" else hours - 3
    return noon + round((hours_from_noon * 3600 + minutes * 60 + seconds) * 1_000_000) % DAY


def _recipe(night: ReplayedNight, identity: str) -> int:
    known = set()
    types = ["RecipeStarted", "RecipeSubmitted"]
    submitted = 0
    for each in night.log.read(after=night.first - 1, until=night.last, types=types):
        found = str(getattr(each.payload, "recipe_id", ""))
        known.add(found[:8])
        if found.startswith(identity):
            if type(each.payload).__name__ == "RecipeStarted":
                return each.position
            submitted = submitted or each.position
    if submitted:
        return submitted
    raise PlaceUnknown(f"no recipe of this night begins with '{identity}': {did_you_mean(identity, known)}")


def _exposure(night: ReplayedNight, number: str) -> int:
    if not number.isdecimal():
        raise PlaceUnknown(f"an exposure has a number, not '{number}'")
    first = next(night.log.read_stream(f"exposure/{int(number):08d}"), None)
    if first is None or not night.first <= first.position <= night.last:
        raise PlaceUnknown(f"exposure {number} is not of the night {night.night}")
    return first.position


def _product(night: ReplayedNight, name: str) -> int:
    match = re.search(r"TMQ\d{19}", PurePath(name).name)
    try:
        frame = parse_frame_id(match[0] if match else name)
    except FrameIdError as error:
        raise PlaceUnknown(f"'{name}' names no product: {error}") from error
    wanted, ends = str(frame), ("ProductArchived", "ProductRejected", "ReductionFailed")
    for each in night.log.read_stream(f"reduction/{frame.exposure_number:08d}"):
        if type(each.payload).__name__ in ends and getattr(each.payload, "frame_id", "") == wanted:
            return _position(night, each.position)
    raise PlaceUnknown(f"the log tells of no product of {wanted}")


def _violation(night: ReplayedNight, which: str) -> int:
    names: set[str] = set()
    number = 0
    for number, (each, violation) in enumerate(_violations(night), 1):
        names.add(violation.name)
        if which in (str(number), violation.name):
            return each.position
    if not names:
        raise PlaceUnknown("no violation was recorded in this night")
    if which.isdecimal():
        raise PlaceUnknown(f"no violation {which} in this night, which has {number}: 1 to {number}")
    raise PlaceUnknown(f"no violation '{which}' in this night: {did_you_mean(which, names)}")


def _violations(night: ReplayedNight) -> Iterator[tuple[Recorded, ViolationDetected]]:
    for each in night.log.read(after=night.first - 1, until=night.last, types=["ViolationDetected"]):
        if isinstance(each.payload, ViolationDetected):
            yield each, each.payload


_FINDERS = {"recipe": _recipe, "exposure": _exposure, "product": _product, "violation": _violation}

STEPS = {
    "event": (),
    "operation": ("OperationStarted", "OperationSkipped"),
    "exposure": ("ExposureRequested",),
    "recipe": ("RecipeStarted",),
}
"""What one step goes to; an event is any."""


def step(night: ReplayedNight, position: int, unit: str, count: int) -> int:
    """The position `count` steps on, or back when it is negative; the end or start when there are fewer."""
    if unit not in STEPS:
        raise PlaceUnknown(f"'{unit}' is no step: {did_you_mean(unit, STEPS)}")
    types = STEPS[unit]
    if count == 0:
        return position
    if not types:
        return min(max(position + count, night.first), night.last)
    if count > 0:
        left = count
        for each in night.log.read(after=position, until=night.last, types=types):
            left -= 1
            if left == 0:
                return each.position
        return night.last
    return _back(night, position, types, -count)


def _back(night: ReplayedNight, position: int, types: tuple[str, ...], count: int) -> int:
    """Look back over ever longer stretches."""
    until, stretch = position - 1, 2048
    found: list[int] = []
    while until >= night.first:
        after = max(night.first - 1, until - stretch)
        found = [each.position for each in night.log.read(after=after, until=until, types=types)] + found
        if len(found) >= count:
            return found[-count]
        until, stretch = after, stretch * 2
    return night.first


def event_at(night: ReplayedNight, position: int) -> Recorded:
    """The event at a place that was found; raises PlaceUnknown when it is not of the log."""
    try:
        return night.event(position)
    except LogUnavailable as error:
        raise PlaceUnknown(str(error)) from error
