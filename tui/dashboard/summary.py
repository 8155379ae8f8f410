"""What the night came to, shown when it has ended."""

from __future__ import annotations

from projections.overview_model import Counters, Overview
from tui.dashboard.lines import Line, line
from tui.dashboard.palette import CAUTION, GOOD, QUIET
from tui.dashboard.recipe_lines import field
from tui.dashboard.wording import archived_size


def summary_lines(overview: Overview, exit_code: int | None) -> list[Line]:
    """The night's counters, one subject a line; `exit_code` is that of the night's own process, if any."""
    counters = overview.counters
    lines = [_verdict(overview, exit_code), line("")]
    lines += [
        field("recipes", f"{counters.recipes_done} done"),
        *[
            field("", f"{count} cancelled: {why}")
            for why, count in sorted(counters.recipes_cancelled.items())
        ],
        *([field("", f"{counters.recipes_expired} expired")] if counters.recipes_expired else []),
        *([field("", f"{counters.recipes_refused} refused")] if counters.recipes_refused else []),
        field("exposures", _with(counters.exposures, counters.exposures_aborted, "aborted")),
        field("chip-cubes", _with(counters.chip_cubes, counters.chip_cubes_lost, "lost")),
        *[field("", f"{count:,} given up: {why}") for why, count in sorted(counters.given_up.items())],
        *_products(overview),
        *_violations(counters),
        field("events", f"{counters.events:,}"),
    ]
    return lines


def _verdict(overview: Overview, exit_code: int | None) -> Line:
    if exit_code:
        return line((f"The night's process ended with exit code {exit_code}; see its own messages.", CAUTION))
    if overview.night.phase != "ended":
        return line((f"The night is {overview.night.phase or 'not begun'}; its process is gone.", CAUTION))
    return line((f"Night {overview.night.night} has ended.", GOOD))


def _with(number: int, bad: int, word: str) -> str:
    return f"{number:,}, {bad:,} {word}" if bad else f"{number:,}"


def _products(overview: Overview) -> list[Line]:
    counters = overview.counters
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(counters.archived.items())) or "none"
    archived = [field("archived", f"{kinds} ({archived_size(overview)})")]
    reasons = [
        field("", f"{count:,} {reason}") for reason, count in sorted(counters.rejected_reasons.items())
    ]
    return [*archived, field("rejected", f"{counters.rejected:,}"), *reasons]


def _violations(counters: Counters) -> list[Line]:
    if not counters.violations:
        return [field("violations", "none")]
    lines = [field("", f"{count:,} {name}") for name, count in sorted(counters.violations.items())]
    return [line((f"{'violations':<14}", QUIET), f"{sum(counters.violations.values()):,}"), *lines]
