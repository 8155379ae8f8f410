"""What is normal for the dome slit."""

from __future__ import annotations

from tomoe_es.events.telescope import DomeSlitCommanded, DomeSlitRead
from tomoe_es.machines.between_limits import between_limits

MACHINE = between_limits(
    "dome_slit",
    "The opening of the dome, as its own limit switches tell it.",
    DomeSlitCommanded,
    DomeSlitRead,
    "critical",
)
