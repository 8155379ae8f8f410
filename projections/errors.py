"""The named conditions of the projections' files."""

from __future__ import annotations

from pathlib import Path

from tomoe_es.errors import TomoeError, UsageError


class ProjectionError(TomoeError):
    """A condition of a projection."""

    what_to_do = "build the projections again with `tomoe rebuild`: the log holds everything"


class NoNightYet(ProjectionError):
    """Nothing has been projected in this folder."""

    what_to_do = (
        "run `tomoe night` with this --data, or name another; `tomoe rebuild` where projections were deleted"
    )

    def __init__(self, projections_dir: Path) -> None:
        data = projections_dir.parent
        if any((data / "log").glob("0*")):  # a segment of the log
            super().__init__(
                f"nothing of the log in {data} has been projected: the night is just beginning, "
                f"or its projections were deleted: run tomoe rebuild --data {data}"
            )
        else:
            super().__init__(f"no night has been run in {data}: run tomoe night --data {data}")


class ProjectionOutdated(ProjectionError):
    """The file was made by another version of the projection's code, or was never finished."""

    what_to_do = "build it again with `tomoe rebuild`"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} was made by another version of the code: "
            f"run tomoe rebuild {path.stem} --data {path.parent.parent}"
        )


class ProjectionDamaged(ProjectionError):
    """The file can't be read as what it should be."""

    what_to_do = "delete the file and run `tomoe rebuild`: the log holds everything"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path} is damaged ({reason}): delete it and run "
            f"tomoe rebuild {path.stem} --data {path.parent.parent}; the log holds everything"
        )


class ProjectionBusy(ProjectionError):
    """Somebody holds the file in a long transaction; what was to be written is kept for later."""

    what_to_do = "none needed: it is written later; end queries that hold the file for long"

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is locked by another process: close the program that reads it")


class ProjectionUnwritable(ProjectionError):
    """The file can't be written, its disk is full or read-only; what was to be written is kept for later."""

    what_to_do = (
        "make room on the disk, or run as who may write there; it is written as soon as it can be, "
        "and the log holds everything"
    )

    def __init__(self, path: Path, why: str = "its disk is full", remedy: str = "make room there") -> None:
        super().__init__(f"{path} can't be written, {why}: {remedy}")


class UnknownProjection(UsageError):
    """There is no projection of this name."""

    what_to_do = "name one of the projections that the message lists"

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"there is no projection '{name}': choose from {', '.join(known)}")


class ProductUnknown(ProjectionError):
    """No product of this id or file name is in the archive's history."""

    what_to_do = "check the id or file name; it may lie in another data folder"

    def __init__(self, product: str) -> None:
        super().__init__(
            f"no product '{product}' was archived here: give a product id, a FITS file of the archive "
            "or its name, and the data folder of its night (--data)"
        )


class ProductWasRejected(ProjectionError):
    """The product did not pass its checks, so it is not in the archive."""

    what_to_do = "`tomoe alarm show` with the event's number says what the checks mean"

    def __init__(self, product: str, reasons: list[str], position: int) -> None:
        super().__init__(
            f"'{product}' was rejected ({', '.join(reasons)}) and not archived: tomoe alarm show {position}"
        )
