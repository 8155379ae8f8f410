"""Events like those of a full night: seven facts about each chip-cube, 588 an exposure."""

from __future__ import annotations

import random

from tomoe_es.events import EVENT_TYPES, Event
from tomoe_es.events.envelope import Draft
from tomoe_es.events.transfer import ChipCubeBuffered
from tomoe_es.log import Batch

EVENING = 1_702_371_600_000_000
EXPOSURE_US = 9_000_000


def exposures(count: int) -> list[list[Batch]]:
    """For each exposure one batch of its exposure stream and one of its reduction stream."""
    return [_exposure(number, random.Random(number)) for number in range(1, count + 1)]


def _exposure(number: int, rng: random.Random) -> list[Batch]:
    start = EVENING + number * EXPOSURE_US
    camera: list[Event] = []
    reduction: list[Event] = []
    for chip in range(84):
        frame_id = f"TMQ{chip // 21 + 1}{number:08d}{chip % 21:02d}"
        path, digest = f"2023-12-12/{frame_id}.fits", f"{rng.getrandbits(256):064x}"
        one = {"exposure_number": number, "frame_id": frame_id}
        gps = {"gps_start_us": start, "gps_end_us": start + EXPOSURE_US}
        camera.append(EVENT_TYPES["ChipCubeAcquired"](**one, **gps, frames=18, frames_lost=0))
        camera.append(ChipCubeBuffered(**one, path=path, blake3=digest, size_bytes=93_312_000))
        job = {**one, "job_id": f"{rng.getrandbits(128):032x}", "attempt": 1}
        frames = {"dark_exposure": 1, "flat_exposure": 2}
        reduction += [
            EVENT_TYPES["ReductionLeased"](**job, **frames, lease_until_us=start + rng.randrange(10**8)),
            EVENT_TYPES["FieldSolved"](
                **one,
                ra_deg=rng.uniform(0, 360),
                dec_deg=rng.uniform(-30, 80),
                stars=rng.randrange(8, 60),
                rms_arcsec=rng.uniform(0.1, 0.4),
                offset_arcsec=rng.uniform(0, 20),
            ),
            EVENT_TYPES["PhotometryMeasured"](
                **one,
                sources=rng.randrange(100, 3000),
                sky_counts=rng.uniform(100, 300),
                noise_counts=rng.uniform(3, 5),
                fwhm_arcsec=rng.uniform(3, 4),
            ),
            EVENT_TYPES["ProductRejected"](**one, kind="STACK", reasons=["AstrometryFailed"]),
            EVENT_TYPES["ReductionFinished"](**job, stage_seconds={"stack": rng.random()}, steps_not_done=[]),
        ]
    return [
        Batch(
            stream,
            [Draft(event, start + rng.randrange(10**6), number, number, 1, "line") for event in events],
        )
        for stream, events in ((f"exposure/{number:08d}", camera), (f"reduction/{number:08d}", reduction))
    ]
