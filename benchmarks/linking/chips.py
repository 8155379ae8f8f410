"""Which movers are found in simulated chips, by speed and signal: `python -m benchmarks.linking.chips [N]`.

Prints completeness and false tracklets. Signal to noise is that of the whole streak in one frame, by a filter
of its shape. Run from the top of the repository: the simulated chips are those of the tests.
"""

from __future__ import annotations

import sys
from collections import defaultdict

import numpy as np

from adapters.simulator.sky.photometry import SEEING_FWHM_ARCSEC
from tests.tomoe_es.reduction.moving_objects.sky import movers, search_sky
from tomoe_es.camera.frame_geometry import PIXEL_SCALE_ARCSEC

SPEEDS = (0.1, 0.15, 0.2, 0.4, 0.7, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0)
SIGNALS = (5.0, 7.0, 10.0)


def magnitude(signal: float, speed: float) -> float:
    """That of an object whose streak has this signal-to-noise ratio in one frame of a dark sky."""
    sigma = SEEING_FWHM_ARCSEC / PIXEL_SCALE_ARCSEC / 2.3548
    along = np.linspace(-speed / 2, speed / 2, 201)
    part = float(np.exp(-((along[:, None] - along) ** 2) / (4 * sigma**2)).mean())
    return 18.5 - 2.5 * float(np.log10(signal / 5 / np.sqrt(part)))


def main(chips: int) -> None:
    made: dict[tuple[float, float], int] = defaultdict(int)
    found: dict[tuple[float, float], int] = defaultdict(int)
    cells = [(speed, signal) for speed in SPEEDS for signal in SIGNALS]
    false = twice = 0
    for seed in range(chips):
        wanted = [(speed, magnitude(signal, speed)) for speed, signal in cells]
        ra, dec = (37.1 * seed) % 360, -25 + (13.7 * seed) % 80
        searched = search_sky(seed, movers(seed, wanted, ra, dec), ra, dec)
        for number, cell in enumerate(cells):
            tracks = searched.of(f"mover {number}")
            made[cell] += 1
            found[cell] += bool(tracks)
            twice += len(tracks) > 1
        false += len(searched.false())
        for number in searched.false():
            track = searched.moving.found.tracks[number]
            sys.stderr.write(
                f"false: {track.channel}, {len(track.x)} points, {track.pixels_a_frame:.2f} a frame\n"
            )
        sys.stderr.write(f"{seed} ")
    lines = ["| pixels a frame | " + " | ".join(f"SNR {signal:g}" for signal in SIGNALS) + " |"]
    lines.append("|---" * (1 + len(SIGNALS)) + "|")
    for speed in SPEEDS:
        parts = (f"{found[speed, signal] / made[speed, signal]:.2f}" for signal in SIGNALS)
        lines.append(f"| {speed:g} | " + " | ".join(parts) + " |")
    lines.append(f"\n{chips} chips: {false} false tracklets, {twice} objects found twice.")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
