"""The incidents, in the order of their numbers."""

from __future__ import annotations

from tests.incidents import (
    clock_that_jumped,
    frozen_weather,
    killed_executor,
    late_reduction,
    lock_in_mid_recipe,
    lying_mount,
    overwritten_ring,
    slit_that_stuck,
    two_operators,
    wrong_recipe,
)

INCIDENTS = tuple(
    sorted(
        (
            each.INCIDENT
            for each in (
                *(clock_that_jumped, frozen_weather, killed_executor, late_reduction, lock_in_mid_recipe),
                *(lying_mount, overwritten_ring, slit_that_stuck, two_operators, wrong_recipe),
            )
        ),
        key=lambda incident: incident.number,
    )
)
