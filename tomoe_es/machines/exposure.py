"""What is normal for an exposure: from its request until its chips are in the reduction queue."""

from __future__ import annotations

from tomoe_es.events.camera import (
    ChipCubeAcquired,
    ExposureAborted,
    ExposureAbortRequested,
    ExposureFinished,
    ExposureRequested,
    ExposureStarted,
)
from tomoe_es.events.reduction import ReductionQueued
from tomoe_es.events.system import NightPlanned
from tomoe_es.events.transfer import ChipCubeBuffered, ChipCubeLost, ExposureTransferred, RingOverwritten
from tomoe_es.machines.declaration import Machine, On

_TRANSFERRING = ("exposing", "finished", "aborting", "aborted")

MACHINE = Machine(
    name="exposure",
    meaning="An exposure of all chips; their cubes are transferred before they are queued for reduction.",
    thing="exposure/{:08d}",
    instance="exposure_number",
    states=(
        *("new", "requested", "exposing", "finished", "transferred", "reducing", "aborting", "aborted"),
        "of_a_former_night",
    ),
    initial="new",
    transitions=(
        ("request", "new", "requested"),
        ("start", "requested", "exposing"),
        ("start", "aborting", "aborting"),  # the request to stop came too late for the start
        ("acquire", ("exposing", "aborting"), "="),
        ("finish", ("exposing", "aborting"), "finished"),  # or too late for the end
        ("request_abort", ("requested", "exposing", "aborting"), "aborting"),
        ("request_abort", ("finished", "transferred", "reducing", "aborted"), "="),
        ("abort", ("requested", "exposing", "aborting"), "aborted"),
        ("transfer_cube", _TRANSFERRING, "="),
        ("transfer", "finished", "transferred"),
        ("transfer", "aborted", "aborted"),
        ("queue", "transferred", "reducing"),
        ("begin_next_night", ("reducing", "aborted"), "of_a_former_night"),
    ),
    listens=(
        On(ExposureRequested, "request"),
        On(ExposureStarted, "start"),
        On(ChipCubeAcquired, "acquire"),
        On(ExposureFinished, "finish"),
        On(ExposureAbortRequested, "request_abort"),
        On(ExposureAborted, "abort"),
        On(ChipCubeBuffered, "transfer_cube"),
        On(ChipCubeLost, "transfer_cube"),
        On(RingOverwritten, "transfer_cube"),
        On(ExposureTransferred, "transfer"),
        On(ReductionQueued, "queue"),
        On(NightPlanned, "begin_next_night", everywhere=True),
    ),
    forgotten=frozenset({"of_a_former_night"}),
)
