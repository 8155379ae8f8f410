"""Check that every target of a recipe rises high enough within the time window of the night."""

from __future__ import annotations

from collections.abc import Sequence

from tomoe_es.clock import isot
from tomoe_es.observatory import LOWEST_ALTITUDE_DEG
from tomoe_es.recipe.operation import Operation, Settings
from tomoe_es.recipe.operations.dithering import Dithering
from tomoe_es.recipe.sequence import Report
from tomoe_es.recipe.slewing import SlewingOperation
from tomoe_es.scheduling.visibility import culmination_altitude, highest_altitude


def targets_of(operations: Sequence[Operation | None]) -> list[tuple[int, float, float]]:
    """Index of operation, right ascension and declination (ICRS degrees) of every target, dithered ones too.

    None stands for an operation that could not be read: what is dithered from there on is not known.
    """
    targets: list[tuple[int, float, float]] = []
    settings = Settings()
    for index, operation in enumerate(operations):
        if operation is None:
            settings = Settings()
        if not isinstance(operation, SlewingOperation):
            continue
        if isinstance(operation, Dithering) and settings.target_ra_deg is None:
            continue
        ra_deg, dec_deg = operation.target(settings)
        settings = Settings(target_ra_deg=ra_deg, target_dec_deg=dec_deg)
        targets.append((index, ra_deg, dec_deg))
    return targets


def check_targets(
    operations: Sequence[Operation | None], window: tuple[int, int], night: str, report: Report
) -> None:
    """Report every target that stays below the lowest altitude during the window (UTC microseconds)."""
    too_low_before = False
    for index, ra_deg, dec_deg in targets_of(operations):
        highest_deg = highest_altitude(ra_deg, dec_deg, *window)
        too_low = highest_deg < LOWEST_ALTITUDE_DEG
        said = too_low_before and isinstance(operations[index], Dithering)
        if too_low and not said:
            _report_low(index, (ra_deg, dec_deg), highest_deg, window, night, report)
        too_low_before = too_low
    return


def _report_low(
    index: int,
    target: tuple[float, float],
    highest_deg: float,
    window: tuple[int, int],
    night: str,
    report: Report,
) -> None:
    ra_deg, dec_deg = target
    where = f"the target (ra {ra_deg:.4f}, dec {dec_deg:+.4f})"
    ever_deg = culmination_altitude(dec_deg)
    if ever_deg < LOWEST_ALTITUDE_DEG:
        message = f"{where} never rises above {ever_deg:.1f} deg at Kiso on any night"
        report(index, "NeverRises", message, "it can't be observed from here: choose another target")
        return
    start, end = (isot(each, 0)[11:16] for each in window)
    report(
        index,
        "NeverRises",
        f"{where} reaches no more than {highest_deg:.1f} deg of altitude between {start} and {end} UTC "
        f"in the night of {night}; {LOWEST_ALTITUDE_DEG:g} deg are needed",
        "choose another time window, another night or another target",
    )
