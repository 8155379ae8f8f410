"""The night: its schedule, its phase, and what it has come to so far, as counted from its events."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import msgspec

from projections.overview_model import Counters, NightOverview, PlannedTimes
from projections.projection import Projection
from tomoe_es.events import camera, monitor, recipe, reduction, system, transfer
from tomoe_es.events.envelope import Recorded


class Counts(msgspec.Struct, kw_only=True):
    """What happened how often in one night."""

    recipes_done: int = 0
    recipes_cancelled: dict[str, int] = {}
    recipes_interrupted: int = 0
    recipes_expired: int = 0
    recipes_refused: int = 0
    exposures: int = 0
    exposures_aborted: int = 0
    chip_cubes: int = 0
    chip_cubes_lost: int = 0
    given_up: dict[str, int] = {}
    archived: dict[str, int] = {}
    archived_bytes: int = 0
    rejected: int = 0
    rejected_reasons: dict[str, int] = {}
    violations: dict[str, int] = {}


class Night(msgspec.Struct, kw_only=True):
    """The newest night; what came before the first plan counts with the first night."""

    plan: system.NightPlanned | None = None
    first_position: int = 1
    phase: str = ""
    phase_reason: str = ""
    phase_since_us: int = 0
    counts: Counts = msgspec.field(default_factory=Counts)
    what_if: str = ""

    def overview(self) -> NightOverview:
        """Schedule and phase."""
        plan = self.plan
        return NightOverview(
            night=plan.night if plan else "",
            phase=self.phase,
            phase_reason=self.phase_reason,
            phase_since_us=self.phase_since_us,
            planned=msgspec.convert(plan, PlannedTimes, from_attributes=True) if plan else None,
            simulated=plan.simulated if plan else False,
            pixels=plan.pixels if plan else True,
            seed=plan.seed if plan else 0,
            chips=tuple(plan.chips) if plan else (),
            what_if=self.what_if,
        )

    def counters(self, position: int) -> Counters:
        """What the night has come to, up to a position of the log."""
        counts = msgspec.structs.asdict(deepcopy(self.counts))  # the tables here go on counting
        return Counters(**counts, events=max(0, position - self.first_position + 1))


def _planned(state: Night, event: system.NightPlanned, recorded: Recorded) -> None:
    if state.plan is not None and state.plan.night != event.night:
        state.first_position = recorded.position
        state.counts = Counts()
        state.phase, state.phase_reason, state.phase_since_us = "", "", 0
    state.plan = event


def _phase(state: Night, event: system.NightPhaseEntered, recorded: Recorded) -> None:
    state.phase, state.phase_reason, state.phase_since_us = event.phase, event.reason, recorded.time


def _what_if(state: Night, event: system.WhatIfBegun, _: Recorded) -> None:
    state.what_if = event.said()


def _add(counts: dict[str, int], key: str) -> None:
    counts[key] = counts.get(key, 0) + 1


def _done(state: Night, _: Any, __: Recorded) -> None:
    state.counts.recipes_done += 1


def _cancelled(state: Night, event: recipe.RecipeCancelled, _: Recorded) -> None:
    _add(state.counts.recipes_cancelled, event.condition)


def _interrupted(state: Night, _: Any, __: Recorded) -> None:
    state.counts.recipes_interrupted += 1


def _expired(state: Night, _: Any, __: Recorded) -> None:
    state.counts.recipes_expired += 1


def _refused(state: Night, _: Any, __: Recorded) -> None:
    state.counts.recipes_refused += 1


def _exposed(state: Night, _: Any, __: Recorded) -> None:
    state.counts.exposures += 1


def _aborted(state: Night, _: Any, __: Recorded) -> None:
    state.counts.exposures_aborted += 1


def _acquired(state: Night, _: Any, __: Recorded) -> None:
    state.counts.chip_cubes += 1


def _lost(state: Night, _: Any, __: Recorded) -> None:
    state.counts.chip_cubes_lost += 1


def _archived(state: Night, event: reduction.ProductArchived, _: Recorded) -> None:
    _add(state.counts.archived, event.kind)
    state.counts.archived_bytes += event.size_bytes


def _rejected(state: Night, event: reduction.ProductRejected, _: Recorded) -> None:
    state.counts.rejected += 1
    for reason in event.reasons:
        _add(state.counts.rejected_reasons, reason)


def _failed(state: Night, event: reduction.ReductionFailed, _: Recorded) -> None:
    if event.given_up:
        _add(state.counts.given_up, event.condition)


def _violation(state: Night, event: monitor.ViolationDetected, _: Recorded) -> None:
    _add(state.counts.violations, event.name)


PROJECTION = Projection(
    name="night",
    state=Night,
    evolve={
        system.NightPlanned: _planned,
        system.NightPhaseEntered: _phase,
        system.WhatIfBegun: _what_if,
        recipe.RecipeCompleted: _done,
        recipe.RecipeCancelled: _cancelled,
        recipe.RecipeInterrupted: _interrupted,
        recipe.RecipeExpired: _expired,
        recipe.RecipeRefused: _refused,
        camera.ExposureFinished: _exposed,
        camera.ExposureAborted: _aborted,
        camera.ChipCubeAcquired: _acquired,
        transfer.ChipCubeLost: _lost,
        reduction.ProductArchived: _archived,
        reduction.ProductRejected: _rejected,
        reduction.ReductionFailed: _failed,
        monitor.ViolationDetected: _violation,
    },
    sources=(__file__,),
)
