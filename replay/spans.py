"""What took how long in a night: recipes, operations, exposures, motions of devices, chips on their way.

The same spans are the tracks of a trace and the rows of the timing table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from tomoe_es.events import Event, camera, queue, recipe, reduction, telescope, transfer
from tomoe_es.events.envelope import Recorded

TRACKS = ("recipes", "operations", "exposures", "devices", "transfer", "reduction", "suspended")


class Span(msgspec.Struct, frozen=True):
    """Something that lasted, from one event to another."""

    track: str  # one of TRACKS
    lane: str  # within the track: a device, a chip, or a chip's second cube that is on the way
    name: str
    start_us: int
    end_us: int
    first_position: int
    last_position: int

    @property
    def seconds(self) -> float:
        """How long."""
        return (self.end_us - self.start_us) / 1e6


class _Open(msgspec.Struct):
    name: str
    start: Recorded


class Spans:
    """Takes in events one after the other and gives the spans that end with them."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str, str], _Open] = {}
        self._lanes: dict[str, str] = {}  # of chip-cubes on their way, by frame id

    def of(self, events: Iterable[Recorded]) -> Iterator[Span]:
        """The spans of all these events, in the order of their ends; those that do not end are left out."""
        handlers = _HANDLERS
        for recorded in events:
            handler = handlers.get(type(recorded.payload))
            if handler is not None:
                yield from handler(self, recorded, recorded.payload)

    def begin(self, track: str, lane: str, name: str, recorded: Recorded, key: str = "") -> None:
        """Something begins, unless it lasts already."""
        self._open.setdefault((track, lane, key), _Open(name, recorded))

    def lasting(self, track: str, lane: str, key: str = "") -> str | None:
        """Name of what lasts; None when nothing does."""
        opened = self._open.get((track, lane, key))
        return opened.name if opened is not None else None

    def end(self, track: str, lane: str, recorded: Recorded, key: str = "") -> Iterator[Span]:
        """It ends, if it had begun."""
        opened = self._open.pop((track, lane, key), None)
        if opened is not None:
            start = opened.start
            yield Span(track, lane, opened.name, start.time, recorded.time, start.position, recorded.position)

    def lane(self, frame_id: str) -> str:
        """The lane of a chip-cube, all the way: the first of its chip's that is free when it is acquired."""
        if frame_id not in self._lanes:
            chip, number = f"{frame_id[3]}{frame_id[-2:]}", 1
            while (lane := chip if number == 1 else f"{chip} ({number})") in self._lanes.values():
                number += 1
            self._lanes[frame_id] = lane
        return self._lanes[frame_id]

    def arrived(self, frame_id: str) -> None:
        """A chip-cube is on its way no more, however that went."""
        self._open.pop(("reduction", self._lanes.pop(frame_id, ""), f"{frame_id} all"), None)


def spans(events: Iterable[Recorded]) -> Iterator[Span]:
    """The spans of events in their order."""
    return Spans().of(events)


Handler = Callable[[Spans, Recorded, Any], Iterable[Span]]
_REACHED: dict[str, str] = {
    "open": "open",
    "close": "closed",
    "stop": "stopped",
    "MountSlew": "tracking",
    "MountPark": "parked",
    "MountStop": "stopped",
    "DomeRotation": "still",
    "DomeRotationStop": "still",
    "Focus": "still",
    "FocusStop": "still",
}
"""What the device's reading says when a command is carried out."""


def _recipe_started(known: Spans, recorded: Recorded, event: recipe.RecipeStarted) -> Iterable[Span]:
    known.begin("recipes", "", event.recipe_id[:8], recorded, event.recipe_id)
    return ()


def _recipe_ended(known: Spans, recorded: Recorded, event: recipe.RecipeEvent) -> Iterable[Span]:
    """Perhaps of a recipe that was complete before: one whose exposure was lost goes back to the pool."""
    yield from known.end("operations", "", recorded, event.recipe_id)
    yield from known.end("recipes", "", recorded, event.recipe_id)


def _operation_started(known: Spans, recorded: Recorded, event: recipe.OperationStarted) -> Iterable[Span]:
    known.begin("operations", "", event.operation, recorded, event.recipe_id)
    return ()


def _operation_ended(known: Spans, recorded: Recorded, event: recipe.RecipeEvent) -> Iterable[Span]:
    return known.end("operations", "", recorded, event.recipe_id)


def _exposure_started(known: Spans, recorded: Recorded, event: camera.ExposureStarted) -> Iterable[Span]:
    known.begin("exposures", "", f"exposure {event.exposure_number}", recorded)
    return ()


def _exposure_ended(known: Spans, recorded: Recorded, event: camera.ExposureEvent) -> Iterable[Span]:
    return known.end("exposures", "", recorded)


