"""The chips: how far the newest exposure has come on each, drawn as they stand in the focal plane."""

from __future__ import annotations

from math import floor
from typing import ClassVar, Final

from rich.style import Style

from projections.overview_model import ChipsOverview, ChipStage
from tomoe_es.camera.focal_plane import CHIPS, CHIPS_IN_ROW, COLUMN_PITCH_DEG, ROW_PITCH_DEG
from tui.dashboard.lines import Line, line
from tui.dashboard.moment import Moment
from tui.dashboard.palette import ALARM, BUSY, CAUTION, GOOD, NORMAL, QUIET
from tui.dashboard.panel import Panel
from tui.dashboard.wording import words

STAGES: Final[dict[ChipStage, tuple[str, str, Style]]] = {
    "acquired": ("a", "acquired", NORMAL),
    "buffered": ("b", "buffered", NORMAL),
    "queued": ("q", "queued", NORMAL),
    "leased": ("r", "reducing", BUSY),
    "solved": ("s", "solved", BUSY),
    "unsolved": ("u", "unsolved", CAUTION),
    "finished": ("D", "done", GOOD),
    "archived": ("A", "archived", GOOD),
    "rejected": ("X", "rejected", CAUTION),
    "failed": ("F", "FAILED", ALARM),
    "lost": ("L", "LOST", ALARM),
}
"""A chip's state: its letter, its word, its colour. Small letters are on the way, capitals are final."""

_IN_USE = ("o", QUIET)
_NOT_IN_USE = ("·", QUIET)
_HALF_COLUMNS = CHIPS_IN_ROW[0]
_HALF_ROWS = len(CHIPS_IN_ROW)


def places() -> dict[tuple[int, int], int]:
    """DET_ID by (row, column) on the screen, from 0: north is up, east is left."""
    return {
        (
            _HALF_ROWS - 1 - floor(chip.eta_deg / ROW_PITCH_DEG),
            _HALF_COLUMNS - 1 - floor(chip.xi_deg / COLUMN_PITCH_DEG),
        ): chip.det_id
        for chip in CHIPS.values()
    }


_PLACES = places()


class FocalPlanePanel(Panel):
    """The newest exposure chip by chip, and how the reduction keeps up."""

    NUMBER: ClassVar[int] = 8
    NAME: ClassVar[str] = "chips"

    def title(self, moment: Moment) -> str:
        """How many chips take part in this night."""
        return f"{len(moment.overview.night.chips)} of {len(CHIPS)} in use"

    def say(self, moment: Moment, width: int, height: int) -> list[Line]:
        """The exposure, the map, the totals, the legend with counts, the lanes of the reduction."""
        chips = moment.overview.chips
        counters = moment.overview.counters
        return [
            _exposure(chips),
            line(f" {chips.exposure_name}"),
            *_map(chips.chips, frozenset(moment.overview.night.chips), 6 if width >= 64 else 3, width),
            line(f" archived {sum(counters.archived.values()):,}, ", _rejected(counters.rejected)),
            _backlog(chips),
            *_legend(chips.counts, width),
            *_lanes(chips),
        ]


def _exposure(chips: ChipsOverview) -> Line:
    if not chips.exposure_number:
        return line((" no exposure yet", QUIET))
    style = ALARM if chips.exposure_state == "aborted" else BUSY
    return line((f" exposure {chips.exposure_number} ", QUIET), (words(chips.exposure_state), style))


def _rejected(rejected: int) -> tuple[str, Style]:
    return f"rejected {rejected:,}", CAUTION if rejected else NORMAL


def _backlog(chips: ChipsOverview) -> Line:
    rates = f"{chips.acquired_per_minute:.0f} in {chips.reduced_per_minute:.0f} out/min"
    return line(f" backlog {chips.backlog:,}", (f", {rates}", QUIET))


def _lanes(chips: ChipsOverview) -> list[Line]:
    return [
        line((f" {name} {lane.queued} waiting, {lane.leased} reducing", QUIET))
        for name, lane in sorted(chips.lanes.items())
    ]


def _map(stages: dict[int, ChipStage], in_use: frozenset[int], cell: int, width: int) -> list[Line]:
    margin = " " * max((width - 2 * _HALF_COLUMNS * cell) // 2, 0)
    lines = []
    for row in range(2 * _HALF_ROWS):
        pieces: list[tuple[str, Style]] = [(margin, QUIET)]
        for column in range(2 * _HALF_COLUMNS):
            det_id = _PLACES.get((row, column))
            letter, style = (" ", QUIET) if det_id is None else _chip(det_id, stages, in_use)
            name = f"{det_id} " if cell > 3 and det_id is not None else " "
            pieces.append((f"{name}{letter}".ljust(cell), style))
        lines.append(line(*pieces))
    return lines


def _chip(det_id: int, stages: dict[int, ChipStage], in_use: frozenset[int]) -> tuple[str, Style]:
    stage = stages.get(det_id)
    if stage is not None:
        letter, _, style = STAGES[stage]
        return letter, style
    return _IN_USE if det_id in in_use else _NOT_IN_USE


def _legend(counts: dict[str, int], width: int) -> list[Line]:
    """Letters, words and counts of the states that there are, what is final first, in two columns."""
    entries = [
        (f" {letter} {word} {counts[stage]}", style)
        for stage, (letter, word, style) in reversed(STAGES.items())
        if counts.get(stage)
    ]
    if not entries:
        return [line((" o waits for its first exposure", QUIET))]
    room = max(width // 2, 1)
    lines = []
    for start in range(0, len(entries), 2):
        pieces = [(text.ljust(room), style) for text, style in entries[start : start + 2]]
        lines.append(line(*pieces))
    return lines
