"""What each cause of chips without an astrometric solution means, and what to do."""

from __future__ import annotations

from typing import Final, NamedTuple

from tomoe_es.events.reduction import UnsolvedCause


class Told(NamedTuple):
    """A cause for people; both are true of one chip and of many."""

    meaning: str
    what_to_do: str


CAUSES: Final[dict[UnsolvedCause, Told]] = {
    "clouds": Told("few sources, as under clouds", "none under clouds; with a clear sky, look at the focus"),
    "no light": Told("no light of the sky came in", "look at mirror cover and dome"),
    "few stars": Told(
        "sources, but too few catalogue stars on the chip to tell where it looks",
        "none; where the chip matters, ask for the field a little beside, as by a dither",
    ),
    "chip": Told("the others are solved", "look at what is particular to these chips: focus and readout"),
    "readout": Told(
        "no light of the sky in these chips, while others show stars",
        "look at their readout; where there are several, at the controller or line that they share",
    ),
    "pointing": Told(
        "many sources on most chips, and none where expected", "look at pointing, clock and focus"
    ),
}
