"""Random numbers that depend only on what they are for, never on the order or the process of drawing."""

from enum import IntEnum, unique

import numpy as np


@unique
class Purpose(IntEnum):
    """What a sequence is drawn for; the number is part of its seed, so it is never reused or changed."""

    FAINT_STARS = 1
    DETECTOR = 2
    FRAME_NOISE = 3
    COSMIC_RAYS = 4
    MOVERS = 5
    PROPER_MOTIONS = 6


def generator_for(purpose: Purpose, *key: int) -> np.random.Generator:
    """Generator seeded by its purpose and non-negative key numbers alone (SFC64 behind a SeedSequence)."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence([int(purpose), *key])))
