"""Which masters a night made for a chip, by what was archived: whether one that is said to be missing is."""

from __future__ import annotations

from typing import Literal

from tomoe_es.events.camera import ExposureRequested
from tomoe_es.events.reduction import ProductArchived, ReductionLeased, ReductionQueued

Kind = Literal["DARK", "FLAT"]


class Masters:
    """The exposures of a night, and the masters that came of its darks and flats.

    One that was rejected is none. Of earlier nights nothing is known but what a lease says.
    """

    def __init__(self) -> None:
        self._requested: dict[int, ExposureRequested] = {}
        self._newest: dict[tuple[Kind, int], int] = {}  # that an exposure may be reduced with
        self._made: dict[Kind, set[tuple[int, int]]] = {"DARK": set(), "FLAT": set()}  # exposure, chip
        self._leased: set[tuple[Kind, int, int]] = set()

    def queue(self, request: ExposureRequested, queued: ReductionQueued) -> None:
        """An exposure is to be reduced; what is taken after the dark and flat chosen here is not used."""
        number = queued.exposure_number
        self._requested[number] = request
        dark, flat = queued.dark_exposure, queued.flat_exposure
        self._newest["DARK", number] = number - 1 if dark is None else dark
        self._newest["FLAT", number] = number - 1 if flat is None else flat

    def take_in(self, det_id: int, event: object) -> None:
        """Something happened to a chip: a master of it, or a lease, which is given only with masters."""
        match event:
            case ProductArchived(kind="DARK" | "FLAT" as kind, exposure_number=number):
                self._made[kind].add((number, det_id))
            case ReductionLeased(exposure_number=number):
                if event.dark_exposure is not None:
                    self._leased.add(("DARK", number, det_id))
                if event.flat_exposure is not None:
                    self._leased.add(("FLAT", number, det_id))
            case _:
                pass

    def has(self, kind: Kind, exposure_number: int, det_id: int) -> bool:
        """Whether there is a master of a chip that an exposure can be reduced with: of its gain, a dark of
        its exposure time.
        """
        if (kind, exposure_number, det_id) in self._leased:
            return True
        return any(
            self._matches(kind, exposure_number, number)
            for number, of_chip in self._made[kind]
            if of_chip == det_id and number <= self._newest[kind, exposure_number]
        )

    def _matches(self, kind: Kind, exposure_number: int, number: int) -> bool:
        asked, taken = self._requested[exposure_number], self._requested[number]
        same_time = kind == "FLAT" or taken.exposure_seconds == asked.exposure_seconds
        return taken.gain == asked.gain and same_time
