"""What is normal for the mirror cover."""

from __future__ import annotations

from tomoe_es.events.telescope import MirrorCoverCommanded, MirrorCoverRead
from tomoe_es.machines.between_limits import between_limits

MACHINE = between_limits(
    "mirror_cover",
    "The cover over the primary mirror, as its own limit switches tell it.",
    MirrorCoverCommanded,
    MirrorCoverRead,
    "critical",
)
