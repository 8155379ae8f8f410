"""What the log tells of the chips of a night: what became of each, and what was found on it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from replay.truth.masters import Masters
from tomoe_es.camera.frame_id import parse_frame_id
from tomoe_es.events.camera import ChipCubeAcquired, DataType, ExposureRequested
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import (
    AstrometryFailed,
    FieldSolved,
    MovingObjectDetected,
    MovingObjectsSearched,
    ProductArchived,
    QualityJudged,
    ReductionFailed,
    ReductionQueued,
    TrackletsJoined,
)
from tomoe_es.events.system import NightPhaseEntered, NightPlanned
from tomoe_es.events.transfer import ChipCubeLost


class ToldChip(msgspec.Struct, kw_only=True):
    """One chip that was to be reduced. `ra_deg`, `dec_deg` are where the mount said that it points.

    `passed` is None where the chip was never judged, `failed_checks` those for which it was rejected.
    `given_up` is the condition after which it was not tried again. `archived` has the products by
    their kind.
    """

    frame_id: str
    night: str
    recipe_id: str
    exposure_number: int
    det_id: int
    data_type: DataType
    steps: tuple[str, ...]
    ra_deg: float
    dec_deg: float
    passed: bool | None = None
    failed_checks: tuple[str, ...] = ()
    given_up: str = ""
    has_dark: bool = True  # False: given up, and there truly was no master for it
    has_flat: bool = True
    solved: FieldSolved | None = None
    unsolved: AstrometryFailed | None = None
    searched: bool = False
    tracklets: dict[str, MovingObjectDetected] = {}
    archived: dict[str, ProductArchived] = {}

    @property
    def judged(self) -> bool:
        """Whether the log tells a result."""
        return self.passed is not None or bool(self.given_up)

    @property
    def place(self) -> str:
        """As a line names it."""
        return f"exposure {self.exposure_number} chip {self.det_id}"


class ToldNight(msgspec.Struct):
    """The chips of a night by FRAME_ID, in the order in which they were queued; what was joined.

    `taken` are the cubes of chips by FRAME_ID, `lost` those of them that never came whole. `seed` is the
    simulation's; None where the log does not tell it.
    """

    chips: dict[str, ToldChip] = {}
    joined: list[TrackletsJoined] = []
    taken: set[str] = set()
    lost: set[str] = set()
    seed: int | None = None
    ended: bool = True


def told_night(events: Iterable[Recorded]) -> ToldNight:
    """Gather what the events of a night tell; of a chip that was reduced twice the last result counts."""
    told = ToldNight(ended=False)
    requested: dict[int, ExposureRequested] = {}
    masters = Masters()
    for recorded in events:
        match recorded.payload:
            case NightPlanned(seed=seed):
                told.seed = seed
            case NightPhaseEntered(phase=phase):
                told.ended = phase == "ended"
            case ChipCubeAcquired(frame_id=taken):
                told.taken.add(taken)
            case ChipCubeLost(frame_id=lost):
                told.taken.add(lost)
                told.lost.add(lost)
            case ExposureRequested() as request:
                requested[request.exposure_number] = request
            case ReductionQueued() as queued if queued.exposure_number in requested:
                request = requested[queued.exposure_number]
                masters.queue(request, queued)
                told.chips |= {each: _chip(each, request, queued) for each in queued.frame_ids}
            case TrackletsJoined() as joined:
                told.joined.append(joined)
            case payload if (frame_id := getattr(payload, "frame_id", None)) in told.chips:
                chip = told.chips[frame_id]
                _take_in(chip, payload)
                masters.take_in(chip.det_id, payload)
                if chip.given_up == "CalibrationMissing":
                    chip.has_dark = masters.has("DARK", chip.exposure_number, chip.det_id)
                    chip.has_flat = masters.has("FLAT", chip.exposure_number, chip.det_id)
            case _:
                pass
    return told


def _chip(frame_id: str, request: ExposureRequested, queued: ReductionQueued) -> ToldChip:
    return ToldChip(
        frame_id=frame_id,
        night=request.night,
        recipe_id=request.recipe_id,
        exposure_number=request.exposure_number,
        det_id=parse_frame_id(frame_id).det_id,
        data_type=request.data_type,
        steps=tuple(queued.steps),
        ra_deg=request.ra_deg,
        dec_deg=request.dec_deg,
    )


def _take_in(chip: ToldChip, event: object) -> None:
    match event:
        case FieldSolved():
            chip.solved, chip.unsolved = event, None
        case AstrometryFailed():
            chip.solved, chip.unsolved = None, event
        case QualityJudged():
            chip.passed = event.passed
            chip.failed_checks = tuple(each.check for each in event.verdicts if not each.passed)
        case MovingObjectDetected():
            chip.tracklets[event.tracklet_id] = event
        case MovingObjectsSearched():
            chip.searched = True
        case ProductArchived(kind=kind):
            chip.archived[kind] = event
        case ReductionFailed(given_up=True, condition=condition):
            chip.given_up = condition
        case _:
            pass
