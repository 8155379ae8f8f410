"""Where the panels stand when one more is asked for below them: a pure function of the room there is."""

from __future__ import annotations

from textual.geometry import Region

LEAST_LINES = 3
"""Of a panel; below, it is left out."""


def with_beside(regions: dict[str, Region], name: str, width: int, height: int) -> dict[str, Region]:
    """The panel `name` over the whole width of the lower half, the others in what is left to them."""
    lines = max(height // 2, min(height, 8))
    upper = Region(0, 0, width, height - lines)
    left = {each: region.intersection(upper) for each, region in regions.items()}
    shown = {each: region for each, region in left.items() if region.height >= LEAST_LINES}
    top = max((region.bottom for region in shown.values()), default=0)
    return {**shown, name: Region(0, top, width, height - top)}
