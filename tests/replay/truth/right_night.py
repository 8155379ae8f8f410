"""One exposure with truth files: chips 101 and 201 under a clear sky, 301 under clouds; a mover on 101."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from adapters.simulator.sky.moving_objects import MovingObject
from adapters.simulator.sky.render import ChipRenderer, ChipTruth
from adapters.simulator.sky.request import RenderRequest
from adapters.simulator.sky.truth import write_truth
from replay.truth.comparison import compare_night, truth_path
from replay.truth.findings import Findings
from replay.truth.told import ToldChip, ToldNight
from tomoe_es.camera.focal_plane import chip_centre
from tomoe_es.camera.frame_geometry import IMAGING_SHAPE
from tomoe_es.clock import isot
from tomoe_es.events.reduction import FieldSolved, MovingObjectDetected, ProductArchived, Sighting
from tomoe_es.log.stored import decode_stored

NIGHT = "2023-12-12"
RECIPE = "a recipe"
EXPOSURE = 5
START_US = 1_702_400_000_000_000
RA, DEC = 19.7498, 29.7107
CLEAR, NO_MOVER, CLOUDED = 101, 201, 301
CLOUDS = 0.03
"""Part of the light that comes through to chip 301: 3.8 mag are lost."""
SAMPLE = Path(__file__).parents[2] / "samples" / "MovingObjectDetected.2.json"
TRACKLET = "T0000001"


def mover(**given: Any) -> MovingObject:
    """Of 16 mag, 1 arcsec a second, from a third of chip 101 on, except for what is given."""
    ra, dec = chip_centre(CLEAR, RA, DEC)
    return MovingObject(
        **{
            "name": "2020 HV",
            "ra_deg": ra + 0.02,
            "dec_deg": dec + 0.01,
            "epoch_us": START_US,
            "rate_east_arcsec_per_second": 1.0,
            "rate_north_arcsec_per_second": 0.0,
            "magnitude": 16.0,
            **given,
        }
    )


@cache
def truth_of(det_id: int, movers: tuple[MovingObject, ...] = (), **given: Any) -> ChipTruth:
    """What the simulated camera says of a chip; no frame is rendered."""
    request: dict[str, Any] = {
        "seed": 1,
        "exposure_number": EXPOSURE,
        "det_id": det_id,
        "data_type": "OBJECT",
        "nframe": 18,
        "exposure_seconds": 0.5,
        "start_time_us": START_US,
        "transparency": (CLOUDS if det_id == CLOUDED else 1.0,) * 18,
        "true_ra_deg": RA,
        "true_dec_deg": DEC,
        "movers": movers,
        **given,
    }
    return ChipRenderer(RenderRequest(**request)).truth()


def told_chip(det_id: int, **given: Any) -> ToldChip:
    """A chip as the log of a right night tells it: archived where the sky is clear, rejected under clouds."""
    frame_id = f"TMQ{det_id // 100}20231212{EXPOSURE:08d}{det_id % 100:02d}"
    about: dict[str, Any] = {
        "frame_id": frame_id,
        "night": NIGHT,
        "recipe_id": RECIPE,
        "exposure_number": EXPOSURE,
        "det_id": det_id,
        "data_type": "OBJECT",
        "steps": ("wcs", "stack", "neo"),
        "ra_deg": RA,
        "dec_deg": DEC,
        "passed": det_id != CLOUDED,
        "failed_checks": ("cloud",) if det_id == CLOUDED else (),
        "solved": solved(det_id),
        "searched": det_id != CLOUDED,
    }
    return ToldChip(**(about | given))


def solved(det_id: int, off_arcsec: float = 0.0) -> FieldSolved:
    """The right solution, its centre off to the north."""
    height, width = IMAGING_SHAPE
    ra, dec = truth_of(det_id).wcs.all_pix2world((width - 1) / 2, (height - 1) / 2, 0)
    return FieldSolved(
        exposure_number=EXPOSURE,
        frame_id="",
        ra_deg=float(ra),
        dec_deg=float(dec) + off_arcsec / 3600,
        stars=8,
        rms_arcsec=0.1,
        offset_arcsec=10.0,
    )


def tracklet_of(moving: MovingObject, truth: ChipTruth | None = None, **given: Any) -> MovingObjectDetected:
    """The tracklet of a mover on a chip, else on 101, right in everything but what is given."""
    truth = truth or truth_of(CLEAR, (moving,))
    places = [place for place in truth.movers if place.name == moving.name]
    sightings = [places[number] for number in (2, 8, 14)]
    east, north = moving.rate_east_arcsec_per_second, moving.rate_north_arcsec_per_second
    speed = float(np.hypot(places[-1].x - places[0].x, places[-1].y - places[0].y)) / (len(places) - 1)
    about: dict[str, Any] = {
        "exposure_number": EXPOSURE,
        "tracklet_id": TRACKLET,
        "kind": "object",
        "channel": "frames",
        "signal_to_noise": 30.0,
        "magnitude": moving.magnitude,
        "pixels_a_frame": speed,
        "first_frame": 0,
        "last_frame": 17,
        "sightings": [
            Sighting(at.time_us, at.x, at.y, 0.05, 0.05, at.ra_deg, at.dec_deg) for at in sightings
        ],
        "rate_arcsec_per_second": math.hypot(east, north),
        "position_angle_deg": math.degrees(math.atan2(east, north)) % 360,
    }
    sample = decode_stored(1, "MovingObjectDetected", SAMPLE.read_bytes())
    assert isinstance(sample, MovingObjectDetected)
    return msgspec.structs.replace(sample, **(about | given))


@dataclass
class Told:
    """A night of three chips that agrees with its truth, to be spoilt before it is compared."""

    top: Path
    chips: dict[int, ToldChip] = field(default_factory=dict)
    truths: dict[int, ChipTruth] = field(default_factory=dict)
    night: ToldNight = field(default_factory=ToldNight)

    @property
    def truth(self) -> Path:
        return self.top / "truth"

    def report(self, *tracklets: MovingObjectDetected) -> None:
        """Tell them of chip 101, and report them."""
        chip = self.chips[CLEAR]
        chip.tracklets = {each.tracklet_id: each for each in tracklets}
        self.archives("ADES", psv(tracklets).encode())

    def archives(self, kind: str, content: bytes) -> Path:
        """A product of chip 101, recorded as it is; gives its file."""
        chip, path = self.chips[CLEAR], self.top / "archive" / f"a {kind}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        chip.archived[kind] = ProductArchived(
            exposure_number=chip.exposure_number,
            frame_id=chip.frame_id,
            product_id=f"{kind} of {chip.frame_id}",
            kind=kind,
            path=path.name,
            sha256=hashlib.sha256(content).hexdigest(),
            size_bytes=len(content),
        )
        return path

    def compared(self) -> Findings:
        """With truth files on the disk."""
        for det_id, chip in self.chips.items():
            path = truth_path(self.truth, chip)
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                write_truth(path, self.truths[det_id])
        self.night.chips = {chip.frame_id: chip for chip in self.chips.values()}
        return compare_night(self.night, NIGHT, self.truth, self.top / "archive")


def psv(tracklets: tuple[MovingObjectDetected, ...]) -> str:
    """A report of objects; their sightings are all on the sky."""
    rows = [
        f"{each.tracklet_id}|{isot(at.time_us)}Z|{at.ra_deg:.6f}|{at.dec_deg:+.6f}"
        for each in tracklets
        if each.kind == "object"
        for at in each.sightings
    ]
    return "\n".join(["# version=2022", "! mpcCode 381", "trkSub|obsTime|ra|dec", *rows, ""])


def right_night(top: Path) -> Told:
    """A night in which all is as it truly was; its one mover is found and reported."""
    moving = mover()
    told = Told(
        top,
        {det_id: told_chip(det_id) for det_id in (CLEAR, NO_MOVER, CLOUDED)},
        {
            CLEAR: truth_of(CLEAR, (moving,)),
            NO_MOVER: truth_of(NO_MOVER),
            CLOUDED: truth_of(CLOUDED),
        },
    )
    told.report(tracklet_of(moving))
    return told
