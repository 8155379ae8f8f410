"""tracee (Ohsawa 2021, arXiv 2109.09064) on the points of the same frames: which movers it finds."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import numpy as np
import tracee
from astropy.io import fits
from numpy.typing import NDArray

from adapters.simulator.sky.moving_objects import MoverInFrame
from benchmarks.science.imaging import Reduced
from benchmarks.science.movers import FEWEST_FRAMES
from replay.truth.matching import near
from tomoe_es.camera.frame_geometry import GAIN_ELECTRONS_PER_COUNT, PIXEL_SCALE_ARCSEC
from tomoe_es.reduction.calibrated_frames import CalibratedFrames
from tomoe_es.reduction.frame_numbers import DROPPED_FRAMES
from tomoe_es.reduction.inputs import read_dark, read_flat
from tomoe_es.reduction.mask import BAD, SATURATED
from tomoe_es.reduction.moving_objects.detection import detect
from tomoe_es.reduction.moving_objects.difference import differ
from tomoe_es.reduction.moving_objects.search import moving_points
from tomoe_es.reduction.near_frames import over_time
from tomoe_es.reduction.variance import frame_variance

MOST_POINTS: Final = 4000
"""tracee's time grows as the square of the points: 4,000 take it a second or two."""


def measure(reduced: Reduced) -> dict[str, Any] | None:
    """For each mover [pixels a frame, signal, tracklets of it], as movers.measure; None without a cube.

    It gets the points that our own linker gets: those that don't stay where they are.
    """
    points = _points(reduced)
    if points is None or len(points) > MOST_POINTS:
        return None
    vertices = np.column_stack([points["x"], points["y"], points["frame"].astype(float)])
    tracklets = [np.array([*each.members], float) for each in tracee.extract(vertices)]
    places: dict[str, list[MoverInFrame]] = defaultdict(list)
    for place in reduced.truth.movers:
        places[place.name].append(place)
    of_cells = {mover.name for mover in reduced.plan.movers}
    return {
        "points": len(points),
        "movers": [
            [*reduced.plan.cells[int(name.split()[1])], sum(_follows(each, some) for each in tracklets)]
            for name, some in sorted(places.items())
            if name in of_cells and len(some) >= FEWEST_FRAMES
        ],
    }


def _points(reduced: Reduced) -> NDArray[np.void] | None:
    """Points of single frames of a calibrated cube, as the pipeline finds them."""
    cube, stack = reduced.product("CUBE"), reduced.product("STACK")
    if cube is None or stack is None:
        return None
    with fits.open(stack) as hdus:
        image, header = np.ascontiguousarray(hdus["STACK"].data, np.float32), hdus[0].header
        untrusted = (hdus["MASK"].data & (BAD | SATURATED)) != 0
    light = np.ascontiguousarray(fits.getdata(cube, "CUBE"), np.float32)
    frames = CalibratedFrames.of_light(light)
    gain = GAIN_ELECTRONS_PER_COUNT["high"]
    variance = frame_variance(image, read_dark(reduced.job), read_flat(reduced.job), gain)
    planes = over_time(frames, DROPPED_FRAMES)
    difference = differ(frames, planes, DROPPED_FRAMES, untrusted, header["SKYLEVEL"], variance)
    points = detect(frames, difference, header["FWHM"] / PIXEL_SCALE_ARCSEC, 1.0)
    return moving_points(points, len(light))


def _follows(members: NDArray[np.float64], places: list[MoverInFrame]) -> bool:
    """Whether points (n, 3) of x, y, frame are along the way of a mover."""
    if len(members) < 2:
        return False
    frame = [place.frame for place in places]
    x, y = (np.polyfit(frame, [getattr(place, axis) for place in places], 1) for axis in "xy")
    off = np.hypot(members[:, 0] - np.polyval(x, members[:, 2]), members[:, 1] - np.polyval(y, members[:, 2]))
    return near(float(np.median(off)), float(np.hypot(x[0], y[0])))
