"""Proper motions of the Tycho-2 stars of the simulated sky: drawn, since the index files have none.

Their size is log-normal with a median of 12 mas a year, of which every tenth star has more than 38 (ours;
such are stars of 10 to 11 mag), toward any side. A catalogue of the time knows them to 2.5 mas a year (Hog
et al. 2000, A&A 355, L27): that is what the reduction is given. The same on every night.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from adapters.simulator.sky.randomness import Purpose, generator_for

MEDIAN_MAS: Final = 12.0
SPREAD: Final = 0.9
CATALOGUE_ERROR_MAS: Final = 2.5

_TRUE, _CATALOGUE = 0, 1


def true_motions(stars: int) -> NDArray[np.float32]:
    """To the east and to the north, mas a year, (stars, 2), in the order of the index file."""
    random = generator_for(Purpose.PROPER_MOTIONS, _TRUE)
    size = MEDIAN_MAS * np.exp(SPREAD * random.standard_normal(stars))
    toward = random.uniform(0, 2 * np.pi, stars)
    return np.column_stack([size * np.sin(toward), size * np.cos(toward)]).astype(np.float32)


def catalogue_motions(stars: int) -> NDArray[np.float32]:
    """The true ones as a catalogue has them, with its errors."""
    random = generator_for(Purpose.PROPER_MOTIONS, _CATALOGUE)
    errors = random.normal(0, CATALOGUE_ERROR_MAS, (stars, 2))
    return np.asarray(true_motions(stars) + errors, dtype=np.float32)
