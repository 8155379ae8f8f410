"""How many frames a cube must have for what is made of it: told to who writes a recipe, and to the reduction.

Nothing is imported here, so that a recipe is checked without the libraries of the reduction.
"""

from __future__ import annotations

from typing import Final

DROPPED_FRAMES: Final = 1
"""The first frame is left out: its lines were reset by the start of the exposure and not by the readout of a
frame before, so that it alone wasn't exposed like the others."""
FEWEST_FRAMES_TO_STACK: Final = 3
FEWEST_FRAMES_TO_CLIP: Final = 5
"""Of fewer, what is left without smallest and largest tells no noise."""
FEWEST_FRAMES_TO_SEARCH: Final = 8
"""For moving objects."""
