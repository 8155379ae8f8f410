"""What a simulated night is to be like, as the person who starts it says."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tui.night.channels import Addresses
from tui.night.engine import EMBEDDED

FIRST_NIGHT = "2023-12-12"
"""Night that the simulator begins with on an empty log; later runs take the nights that follow."""


class NightOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of `tomoe night`."""

    recipes: tuple[Path, ...] = ()  # files, in the order of submission
    night: str | None = None  # None: the one after the last in the log
    chips: int = 2
    exposures: int = 24  # of a generated survey, when no recipes are given
    observing_hours: float | None = None  # from nightfall on; None: till dawn
    seed: int = 1
    speed: float = 1000.0
    pixels: bool = True
    script: str = "clear"  # name, or text, of the night script
    dark_frames: int = 360
    flat_frames: int = 180
    buffer_ttl_hours: float = 24.0
    workers: int = 2
    engine: str = EMBEDDED  # or a Dask scheduler's address
    resume: bool = False
    notify: Addresses = Addresses()  # whom the notifier tells; empty: nobody
