"""What is normal for the camera as a device."""

from __future__ import annotations

from tomoe_es.events.camera import (
    CameraRead,
    ExposureAborted,
    ExposureFinished,
    ExposureRequested,
    ExposureStarted,
)
from tomoe_es.machines import device
from tomoe_es.machines.declaration import Departure, Machine, On

_READINGS = ("off", "idle", "exposing", "fault")
_STATES = ("unknown", "off", "idle", "ordered", "exposing", "fault")

MACHINE = Machine(
    name="camera",
    meaning="The camera as its own readings tell it: one exposure at a time, and only when ordered.",
    thing="camera",
    states=_STATES,
    initial="unknown",
    transitions=(
        *device.transitions(_READINGS),
        ("order", "idle", "ordered"),
        ("order", "fault", "fault"),
        ("start", ("unknown", "ordered", "exposing"), "exposing"),
        ("end", ("unknown", "idle", "ordered", "exposing"), "idle"),
        ("end", ("off", "fault"), "="),
        ("read_off", ("idle", "off"), "off"),
        ("read_idle", ("off", "idle", "exposing"), "idle"),
        ("read_idle", "ordered", "ordered"),
        ("read_exposing", ("ordered", "exposing"), "exposing"),
    ),
    listens=(
        *device.listens("camera", CameraRead, _READINGS),
        On(ExposureRequested, "order"),
        On(ExposureStarted, "start"),
        On(ExposureFinished, "end"),
        On(ExposureAborted, "end"),
    ),
    departures=(
        *device.departures(_STATES),
        *device.commanded_before_read("order"),
        Departure(
            name="ExposureWhileExposing",
            trigger="order",
            source=("ordered", "exposing"),
            dest="ordered",
            severity="serious",
            meaning="an exposure was ordered before the one before it had ended",
            remedy="see whether two executors run, or whether the camera never told the end of an exposure",
        ),
        Departure(
            name="ExposedWithoutCommand",
            trigger="read_exposing",
            source=("off", "idle"),
            dest="exposing",
            severity="serious",
            meaning="the camera exposes, but nothing in the log had ordered it",
            remedy="find out who or what else commands the camera",
        ),
    ),
)
