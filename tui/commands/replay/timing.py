"""`tomoe replay timing`: where the night went."""

from __future__ import annotations

from pathlib import Path

from replay import places
from replay.critical_path import TYPES, critical_paths
from replay.spans import spans
from replay.timing import timing as timing_of
from replay.timing_plot import draw
from tui.commands import replay_text as text
from tui.commands.replay import timing_text
from tui.commands.replay.opened import opened, print_json, print_lines
from tui.commands.replay.parameters import Data, End, Flag, Json, Night, Start
from tui.named_file import usable


def timing(
    *,
    start: Start = "start",
    end: End = "end",
    plot: Flag = False,
    png: Path | None = None,
    night: Night = None,
    json: Json = False,
    data: Data = None,
) -> int:
    """Tell where the night went: time by operation, device, stage of the pipeline, and overhead.

    And the way of every product from the shutter to the archive: which part took how long, which dominated.

    Parameters
    ----------
    plot
        Bars in the terminal instead of the table.
    png
        Also draw it into this file; needs the optional `tomoe-es[plots]`.
    """
    with opened(data, night) as (replayed, identity):
        first, last = places.stretch(replayed, start, end)
        measured = timing_of(replayed.events(first - 1, last))
        ways = critical_paths(replayed.log.read(after=first - 1, until=last, types=TYPES))
        if png is not None:
            with usable(png):
                draw(identity, measured, ways, spans(replayed.events(first - 1, last)), png)
        if json:
            print_json(identity, timing=measured, critical_path=ways)
        elif plot:
            print_lines(identity, timing_text.plot_lines(measured, ways))
        else:
            print_lines(identity, [*text.timing_lines(measured), "", *timing_text.path_lines(ways)])
    return 0
