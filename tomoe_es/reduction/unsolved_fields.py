"""Why chips of an exposure have no astrometric solution: told when all are reduced, by sky and neighbours.

A chip alone can't say whether clouds or a fault hid its stars. Clouds cover several chips and leave few
sources on each; a fault of one chip leaves its neighbours as they are; a wrong pointing leaves many sources
on all, and a cover that is closed no sky, nor a chip that isn't read out. One event tells of all chips.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Any, Final

import msgspec

from tomoe_es.camera.frame_geometry import GAIN_ELECTRONS_PER_COUNT, PIXEL_SCALE_ARCSEC
from tomoe_es.control.decider import Decider, Decision, Fold
from tomoe_es.events import Event, camera, reduction
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import FieldsUnsolved, UnsolvedCause
from tomoe_es.reduction.clear_sky import (
    CLEAR_ZERO_POINT_MAG,
    FEWEST_PAIRS,
    FEWEST_SOURCES_OF_A_CLEAR_SKY,
)
from tomoe_es.reduction.unsolved_causes import CAUSES

NAME = "unsolved fields"
DARKEST_SKY_MAG_ARCSEC2: Final = 21.5
PART_OF_DARKEST_SKY: Final = 0.3
CLEAR_NEIGHBOURS: Final = 3
"""So many solved chips with many sources tell that there are no clouds."""

INPUTS: frozenset[type[Event]] = frozenset({reduction.ReductionFinished, reduction.ReductionFailed})
EVENT_TYPES: frozenset[type[Event]] = INPUTS | {
    camera.ExposureRequested,
    camera.ExposureAborted,
    reduction.ReductionQueued,
    reduction.PhotometryMeasured,
    reduction.FieldSolved,
    reduction.AstrometryFailed,
    FieldsUnsolved,
}


class Chip(msgspec.Struct):
    """What is known of a chip so far."""

    sources: int = 0
    sky_counts: float | None = None
    catalogue_stars: int | None = None
    solved: bool = False
    failed: bool = False
    done: bool = False


class Exposure(msgspec.Struct):
    """An exposure some chips of which are not yet reduced."""

    darkest_sky_counts: float
    chips: dict[str, Chip] = {}
    open: int = 0  # chips that are not done
    failed: int = 0


class UnsolvedState(msgspec.Struct):
    """Exposures in reduction, by number."""

    exposures: dict[int, Exposure] = {}


def initial() -> UnsolvedState:
    """Before the first event."""
    return UnsolvedState()


def evolve(state: UnsolvedState, recorded: Recorded) -> UnsolvedState:
    """Take one event in; the state given is changed and returned."""
    event: Any = recorded.payload
    tell = _OF_A_CHIP.get(type(event))
    if tell is not None:
        exposure = state.exposures.get(event.exposure_number)
        if exposure is not None and event.frame_id in exposure.chips:
            tell(exposure, exposure.chips[event.frame_id], event)
            _forget_if_solved(state, event.exposure_number)
        return state
    match event:
        case camera.ExposureRequested() if "wcs" in event.pipeline:
            state.exposures[event.exposure_number] = Exposure(_darkest_sky_counts(event))
        case camera.ExposureAborted() | FieldsUnsolved():
            state.exposures.pop(event.exposure_number, None)
        case reduction.ReductionQueued() if event.exposure_number in state.exposures:
            chips = {each: Chip() for each in event.frame_ids}
            darkest_sky_counts = state.exposures[event.exposure_number].darkest_sky_counts
            state.exposures[event.exposure_number] = Exposure(darkest_sky_counts, chips, open=len(chips))
            _forget_if_solved(state, event.exposure_number)
        case _:
            pass
    return state


def _measured(exposure: Exposure, chip: Chip, event: reduction.PhotometryMeasured) -> None:
    chip.sources, chip.sky_counts = event.sources, event.sky_counts


def _solved(exposure: Exposure, chip: Chip, event: reduction.FieldSolved) -> None:
    chip.solved = True


def _not_solved(exposure: Exposure, chip: Chip, event: reduction.AstrometryFailed) -> None:
    exposure.failed += not chip.failed
    chip.failed, chip.catalogue_stars = True, event.catalogue_stars


def _done(exposure: Exposure, chip: Chip, event: reduction.ReductionEvent) -> None:
    if isinstance(event, reduction.ReductionFinished) or (
        isinstance(event, reduction.ReductionFailed) and event.given_up
    ):
        exposure.open -= not chip.done
        chip.done = True


_OF_A_CHIP: Final[dict[type[Event], Callable[[Exposure, Chip, Any], None]]] = {
    reduction.PhotometryMeasured: _measured,
    reduction.FieldSolved: _solved,
    reduction.AstrometryFailed: _not_solved,
    reduction.ReductionFinished: _done,
    reduction.ReductionFailed: _done,
}


def _forget_if_solved(state: UnsolvedState, number: int) -> None:
    exposure = state.exposures[number]
    if not exposure.open and not exposure.failed:
        del state.exposures[number]


def decide(state: UnsolvedState, recorded: Recorded | None, now: int) -> list[Decision]:
    """Tell of every exposure whose chips are all reduced, and not all solved."""
    return [
        Decision(_told_together(number, exposure), recorded.position if recorded is not None else 0)
        for number, exposure in state.exposures.items()
        if exposure.chips and not exposure.open
    ]


def _told_together(number: int, exposure: Exposure) -> FieldsUnsolved:
    cause = cause_of(exposure)
    failed = [frame_id for frame_id, chip in exposure.chips.items() if chip.failed]
    return FieldsUnsolved(
        exposure_number=number,
        cause=cause,
        frame_ids=failed,
        chips=len(exposure.chips),
        reason=": ".join(CAUSES[cause]),
    )


def cause_of(exposure: Exposure) -> UnsolvedCause:
    """What most probably kept chips from being solved; at least one was not."""
    chips = exposure.chips.values()
    failed, solved = [each for each in chips if each.failed], [each for each in chips if each.solved]
    clear = [each for each in solved if each.sources >= FEWEST_SOURCES_OF_A_CLEAR_SKY]
    sky = [each.sky_counts for each in failed if each.sky_counts is not None]
    if sky and median(sky) < PART_OF_DARKEST_SKY * exposure.darkest_sky_counts:
        return "readout" if len(clear) >= CLEAR_NEIGHBOURS else "no light"
    if median(each.sources for each in failed) < FEWEST_SOURCES_OF_A_CLEAR_SKY:
        alone = len(failed) == 1 and len(clear) == len(solved) >= CLEAR_NEIGHBOURS
        return "chip" if alone else "clouds"
    if all((each.catalogue_stars or 0) <= FEWEST_PAIRS for each in failed):
        return "few stars"
    return "pointing" if len(failed) > len(solved) else "chip"


def _darkest_sky_counts(asked: camera.ExposureRequested) -> float:
    """Of a pixel in one frame."""
    electrons = 10 ** (-0.4 * (DARKEST_SKY_MAG_ARCSEC2 - CLEAR_ZERO_POINT_MAG)) * PIXEL_SCALE_ARCSEC**2
    return electrons * asked.exposure_seconds / GAIN_ELECTRONS_PER_COUNT[asked.gain]


def decider(fold: Fold) -> Decider:
    """Tells why chips were not solved."""
    assert fold.evolve is evolve, "it decides on its own state"
    return Decider(NAME, fold, INPUTS, decide, gathers=True)
