"""Where a night went, drawn: its course, its times, and the way from the shutter to the archive.

matplotlib is an optional dependency and is imported only here, when something is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Final

from replay.critical_path import CriticalPaths
from replay.errors import PlotsNotInstalled
from replay.night import Identity
from replay.spans import Span
from replay.timing import Timing
from tomoe_es.clock import HOUR
from tomoe_es.night import night_span

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TRACKS: Final = {
    "suspended": "#c44e52",
    "devices": "#8172b3",
    "exposures": "#4c72b0",
    "operations": "#dd8452",
    "recipes": "#55a868",
}
"""Drawn from below upwards."""
_OVERHEAD = {"exposing": "#4c72b0", "suspended": "#c44e52", "other": "#b0b0b0"}
ROWS = 16
_INCHES, _DOTS_AN_INCH = (14.0, 9.5), 110


def draw(
    identity: Identity, measured: Timing, ways: CriticalPaths, spans: Iterable[Span], out: FilePath
) -> None:
    """Write a PNG; raises PlotsNotInstalled when matplotlib is not there."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise PlotsNotInstalled("matplotlib is not installed, which draws the PNG") from error
    figure = Figure(figsize=_INCHES, layout="constrained", dpi=_DOTS_AN_INCH)
    figure.suptitle(
        f"Night {identity.night}, events {identity.first_position} to {identity.last_position}\n"
        f"{identity.log_digest[:60]}   code then {identity.code_then}",
        fontsize=10,
    )
    course, observing, rows, parts = figure.subplot_mosaic(
        [["course", "course"], ["observing", "observing"], ["rows", "parts"]], height_ratios=[2.2, 0.6, 4]
    ).values()
    _draw_course(course, list(spans), night_span(identity.night)[0])
    _draw_observing(observing, measured)
    _draw_rows(rows, measured)
    _draw_parts(parts, ways)
    figure.savefig(out, format="png", metadata={"Title": f"night {identity.night}, {identity.log_digest}"})


def _draw_course(axes: Axes, spans: list[Span], noon_us: int) -> None:
    def hour(time_us: int) -> float:
        return 12 + (time_us - noon_us) / HOUR

    from matplotlib.ticker import MultipleLocator

    for row, (track, colour) in enumerate(TRACKS.items()):
        stretches = [
            (hour(each.start_us), (each.end_us - each.start_us) / HOUR)
            for each in spans
            if each.track == track
        ]
        axes.broken_barh(stretches, (row - 0.4, 0.8), facecolors=colour)
    axes.set_yticks(range(len(TRACKS)), list(TRACKS))
    axes.set_ylim(-0.6, len(TRACKS) - 0.4)
    axes.xaxis.set_major_locator(MultipleLocator(1))
    axes.xaxis.set_major_formatter(lambda hours, _: f"{hours % 24:02.0f}")
    axes.set_title("the night, hours JST", fontsize=9)
    axes.grid(axis="x", alpha=0.3)


def _draw_observing(axes: Axes, measured: Timing) -> None:
    overhead, left = measured.overhead, 0.0
    for name, colour in _OVERHEAD.items():
        seconds = getattr(overhead, name)
        part = 100 * seconds / overhead.observing if overhead.observing else 0.0
        axes.barh([0], [part], left=left, color=colour, label=f"{name} {part:.1f} %")
        left += part
    axes.set_xlim(0, 100)
    axes.set_yticks([])
    axes.set_title(f"observing time, {overhead.observing / 3600:.1f} h", fontsize=9)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=8)


def _draw_rows(axes: Axes, measured: Timing) -> None:
    shown = sorted(
        (row for row in measured.rows if row.group in ("operation", "device", "camera")),
        key=lambda row: row.total,
    )[-ROWS:]
    names = [f"{row.group}: {row.name} ({row.count})" for row in shown]
    axes.barh(names, [row.total / 60 for row in shown], color="#dd8452")
    for place, row in enumerate(shown):
        axes.text(
            row.total / 60, place, f" p50 {row.p50:.1f} s, p99 {row.p99:.1f} s", va="center", fontsize=7
        )
    axes.margins(x=0.5)
    axes.tick_params(labelsize=8)
    axes.set_xlabel("minutes in all")
    axes.set_title("operations, devices, exposures: how long in all", fontsize=9)


def _draw_parts(axes: Axes, ways: CriticalPaths) -> None:
    from matplotlib import colormaps

    labels = {name: f"{name}\n{path.total:.1f} s" for name, path in ways.examples.items()}
    bottoms = dict.fromkeys(labels, 0.0)
    colours: Any = colormaps["tab20"].colors  # type: ignore[attr-defined]
    for number, part in enumerate(ways.parts):
        heights = [path.parts.get(part.name, 0.0) for path in ways.examples.values()]
        if not any(heights):
            continue
        axes.bar(
            list(labels.values()),
            heights,
            bottom=list(bottoms.values()),
            color=colours[number % len(colours)],
            label=f"{part.name}: longest of {part.dominated}",
        )
        for name, height in zip(labels, heights, strict=True):
            bottoms[name] += height
    axes.set_ylabel("seconds")
    axes.set_title(f"shutter to archive: the products at p50, p90, p99 of {ways.products}", fontsize=9)
    if ways.examples:
        axes.legend(fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5))
