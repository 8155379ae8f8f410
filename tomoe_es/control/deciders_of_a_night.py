"""The states that a night keeps and the deciders over them: the same live, resumed, and replayed."""

from __future__ import annotations

import msgspec

from tomoe_es.control import evolution, executor, night_course, standstill, weather_watch
from tomoe_es.control import state as control_state
from tomoe_es.control.decider import Decider, Fold
from tomoe_es.machines import monitor
from tomoe_es.reduction import queue as reduction_queue
from tomoe_es.reduction import queue_state, unsolved_fields
from tomoe_es.reduction.moving_objects import joining
from tomoe_es.scheduling import scheduler
from tomoe_es.transfer import time_to_live


class FoldsOfANight(msgspec.Struct, frozen=True):
    """One fold for each state, by its name in replay."""

    control: Fold
    reduction: Fold
    buffer: Fold
    monitor: Fold
    joining: Fold
    unsolved: Fold

    def by_name(self) -> dict[str, Fold]:
        """All of them."""
        return {name: getattr(self, name) for name in self.__struct_fields__}


def folds_of_a_night() -> FoldsOfANight:
    """Every state before the first event."""
    return FoldsOfANight(
        Fold(control_state.initial(), evolution.evolve, evolution.EVENT_TYPES),
        Fold(queue_state.initial(), queue_state.evolve, queue_state.EVENT_TYPES),
        Fold(time_to_live.initial(), time_to_live.evolve, time_to_live.EVENT_TYPES),
        Fold(monitor.initial(), monitor.evolve, monitor.EVENT_TYPES),
        Fold(joining.initial(), joining.evolve, joining.EVENT_TYPES),
        Fold(unsolved_fields.initial(), unsolved_fields.evolve, unsolved_fields.EVENT_TYPES),
    )


def deciders_of_a_night(folds: FoldsOfANight) -> list[Decider]:
    """Every decider, in the order in which they are asked."""
    return [
        weather_watch.decider(folds.control),
        standstill.decider(folds.control),
        executor.decider(folds.control),
        scheduler.decider(folds.control),
        night_course.decider(folds.control),
        reduction_queue.decider(folds.reduction),
        time_to_live.decider(folds.buffer),
        monitor.decider(folds.monitor),
        joining.decider(folds.joining),
        unsolved_fields.decider(folds.unsolved),
    ]
