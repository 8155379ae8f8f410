"""The named conditions of the reduction: why a chip gave no product."""

from __future__ import annotations

from pathlib import Path

from tomoe_es.errors import TomoeError


class ReductionError(TomoeError):
    """A condition in the reduction of one chip."""


class CubeMissing(ReductionError):
    """The raw cube is not on the buffer storage."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"raw cube {path} is missing: look for its expiry or loss in the log")


class DigestMismatch(ReductionError):
    """A file is not the one that was recorded."""

    def __init__(self, path: Path, expected: str, actual: str) -> None:
        super().__init__(
            f"{path} has the digest {actual[:12]}..., recorded is {expected[:12]}...: "
            "it was changed or damaged after it was written, so it isn't used"
        )


class CalibrationMissing(ReductionError):
    """No dark or flat was taken before this exposure, or its file is gone."""

    def __init__(self, kind: str, det_id: int, reason: str) -> None:
        super().__init__(
            f"no {kind} for chip {det_id} ({reason}): run the calibration, then reduce the exposure again"
        )


class CalibrationCorrupt(ReductionError):
    """A master dark or flat can't be read as one."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"calibration frame {path} can't be used ({reason}): take it again")


class TooFewFrames(ReductionError):
    """A cube has fewer frames than the stage needs."""

    def __init__(self, stage: str, frames: int, needed: int) -> None:
        super().__init__(f"{stage} needs at least {needed} frames, the cube has {frames}")


class AstrometryFailed(ReductionError):
    """No astrometric solution that can be trusted."""


class SolverTimedOut(ReductionError):
    """The solver did not come to an end, which says nothing of the field: the job can be repeated."""


class SolverUnavailable(ReductionError):
    """The solver's program or its index files are not installed."""


class StorageFailed(ReductionError):
    """A file could not be written to or read from its disk."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; look at the disk and its free space, the job can be repeated")


class KernelCacheUnwritable(ReductionError):
    """There is no folder in which compiled functions can be kept."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"compiled functions can't be kept on the disk ({reason}): "
            "let NUMBA_CACHE_DIR name a folder that the night may write to"
        )
