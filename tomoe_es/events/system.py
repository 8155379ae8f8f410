"""Events of the system itself: nights, code, processes, messages."""

from __future__ import annotations

from typing import Literal

import msgspec

from tomoe_es.events.base import Event

NightPhase = Literal[
    "starting_up", "calibrating", "waiting", "observing", "shutting_down", "ended", "interrupted"
]
NIGHT_OVER: tuple[NightPhase, ...] = ("ended", "interrupted")
"""Phases after which nothing happens in the night any more."""
WHAT_IF = "what_if"
"""Stream by which a log is known that tells of what did not happen."""


class LogCheckpoint(msgspec.Struct, frozen=True, gc=False):
    """What a signed checkpoint says of the log."""

    size: int  # events that it covers
    root: str  # of the Merkle tree of these, base64


class NightEvent(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """An event of one night, named by the local date of its evening."""

    night: str

    def stream(self) -> str:
        return f"night/{self.night}"


class NightPlanned(NightEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The times of the night, from the Sun."""

    start_up_us: int
    sunset_us: int
    calibration_us: int
    observing_start_us: int
    observing_end_us: int
    sunrise_us: int
    chips: list[int]
    simulated: bool
    pixels: bool  # False: events only, no image is made or reduced
    seed: int  # of the simulated observatory; 0 when the observatory is real
    dark_frames: int  # of one dark, taken by the calibration recipe
    flat_frames: int
    buffer_ttl_seconds: float  # how long a reduced raw cube is kept
    script: str  # weather and faults of a simulated night, as in its night script
    checkpoint: LogCheckpoint | None = None  # the last one signed before the night; None: there was none


class NightPhaseEntered(NightEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The night went on to its next phase."""

    phase: NightPhase
    reason: str


class NightResumed(NightEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """A night that was cut off is taken up again, after the devices' true state was read."""

    last_position: int
    last_time_us: int


class DailyRecipeIssued(NightEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The course of the night issued one of the day's own recipes, such as start-up or shutdown."""

    role: str
    recipe_id: str


class CodeRegistered(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """The version of the code that writes events from now on."""

    version: str
    source_sha256: str  # over all source files of the five packages
    commit: str  # git commit, empty when not run from a checkout
    python: str
    packages: dict[str, str]  # name and version of what it runs on

    def stream(self) -> str:
        return "code"


class ProcessStarted(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """A process of the system runs."""

    process: str
    pid: int
    host: str

    def stream(self) -> str:
        return f"process/{self.process}"


class ProcessStopped(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """A process of the system ended by itself."""

    process: str
    pid: int
    reason: str

    def stream(self) -> str:
        return f"process/{self.process}"


class StorageRead(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """How full a storage is."""

    storage: Literal["buffer", "archive", "log"]
    used_bytes: int
    free_bytes: int

    def stream(self) -> str:
        return f"storage/{self.storage}"


class PayloadErased(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """The payload of an earlier event was erased, such as a person's name; envelope and digest are kept."""

    position: int  # of the event whose payload is erased
    of_type: str
    sha256: str  # of the payload's JSON bytes as they were, so that every proof still holds
    who: str
    why: str

    def stream(self) -> str:
        return "erasures"


class WhatIfBegun(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """What follows did not happen: it was simulated from a moment of a past night on, with other inputs.

    The events before this one are those of the true log, at the same positions.
    """

    of_night: str
    of_log: str  # digest of the true log, as `tomoe replay` tells it
    changes: list[str]  # what is otherwise, for people

    def stream(self) -> str:
        return "what_if"

    def said(self) -> str:
        """For every output about it."""
        return f"WHAT-IF OF night {self.of_night} ({self.of_log}): {'; '.join(self.changes)}"


class MessagePosted(Event, frozen=True, gc=False, kw_only=True, tag=True):
    """A message to the log, such as a ping."""

    recipe_id: str
    text: str

    def stream(self) -> str:
        return "messages"
