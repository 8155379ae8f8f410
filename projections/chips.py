"""Chip by chip, how far the newest exposure has come, and how the reduction keeps up.

Small however long the night: an exposure is forgotten once every chip of it is over and a newer one is there.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from projections.overview_model import ChipsOverview, ChipStage, LaneOverview
from projections.projection import Projection
from tomoe_es.camera import frame_id as frame_ids
from tomoe_es.camera.frame_id import det_id_of
from tomoe_es.clock import MINUTE
from tomoe_es.events import camera, reduction, transfer
from tomoe_es.events.envelope import Recorded

OVER: frozenset[ChipStage] = frozenset({"lost", "archived", "rejected", "failed", "finished"})
"""Stages after which nothing more happens to a chip-cube."""
LEASED: frozenset[ChipStage] = frozenset({"leased", "solved", "unsolved"})
MINUTES_KEPT = 10


class ExposureChips(msgspec.Struct, kw_only=True):
    """The chips of one exposure, by DET_ID."""

    name: str = ""
    state: str = ""
    lane: str = "default"
    chips: dict[int, ChipStage] = {}
    open: int = 0  # chips that are not over


class Minute(msgspec.Struct):
    """Chip-cubes acquired and reduced within one minute of the log."""

    acquired: int = 0
    reduced: int = 0


class Chips(msgspec.Struct, kw_only=True):
    """Exposures of which a chip is not over, and the newest one."""

    newest: int = 0
    exposures: dict[int, ExposureChips] = {}
    minutes: dict[int, Minute] = {}  # by UTC minutes since 1970

    def overview(self) -> ChipsOverview:
        """What the screens show."""
        newest = self.exposures.get(self.newest, ExposureChips())
        return ChipsOverview(
            exposure_number=self.newest,
            exposure_name=newest.name,
            exposure_state=newest.state,
            chips=dict(sorted(newest.chips.items())),
            counts=dict(sorted(Counter(newest.chips.values()).items())),
            backlog=sum(each.open for each in self.exposures.values()),
            lanes=self._lanes(),
            acquired_per_minute=self._per_minute("acquired"),
            reduced_per_minute=self._per_minute("reduced"),
        )

    def _lanes(self) -> dict[str, LaneOverview]:
        queued, leased = Counter({"default": 0, "express": 0}), Counter[str]()
        for exposure in self.exposures.values():
            queued[exposure.lane] += sum(stage == "queued" for stage in exposure.chips.values())
            leased[exposure.lane] += sum(stage in LEASED for stage in exposure.chips.values())
        return {lane: LaneOverview(queued=queued[lane], leased=leased[lane]) for lane in queued}

    def _per_minute(self, field: str) -> float:
        if not self.minutes:
            return 0.0
        span = max(self.minutes) - min(self.minutes) + 1
        return float(sum(getattr(minute, field) for minute in self.minutes.values()) / span)


def _move(state: Chips, exposure_number: int, frame_id: str, stage: ChipStage) -> None:
    """Take a chip on to a stage; nothing leads back from one that is over."""
    exposure = state.exposures.get(exposure_number)
    if exposure is None or exposure.state == "aborted":
        return
    det_id = det_id_of(frame_id)
    before = exposure.chips.get(det_id)
    if before in OVER:
        return
    exposure.chips[det_id] = stage
    exposure.open += (before is None) - (stage in OVER)
    if exposure.open == 0 and exposure_number != state.newest:
        del state.exposures[exposure_number]


def _minute(state: Chips, recorded: Recorded) -> Minute:
    number = recorded.time // MINUTE
    minute = state.minutes.get(number)
    if minute is None:
        minute = state.minutes[number] = Minute()
        for old in [each for each in state.minutes if each <= number - MINUTES_KEPT]:
            del state.minutes[old]
    return minute


def _requested(state: Chips, event: camera.ExposureRequested, _: Recorded) -> None:
    last = state.exposures.get(state.newest)
    if last is not None and last.open == 0:
        del state.exposures[state.newest]
    state.newest = event.exposure_number
    state.exposures[event.exposure_number] = ExposureChips(
        name=event.name, state="requested", lane=event.lane
    )


def _started(state: Chips, event: camera.ExposureStarted, _: Recorded) -> None:
    if exposure := state.exposures.get(event.exposure_number):
        exposure.state = "exposing"


def _finished(state: Chips, event: camera.ExposureFinished, _: Recorded) -> None:
    if exposure := state.exposures.get(event.exposure_number):
        exposure.state = "finished"


def _aborted(state: Chips, event: camera.ExposureAborted, _: Recorded) -> None:
    """The frames of an aborted exposure are not used: nothing of it waits any more."""
    if exposure := state.exposures.get(event.exposure_number):
        exposure.state, exposure.open = "aborted", 0
        exposure.chips.clear()
        if event.exposure_number != state.newest:
            del state.exposures[event.exposure_number]


def _acquired(state: Chips, event: camera.ChipCubeAcquired, recorded: Recorded) -> None:
    _move(state, event.exposure_number, event.frame_id, "acquired")
    _minute(state, recorded).acquired += 1


def _buffered(state: Chips, event: transfer.ChipCubeBuffered, _: Recorded) -> None:
    _move(state, event.exposure_number, event.frame_id, "buffered")


def _lost(state: Chips, event: transfer.ChipCubeLost, _: Recorded) -> None:
    _move(state, event.exposure_number, event.frame_id, "lost")


def _queued(state: Chips, event: reduction.ReductionQueued, _: Recorded) -> None:
    if exposure := state.exposures.get(event.exposure_number):
        exposure.lane = event.lane
    for frame_id in event.frame_ids:
        _move(state, event.exposure_number, frame_id, "queued")


def _leased(state: Chips, event: reduction.ReductionLeased, _: Recorded) -> None:
    _move(state, event.exposure_number, event.frame_id, "leased")


def _lease_expired(state: Chips, event: reduction.ReductionLeaseExpired, _: Recorded) -> None:
    _move(state, event.exposure_number, event.frame_id, "queued")


def _solved(state: Chips, event: reduction.FieldSolved, _: Recorded) -> None:
    _move(state, event.exposure_number, event.frame_id, "solved")


def _unsolved(state: Chips, event: reduction.AstrometryFailed, _: Recorded) -> None:
    _move(state, event.exposure_number, event.frame_id, "unsolved")


def _archived(state: Chips, event: reduction.ProductArchived, _: Recorded) -> None:
    _move(state, event.exposure_number, event.frame_id, "archived")


def _rejected(state: Chips, event: reduction.ProductRejected, _: Recorded) -> None:
    _move(state, event.exposure_number, event.frame_id, "rejected")


def _reduced(state: Chips, event: reduction.ReductionFinished, recorded: Recorded) -> None:
    _move(state, event.exposure_number, event.frame_id, "finished")
    _minute(state, recorded).reduced += 1


def _leases_void(
    state: Chips, _: reduction.ReductionEngineStarted | reduction.ReductionEngineLost, __: Recorded
) -> None:
    """A lost engine holds no lease, and a new one none of an earlier one."""
    for exposure in state.exposures.values():
        for det_id, stage in exposure.chips.items():
            if stage in LEASED:
                exposure.chips[det_id] = "queued"


def _failed(state: Chips, event: reduction.ReductionFailed, recorded: Recorded) -> None:
    _move(state, event.exposure_number, event.frame_id, "failed" if event.given_up else "queued")
    if event.given_up:
        _minute(state, recorded).reduced += 1


PROJECTION = Projection(
    name="chips",
    state=Chips,
    evolve={
        camera.ExposureRequested: _requested,
        camera.ExposureStarted: _started,
        camera.ExposureFinished: _finished,
        camera.ExposureAborted: _aborted,
        camera.ChipCubeAcquired: _acquired,
        transfer.ChipCubeBuffered: _buffered,
        transfer.ChipCubeLost: _lost,
        reduction.ReductionEngineStarted: _leases_void,
        reduction.ReductionEngineLost: _leases_void,
        reduction.ReductionQueued: _queued,
        reduction.ReductionLeased: _leased,
        reduction.ReductionLeaseExpired: _lease_expired,
        reduction.FieldSolved: _solved,
        reduction.AstrometryFailed: _unsolved,
        reduction.ProductArchived: _archived,
        reduction.ProductRejected: _rejected,
        reduction.ReductionFinished: _reduced,
        reduction.ReductionFailed: _failed,
    },
    sources=(__file__, frame_ids.__file__),
)
