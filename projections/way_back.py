"""The way back from a product: every event that it came from, read from the log along the lineage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from projections import lineage
from projections.lineage import ExposureRow, ProductRow
from projections.store import ProjectionReader
from tomoe_es.events import Event, camera, recipe, reduction, system, telescope, transfer
from tomoe_es.events.envelope import Recorded
from tomoe_es.log.port import EventLog

_COMMANDS = (
    telescope.MountSlewCommanded,
    telescope.MountParkCommanded,
    telescope.DomeSlitCommanded,
    telescope.DomeRotationCommanded,
    telescope.MirrorCoverCommanded,
    telescope.FocusCommanded,
    telescope.DeviceCommandFailed,
    telescope.TelescopeLockSet,
    telescope.TelescopeLockReleased,
)
_OPERATIONS = (
    recipe.OperationStarted,
    recipe.OperationCompleted,
    recipe.OperationSkipped,
    recipe.OperationFailed,
)


class FileClaim(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was when it was recorded."""

    role: Literal["product", "raw cube", "dark", "flat"]
    folder: Literal["archive", "buffer"]
    path: str  # below that folder
    algorithm: Literal["sha256", "blake3"]
    digest: str
    position: int  # of the event that recorded it
    expired: Recorded | None = None  # the event that deleted it by policy


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """The dark or flat that the product was made with; None: none was used, or none was archived."""

    role: Literal["dark", "flat"]
    exposure_number: int | None
    product: ProductRow | None


