"""The inputs that come after the moment of branching: those of the true night, but for what is changed."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import msgspec

from replay import places
from replay.errors import WhatIfInvalid
from replay.night import ReplayedNight
from replay.what_if.changes import Changes, Inserted
from tomoe_es.clock import MINUTE
from tomoe_es.control.submission import submission
from tomoe_es.events import Event, monitor, queue, recipe, system, telescope
from tomoe_es.events.envelope import Recorded

PERSON = "what if"
"""Who says what is inserted."""
REPEATED: tuple[type[Event], ...] = (
    *(recipe.RecipeSubmitted, recipe.RecipeRefused, recipe.RecipeCancelled),
    *(queue.QueueStarted, queue.QueuePaused, queue.QueueAbortRequested),
    *(telescope.TelescopeLockSet, telescope.TelescopeLockReleased),
    *(monitor.AlarmMuted, monitor.AlarmUnmuted),
    *(system.NightPhaseEntered, system.MessagePosted),
)
"""What people and files said. Guardian, emergency, notifier and the lives of processes are not
repeated, nor are acknowledgements, which name a violation of the true night."""


class Input(msgspec.Struct, frozen=True):
    """Something that comes from outside at a time."""

    time: int
    event: Event
    actor: str


class Branch(msgspec.Struct, frozen=True):
    """Where the what-if leaves the true night, and what comes from outside from then on."""

    position: int  # of the last event that is the same
    time: int
    inputs: list[Input]
    not_repeated: dict[str, int]  # by actor: events of others than deciders and devices


def branch(night: ReplayedNight, changes: Changes, inside: Collection[str]) -> Branch:
    """Plan the branch; `inside` are the actors simulated anew. Raises WhatIfInvalid, PlaceUnknown."""
    left_out = {_input(night, each, inside).position for each in changes.leave_out}
    moved = {_input(night, each.input, inside).position: each.by_minutes for each in changes.move}
    inserted = [(places.time_of(night.night, each.at), each) for each in changes.insert]
    position = _position(night, changes, left_out, moved, [time for time, _ in inserted])
    time = night.event(position).time
    inputs, others = [], dict[str, int]()
    for recorded in night.events(after=night.first - 1):
        shift = round(moved.get(recorded.position, 0.0) * MINUTE)
        if recorded.position in left_out or recorded.position in moved:
            _after_branch(recorded, recorded.time + min(shift, 0), position, time)
        elif recorded.position <= position:
            continue
        if recorded.position in left_out or recorded.actor in inside:
            continue
        if isinstance(recorded.payload, REPEATED):
            inputs.append(Input(recorded.time + shift, recorded.payload, recorded.actor))
        else:
            others[recorded.actor] = others.get(recorded.actor, 0) + 1
    for at, each in inserted:
        if at < time:
            raise WhatIfInvalid(
                f"what is inserted at {each.at} comes before the branch: branch earlier, --from"
            )
        inputs.append(Input(at, _inserted(night, each, at), PERSON))
    return Branch(position, time, sorted(inputs, key=lambda each: each.time), others)


def _after_branch(recorded: Recorded, changed: int, position: int, branched: int) -> None:
    if recorded.position <= position or changed < branched:
        raise WhatIfInvalid(
            f"event {recorded.position}, changed at {places.shown_time(changed)}, is not after the branch "
            f"(event {position}, at {places.shown_time(branched)}): branch earlier, with --from"
        )


def _position(
    night: ReplayedNight,
    changes: Changes,
    left_out: Collection[int],
    moved: dict[int, float],
    inserted: list[int],
) -> int:
    """The end of the instant of --from; else the last event before the first change."""
    if changes.from_ is not None:
        position = places.position_of(night, changes.from_)
    else:
        times = [night.event(each).time for each in left_out]
        times += [night.event(each).time + round(min(by, 0.0) * MINUTE) for each, by in moved.items()]
        times += inserted
        if not times:
            raise WhatIfInvalid("from when on is it otherwise? say it with --from, such as --from 22:10")
        position = places.position_before(night, min(times) - 1)
    for recorded in night.events(after=position):
        if recorded.time > night.event(position).time:
            break
        position = recorded.position
    return position


def _input(night: ReplayedNight, place: str, inside: Collection[str]) -> Recorded:
    """The event that came from outside at a place; of a recipe its submission."""
    position = places.position_of(night, place)
    recorded = night.event(position)
    if place.startswith("recipe:"):
        of_recipe = night.log.read_stream(recorded.stream)
        submitted = (each for each in of_recipe if isinstance(each.payload, recipe.RecipeSubmitted))
        recorded = next(submitted, recorded)  # a part of a night may begin after it
    if recorded.actor in inside or not isinstance(recorded.payload, REPEATED):
        raise WhatIfInvalid(
            f"event {recorded.position} ({type(recorded.payload).__name__} by {recorded.actor}) is no input "
            "from outside, but follows from others: change what led to it ('tomoe replay why' tells)"
        )
    return recorded


def _inserted(night: ReplayedNight, given: Inserted, at: int) -> Event:
    [name] = given.given
    match name:
        case "recipe":
            return _submitted(night, Path(given.recipe), at, direct=given.direct)
        case "stop":
            return queue.QueuePaused(reason=given.stop, who=PERSON)
        case "start":
            return queue.QueueStarted(reason=given.start, who=PERSON)
        case "lock":
            return telescope.TelescopeLockSet(who=PERSON, why=given.lock)
        case _:
            return telescope.TelescopeLockReleased(who=PERSON, why=given.release)


def _submitted(night: ReplayedNight, path: Path, at: int, *, direct: bool) -> Event:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WhatIfInvalid(f"{path}: {error.strerror}: check the path of the recipe") from error
    event = submission(content, path.name, submitted_by=PERSON, night=night.night, now=at, direct=direct)
    if isinstance(event, recipe.RecipeRefused):
        raise WhatIfInvalid("\n".join(event.errors))
    return event
