"""`tomoe cube`: what is in an archived video."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
from cyclopts import App

from tomoe_es.clock import isot
from tomoe_es.errors import UsageError

app = App(name="cube", help="What is in an archived video.")

APERTURE_PIXELS = 4.5


class PositionMissing(UsageError):
    """A position is given by half, twice or not at all."""

    what_to_do = "give --ra and --dec in degrees, or --x and --y in pixels"


@app.command(name="light-curve")
def light_curve(
    file: Path,
    *,
    ra: float | None = None,
    dec: float | None = None,
    x: float | None = None,
    y: float | None = None,
    radius: float = APERTURE_PIXELS,
    json: bool = False,
) -> int:
    """Print the flux of a position in each frame: middle of the exposure (UTC), counts, error.

    Parameters
    ----------
    file
        An archived cube.
    ra
        ICRS position in degrees, with --dec.
    dec
        ICRS position in degrees, with --ra.
    x
        Instead of it, column of a pixel of the imaging area, counted from 1 as in FITS, with --y.
    y
        Row of that pixel.
    radius
        Of the circle, in pixels. That of 4.5 fits the zero point MAGZERO in the cube's header.
    json
        As one JSON object.
    """
    from tomoe_es.reduction.light_curve import light_curve as measure  # 0.5 s that only this command needs

    sky, pixel = (ra, dec), (x, y)
    if not (None not in sky and pixel == (None, None)) and not (None not in pixel and sky == (None, None)):
        raise PositionMissing("where? give --ra and --dec in degrees, or --x and --y in pixels")
    measured = measure(
        file,
        ra_deg=ra,
        dec_deg=dec,
        x=x - 1 if x is not None else None,
        y=y - 1 if y is not None else None,
        radius_pixels=radius,
    )
    if json:
        told = {
            "x": measured.x + 1,
            "y": measured.y + 1,
            "mid_times_us": measured.mid_times_us.tolist(),
            "flux_counts": measured.flux_counts.tolist(),
            "flux_error_counts": measured.flux_error_counts.tolist(),
            "flagged": measured.flagged,
        }
        sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
        return 0
    flagged = "; a bad or saturated pixel is in the circle" if measured.flagged else ""
    sys.stdout.write(f"# pixel {measured.x + 1:.2f} {measured.y + 1:.2f}{flagged}\n")
    sys.stdout.write("# mid-exposure UTC             flux    error   counts\n")
    for time_us, flux, error in zip(
        measured.mid_times_us.tolist(), measured.flux_counts, measured.flux_error_counts, strict=True
    ):
        sys.stdout.write(f"{isot(time_us, 6)}  {flux:10.1f} {error:8.1f}\n")
    return 0
