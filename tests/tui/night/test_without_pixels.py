"""A night without images begins at once: it loads nothing that only images need."""

from __future__ import annotations

import subprocess
import sys

NEEDED_BY_IMAGES = {"numba", "scipy", "astropy.wcs", "astropy.io.fits", "tui.night.pixels"}


def test_what_images_need_is_not_loaded() -> None:
    asked = "import sys, tui.night.run; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert not NEEDED_BY_IMAGES & set(loaded.split())
