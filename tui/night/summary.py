"""The summary of a night, printed at its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from projections.overview_model import Overview


def summary_text(overview: Overview, seconds: float) -> str:
    """What the night came to; `seconds` is how long this machine took for it."""
    return "".join(f"{line}\n" for line in _lines(overview, seconds))


def checkpoint_text(note: str) -> str:
    """The checkpoint that the night signed at its end, for people to keep elsewhere."""
    if not note:
        return "The log could not be signed: `tomoe log checkpoint` says why."
    return f"The log's checkpoint, to be kept elsewhere (tomoe log verify --checkpoint FILE):\n\n{note}"


def _lines(overview: Overview, seconds: float) -> Iterator[str]:
    counters = overview.counters
    made = "simulated night" if overview.night.simulated else "night"
    if overview.night.what_if:
        yield overview.night.what_if
    yield f"{made} {overview.night.night}, {len(overview.night.chips)} chips, seed {overview.night.seed}"
    yield from _counted("recipes done", counters.recipes_done, {})
    yield from _counted(
        "recipes cancelled", sum(counters.recipes_cancelled.values()), counters.recipes_cancelled
    )
    for name, number in (
        ("recipes interrupted", counters.recipes_interrupted),
        ("recipes expired", counters.recipes_expired),
        ("recipes refused", counters.recipes_refused),
        ("exposures", counters.exposures),
        ("exposures aborted", counters.exposures_aborted),
        ("chip-cubes", counters.chip_cubes),
        ("chip-cubes lost", counters.chip_cubes_lost),
    ):
        yield from _counted(name, number, {})
    yield from _counted("chip-cubes given up", sum(counters.given_up.values()), counters.given_up)
    yield from _counted("products archived", sum(counters.archived.values()), counters.archived)
    yield from _counted("products rejected", counters.rejected, counters.rejected_reasons)
    yield from _counted("violations", sum(counters.violations.values()), counters.violations)
    yield from _counted("events", counters.events, {})
    yield f"{'seconds':20} {seconds:9.1f}"


def _counted(name: str, number: int, why: Mapping[str, int]) -> Iterator[str]:
    reasons = ", ".join(f"{reason}: {count:,}" for reason, count in sorted(why.items()))
    yield f"{name:20} {number:>9,}" + (f"  ({reasons})" if reasons else "")
