"""Too large a part of the pixels of all frames is full."""

from typing import Final

from tomoe_es.reduction.checks.check import Check

LARGEST_PART: Final = 0.05
"""As the Las Cumbres Observatory's banzai."""

CHECK: Final = Check(
    name="saturation",
    unit="",
    data_types=frozenset({"OBJECT"}),
    value=lambda measured: measured.saturated_fraction,
    limit=lambda _: LARGEST_PART,
    meaning=lambda _: "too many pixels are full: a very bright star, the Moon, or light in the dome",
    remedy="look for the Moon, twilight, or a lamp in the dome; expose for a shorter time",
)
