"""What `tomoe replay timing` says of the way from shutter to archive, and its bars in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

from replay.critical_path import CriticalPaths, Part, Path
from replay.timing import Timing
from tui.commands.replay_text import duration

BAR = 40
NAME = 32
_EIGHTHS = " ▏▎▍▌▋▊▉"
_FILLS = "█▓▒░▚╳▤▥▦▧▨▩"
"""Neighbouring parts of a stacked bar look different, also without colours."""


def bar(part: float, width: int = BAR) -> str:
    """A bar for a number from 0 to 1, to an eighth of a cell; something that is not nothing shows."""
    eighths = floor(min(max(part, 0.0), 1.0) * width * 8)
    if part > 0:
        eighths = max(eighths, 1)
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")


def path_lines(ways: CriticalPaths) -> Iterator[str]:
    """Each part with percentiles, its share, how often it was the longest; then the slowest products."""
    if ways.whole is None:
        yield "no product was archived: there is no way from the shutter to the archive"
        return
    yield f"from the shutter to the archive, {ways.products} products"
    yield f"  {'':{NAME}} {'p50':>8} {'p90':>8} {'p99':>8} {'share':>7}   longest of"
    for part in ways.parts:
        share = part.total / ways.whole.total if ways.whole.total else 0.0
        yield f"  {_row(part)} {100 * share:>5.1f} %   {part.dominated}"
    yield f"  {_row(ways.whole)}"
    yield "slowest"
    for each in ways.slowest:
        longest = each.longest
        yield (
            f"  {each.product:{NAME}} {each.total:>8.2f} s, of which {each.parts[longest]:.2f} s {longest}, "
            f"event {each.position}"
        )


def _row(part: Part) -> str:
    return f"{part.name[:NAME]:{NAME}} {part.p50:>8.2f} {part.p90:>8.2f} {part.p99:>8.2f}"


def plot_lines(timing: Timing, ways: CriticalPaths) -> Iterator[str]:
    """Bars: the observing time, what took longest in all, and the way of three products."""
    overhead = timing.overhead
    if overhead.observing:
        yield f"observing time, {duration(round(overhead.observing * 1e6))}"
        for name in ("exposing", "suspended", "other"):
            seconds = getattr(overhead, name)
            part = seconds / overhead.observing
            yield f"  {name:{NAME}} {100 * part:>7.1f} %  {bar(part)}"
        yield ""
    for group in dict.fromkeys(row.group for row in timing.rows):
        rows = [row for row in timing.rows if row.group == group]
        most = max(row.total for row in rows)
        yield f"{group}, seconds in all"
        for row in rows:
            yield f"  {row.name[:NAME]:{NAME}} {row.total:>9.1f}  {bar(row.total / most if most else 0.0)}"
        yield ""
    yield from _stacked(ways)


def _stacked(ways: CriticalPaths) -> Iterator[str]:
    if not ways.examples:
        return
    longest = max(each.total for each in ways.examples.values()) or 1.0
    fills: dict[str, str] = {}
    yield f"shutter to archive, seconds: the products at p50, p90, p99 of {ways.products}"
    for name, path in ways.examples.items():
        yield f"  {name:4} {path.total:>8.2f}  {_stack(path, longest, fills)}"
    for name, fill in fills.items():
        yield f"       {fill * 2} {name}"


def _stack(path: Path, longest: float, fills: dict[str, str]) -> str:
    pieces, until, drawn = [], 0.0, 0
    for name, seconds in path.parts.items():
        until += seconds
        cells = round(until / longest * BAR * 2) - drawn
        if cells:
            fill = fills.setdefault(name, _FILLS[len(fills) % len(_FILLS)])
            pieces.append(fill * cells)
            drawn += cells
    return "".join(pieces)
