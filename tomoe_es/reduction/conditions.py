"""The named conditions of the reduction: why a chip gave no product."""

from __future__ import annotations

from pathlib import Path

from tomoe_es.errors import TomoeError


class ReductionError(TomoeError):
    """A condition in the reduction of one chip."""

    what_to_do = "look at the chip's events with `tomoe log tail`; the raw cube is kept for its time to live"


class CubeMissing(ReductionError):
    """The raw cube is not on the buffer storage."""

    what_to_do = "look for its expiry or loss in the log; take the exposure again if it is still wanted"

    def __init__(self, path: Path) -> None:
        super().__init__(f"raw cube {path} is missing: look for its expiry or loss in the log")


class DigestMismatch(ReductionError):
    """A file is not the one that was recorded."""

    what_to_do = "find out what changed the file on the disk; it is not used"

    def __init__(self, path: Path, expected: str, actual: str) -> None:
        super().__init__(
            f"{path} has the digest {actual[:12]}..., recorded is {expected[:12]}...: "
            "it was changed or damaged after it was written, so it isn't used"
        )


class CalibrationMissing(ReductionError):
    """No dark or flat was taken before this exposure, or its file is gone."""

    what_to_do = "take dark and flat with this gain and exposure time before the observation"

    def __init__(self, kind: str, det_id: int, reason: str) -> None:
        super().__init__(f"no {kind} for chip {det_id} ({reason}): take one before the observation")


class CalibrationCorrupt(ReductionError):
    """A master dark or flat can't be read as one."""

    what_to_do = "take the dark or flat again; look at the disk that held it"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"calibration frame {path} can't be used ({reason}): take it again")


class TooFewFrames(ReductionError):
    """A cube has fewer frames than the stage needs."""

    what_to_do = "ask for more frames in the recipe"

    def __init__(self, stage: str, frames: int, needed: int) -> None:
        super().__init__(f"{stage} needs at least {needed} frames, the cube has {frames}")


class AstrometryFailed(ReductionError):
    """No astrometric solution that can be trusted; `catalogue_stars` were expected on the chip."""

    what_to_do = "look at the sky and the clouds; with a clear sky, check pointing and focus"

    def __init__(self, message: str, catalogue_stars: int | None = None) -> None:
        super().__init__(message)
        self.catalogue_stars = catalogue_stars


class SolverTimedOut(ReductionError):
    """The solver did not come to an end, which says nothing of the field: the job can be repeated."""

    what_to_do = "none needed: the job is repeated; when it recurs, look at the load of the machine"


class SolverUnavailable(ReductionError):
    """The solver's program or its index files are not installed."""

    what_to_do = "install the packages that deploy/install-debian-packages.sh names"


class StorageFailed(ReductionError):
    """A file could not be written to or read from its disk."""

    what_to_do = "look at the disk and its free space; the job is repeated"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; look at the disk and its free space, the job can be repeated")
