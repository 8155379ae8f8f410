"""Events of the transfer from ring buffer to buffer storage, and of the storage's time to live."""

from __future__ import annotations

from tomoe_es.events.camera import ExposureEvent


class ChipCubeBuffered(ExposureEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The cube of one chip is a complete file on the buffer storage."""

    frame_id: str
    path: str  # below the buffer folder
    blake3: str  # digest of the file: of 93 MB it takes a third of the time that SHA-256 takes
    size_bytes: int


class ChipCubeLost(ExposureEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The cube of one chip never reached the buffer storage whole."""

    frame_id: str
    condition: str
    message: str


class RingOverwritten(ExposureEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The camera overwrote frames that were not yet transferred."""

    frame_id: str
    frames: int


class ExposureTransferred(ExposureEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """Every chip of the exposure is either buffered or known to be lost."""

    buffered: int
    lost: int


class ChipCubeExpired(ExposureEvent, frozen=True, gc=False, kw_only=True, tag=True):
    """The raw cube was deleted by policy after its time to live; its digest stays."""

    frame_id: str
    path: str
    blake3: str
