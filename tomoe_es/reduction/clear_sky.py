"""What a chip shows under a clear sky, and how little of it tells where it looks.

Apart from the code that measures by them: a night judges by these numbers without loading that.
"""

from __future__ import annotations

from typing import Final

FEWEST_SOURCES_OF_A_CLEAR_SKY: Final = 100
"""A clear chip shows more than 300 in 17 x 0.5 s, even at the galactic poles."""
FEWEST_PAIRS: Final = 2
"""Of sources with catalogue stars, for an astrometric solution."""
CLEAR_ZERO_POINT_MAG: Final = 24.917
"""Magnitude of a star of one electron a second in the middle of the field under a clear sky: ours, from the
published limit of 18.5 mag at 5 sigma in 0.5 s."""
