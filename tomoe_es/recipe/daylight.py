"""Check that a recipe which looks at the sky is not for a time window in which the Sun is up throughout."""

from __future__ import annotations

from collections.abc import Sequence

from tomoe_es.clock import isot
from tomoe_es.night import night_span
from tomoe_es.recipe.operation import Operation
from tomoe_es.recipe.sequence import Report
from tomoe_es.scheduling.sky import sun_altitude


def check_daylight(
    operations: Sequence[Operation | None], window: tuple[int, int], night: str, report: Report
) -> None:
    """Report the first operation that exposes the sky, when the Sun never sets during the window."""
    looks = [
        index
        for index, each in enumerate(operations)
        if each is not None and type(each).__name__ in ("Exposure", "Flat")
    ]
    if not looks or lowest_sun(window, night) < 0.0:
        return
    start, end = (isot(each, 0)[11:16] for each in window)
    report(
        looks[0],
        "InDaylight",
        f"the Sun is up from {start} to {end} UTC in the night of {night}: the sky can't be exposed then",
        "choose a time window between sunset and sunrise; at Kiso the night is about 08:00 to 21:00 UTC",
    )


def lowest_sun(window: tuple[int, int], night: str) -> float:
    """Lowest altitude (degrees) of the Sun in a window: at one of its ends, or around midnight."""
    noon, next_noon = night_span(night)
    midnight = (noon + next_noon) // 2
    moments = [*window, midnight] if window[0] <= midnight <= window[1] else list(window)
    return min(sun_altitude(each) for each in moments)
