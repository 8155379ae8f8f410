"""Magnitudes of light."""

from __future__ import annotations

import math
from typing import Final

MAG_OF_E_FOLD: Final = 2.5 / math.log(10)
"""Error in magnitudes per relative error of the light, 1.086."""