def _commanded(device: str) -> Handler:
    def handler(known: Spans, recorded: Recorded, event: Any) -> Iterable[Span]:
        what = getattr(event, "action", type(event).__name__.removesuffix("Commanded"))
        if known.lasting("devices", device) not in (None, f"{device} {what}"):
            yield from known.end("devices", device, recorded)  # another command came before it was done
        known.begin("devices", device, f"{device} {what}", recorded)

    return handler


def _device_read(device: str) -> Handler:
    def handler(known: Spans, recorded: Recorded, event: Any) -> Iterable[Span]:
        commanded = known.lasting("devices", device)
        if commanded is not None and event.state == _REACHED[commanded.removeprefix(f"{device} ")]:
            return known.end("devices", device, recorded)
        return ()

    return handler


def _refused(known: Spans, recorded: Recorded, event: telescope.DeviceCommandFailed) -> Iterable[Span]:
    return known.end("devices", event.device, recorded)


def _acquired(known: Spans, recorded: Recorded, event: camera.ChipCubeAcquired) -> Iterable[Span]:
    frame_id = event.frame_id
    known.begin("transfer", known.lane(frame_id), "ring to buffer", recorded, frame_id)
    known.begin("reduction", known.lane(frame_id), "shutter to archive", recorded, f"{frame_id} all")
    return ()


def _buffered(known: Spans, recorded: Recorded, event: transfer.ChipCubeBuffered) -> Iterable[Span]:
    yield from known.end("transfer", known.lane(event.frame_id), recorded, event.frame_id)
    known.begin("reduction", known.lane(event.frame_id), "buffered, waiting", recorded, event.frame_id)


def _lost(known: Spans, recorded: Recorded, event: transfer.ChipCubeLost) -> Iterable[Span]:
    yield from known.end("transfer", known.lane(event.frame_id), recorded, event.frame_id)
    known.arrived(event.frame_id)


def _leased(known: Spans, recorded: Recorded, event: reduction.ReductionLeased) -> Iterable[Span]:
    yield from known.end("reduction", known.lane(event.frame_id), recorded, event.frame_id)
    known.begin("reduction", known.lane(event.frame_id), "reducing", recorded, event.frame_id)


def _finished(known: Spans, recorded: Recorded, event: Any) -> Iterable[Span]:
    yield from known.end("reduction", known.lane(event.frame_id), recorded, event.frame_id)
    yield from known.end("reduction", known.lane(event.frame_id), recorded, f"{event.frame_id} all")
    known.arrived(event.frame_id)


def _failed(known: Spans, recorded: Recorded, event: reduction.ReductionFailed) -> Iterable[Span]:
    """It is tried again, unless it is given up."""
    if event.given_up:
        return _finished(known, recorded, event)
    return known.end("reduction", known.lane(event.frame_id), recorded, event.frame_id)


def _suspended(known: Spans, recorded: Recorded, event: queue.ObservingSuspended) -> Iterable[Span]:
    known.begin("suspended", "", ", ".join(event.reasons), recorded)
    return ()


def _resumed(known: Spans, recorded: Recorded, event: Event) -> Iterable[Span]:
    return known.end("suspended", "", recorded)


_HANDLERS: dict[type[Event], Handler] = {
    recipe.RecipeStarted: _recipe_started,
    recipe.RecipeCompleted: _recipe_ended,
    recipe.RecipeCancelled: _recipe_ended,
    recipe.RecipeReturnedToPool: _recipe_ended,
    recipe.OperationStarted: _operation_started,
    recipe.OperationCompleted: _operation_ended,
    recipe.OperationSkipped: _operation_ended,
    recipe.OperationFailed: _operation_ended,
    camera.ExposureStarted: _exposure_started,
    camera.ExposureFinished: _exposure_ended,
    camera.ExposureAborted: _exposure_ended,
    telescope.MountSlewCommanded: _commanded("mount"),
    telescope.MountParkCommanded: _commanded("mount"),
    telescope.MountStopCommanded: _commanded("mount"),
    telescope.MountRead: _device_read("mount"),
    telescope.DomeRotationCommanded: _commanded("dome_rotation"),
    telescope.DomeRotationStopCommanded: _commanded("dome_rotation"),
    telescope.DomeRotationRead: _device_read("dome_rotation"),
    telescope.DomeSlitCommanded: _commanded("dome_slit"),
    telescope.DomeSlitRead: _device_read("dome_slit"),
    telescope.MirrorCoverCommanded: _commanded("mirror_cover"),
    telescope.MirrorCoverRead: _device_read("mirror_cover"),
    telescope.FocusCommanded: _commanded("focus"),
    telescope.FocusStopCommanded: _commanded("focus"),
    telescope.FocusRead: _device_read("focus"),
    telescope.DeviceCommandFailed: _refused,
    camera.ChipCubeAcquired: _acquired,
    transfer.ChipCubeBuffered: _buffered,
    transfer.ChipCubeLost: _lost,
    reduction.ReductionLeased: _leased,
    reduction.ReductionFinished: _finished,
    reduction.ReductionFailed: _failed,
    queue.ObservingSuspended: _suspended,
    queue.ObservingResumed: _resumed,
}