class WayBack(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that led to a product. Events are in the order in which they were recorded."""

    product: ProductRow
    files: tuple[FileClaim, ...]
    reduction: tuple[Recorded, ...]  # of this chip, from queued to finished
    star_list: tuple[Recorded, ...]  # how the list of stars that the field was solved with came to be
    calibrations: tuple[Calibration, ...]
    exposure: tuple[Recorded, ...]  # of this chip and its exposure, from requested to buffered or expired
    readings: tuple[Recorded, ...]  # newest when the exposure was asked for, and the mount's during it
    operations: tuple[Recorded, ...]  # of the recipe's run, up to the exposure
    commands: tuple[Recorded, ...]  # to devices, from the run's start to the exposure
    recipe: tuple[Recorded, ...]  # its life, without operations
    code: tuple[Recorded, ...]  # versions that wrote the events above, by their CodeRegistered

    @property
    def submitted(self) -> Recorded | None:
        """How the recipe came in."""
        return next((each for each in self.recipe if isinstance(each.payload, recipe.RecipeSubmitted)), None)


def way_back(log: EventLog, reader: ProjectionReader, product: ProductRow) -> WayBack:
    """Trace a product that `lineage.product` found."""
    exposure = lineage.exposure(reader, product.exp_id)
    reduced = _of_chip(log.read_stream(f"reduction/{product.exp_id:08d}"), product.frame_id)
    exposed = _of_chip(log.read_stream(f"exposure/{product.exp_id:08d}"), product.frame_id)
    calibrations = _calibrations(reader, product, reduced)
    ordered = list(log.read_stream(f"recipe/{exposure.recipe_id}")) if exposure is not None else []
    told = {
        "reduction": reduced,
        "star_list": _star_list(log, reduced),
        "exposure": exposed,
        "readings": _readings(log, exposure, exposed),
        "operations": _operations(ordered, exposure),
        "commands": _commands(log, exposure),
        "recipe": tuple(each for each in ordered if not isinstance(each.payload, _OPERATIONS)),
    }
    return WayBack(
        product=product,
        files=_files(product, exposed, calibrations),
        calibrations=calibrations,
        code=_code(log, {each.code for events in told.values() for each in events}),
        **told,
    )


def _of_chip(events: Iterable[Recorded], frame_id: str) -> tuple[Recorded, ...]:
    """Events that are of one chip, or of all."""
    return tuple(each for each in events if getattr(each.payload, "frame_id", frame_id) == frame_id)


def _at(log: EventLog, position: int) -> Recorded:
    return next(iter(log.read(after=position - 1, until=position)))


def _between(log: EventLog, first: int, last: int, types: Iterable[type[Event]]) -> tuple[Recorded, ...]:
    return tuple(log.read(after=first, until=last, types={each.__name__ for each in types}))


def _calibrations(
    reader: ProjectionReader, product: ProductRow, reduced: Iterable[Recorded]
) -> tuple[Calibration, ...]:
    leased = [each.payload for each in reduced if isinstance(each.payload, reduction.ReductionLeased)]
    if not leased:
        return ()

    def of_chip(exposure_number: int | None, kind: str) -> ProductRow | None:
        if exposure_number is None:
            return None
        chip = product.frame_id[3], product.frame_id[-2:]
        for each in lineage.products_of_exposure(reader, exposure_number):
            if each.kind == kind and (each.frame_id[3], each.frame_id[-2:]) == chip:
                return each
        return None

    dark, flat = leased[-1].dark_exposure, leased[-1].flat_exposure
    return (
        Calibration(role="dark", exposure_number=dark, product=of_chip(dark, "DARK")),
        Calibration(role="flat", exposure_number=flat, product=of_chip(flat, "FLAT")),
    )


def _star_list(log: EventLog, reduced: Iterable[Recorded]) -> tuple[Recorded, ...]:
    """The newest event of the list before the field was solved; none where the chip made the list itself."""
    found: tuple[Recorded, ...] = ()
    for each in reduced:
        if isinstance(each.payload, reduction.FieldSolved) and each.payload.star_list:
            built = log.read_stream(f"star_index/{each.payload.star_list}")
            found = tuple(one for one in built if one.position < each.position)[-1:]
    return found


def _readings(
    log: EventLog, exposure: ExposureRow | None, exposed: tuple[Recorded, ...]
) -> tuple[Recorded, ...]:
    if exposure is None:
        return ()
    newest = tuple(_at(log, position) for position in sorted(exposure.readings.values()))
    ends = [each.position for each in exposed if isinstance(each.payload, camera.ExposureFinished)]
    during = _between(log, exposure.position, ends[-1], [telescope.MountRead]) if ends else ()
    return newest + during


def _operations(ordered: Iterable[Recorded], exposure: ExposureRow | None) -> tuple[Recorded, ...]:
    if exposure is None:
        return ()
    run = range(exposure.recipe_started, exposure.position)
    return tuple(each for each in ordered if each.position in run and isinstance(each.payload, _OPERATIONS))


def _commands(log: EventLog, exposure: ExposureRow | None) -> tuple[Recorded, ...]:
    if exposure is None or exposure.recipe_started == 0:
        return ()
    return _between(log, exposure.recipe_started, exposure.position, _COMMANDS)


def _files(
    product: ProductRow, exposed: Iterable[Recorded], calibrations: Iterable[Calibration]
) -> tuple[FileClaim, ...]:
    files = [_archived("product", product)]
    expired = {
        each.payload.path: each for each in exposed if isinstance(each.payload, transfer.ChipCubeExpired)
    }
    for each in exposed:
        if isinstance(each.payload, transfer.ChipCubeBuffered):
            raw = FileClaim(
                role="raw cube",
                folder="buffer",
                path=each.payload.path,
                algorithm="blake3",
                digest=each.payload.blake3,
                position=each.position,
                expired=expired.get(each.payload.path),
            )
            files.append(raw)
    files += [_archived(each.role, each.product) for each in calibrations if each.product is not None]
    return tuple(files)


def _archived(role: Literal["product", "dark", "flat"], product: ProductRow) -> FileClaim:
    return FileClaim(
        role=role,
        folder="archive",
        path=product.path,
        algorithm="sha256",
        digest=product.sha256,
        position=product.position,
    )


def _code(log: EventLog, positions: set[int]) -> tuple[Recorded, ...]:
    events = [_at(log, position) for position in sorted(positions - {0})]
    return tuple(each for each in events if isinstance(each.payload, system.CodeRegistered))
