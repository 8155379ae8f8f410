"""`tomoe stats`: what a night took."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
from cyclopts import App

from replay.opening import opened_night
from replay.reduction_statistics import OfKind, Stage, reduction_statistics
from tui.data_folder import data_folder

app = App(name="stats", help="What a night took.")


@app.command
def reduction(night: str | None = None, *, json: bool = False, data: Path | None = None) -> int:
    """Tell how long each stage of the reduction took, for each kind of product, and which is the bottleneck.

    Stages are seconds of a worker, waiting is seconds of the night. A product's stages are all that led to
    it, so that those which two products of a chip share are in the tables of both.

    Parameters
    ----------
    night
        Date of the night's evening; else the last one.
    json
        As one JSON object.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    folder = data_folder(data)
    folder.require()
    with opened_night(folder.log, night) as (opened, identity):
        measured = reduction_statistics(opened.events(opened.first - 1, opened.last))
    if json:
        told = {"identity": identity, "kinds": measured.kinds, "given_up": measured.given_up}
        sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
        return 0
    sys.stdout.write(f"night {identity.night}\n")
    if not measured.kinds:
        sys.stdout.write("nothing was reduced\n")
    for kind in measured.kinds:
        sys.stdout.write("\n".join(_lines(kind)) + "\n")
    if measured.given_up:
        number = sum(measured.given_up.values())
        why = ", ".join(f"{condition}: {count}" for condition, count in measured.given_up.items())
        sys.stdout.write(f"\ngiven up: {number} chip{'s' * (number != 1)} ({why})\n")
    return 0


def _lines(kind: OfKind) -> Iterator[str]:
    rejected = f", {kind.rejected} of them rejected" if kind.rejected else ""
    yield f"\n{kind.kind}: {kind.chips} chip{'s' * (kind.chips != 1)}{rejected}"
    yield f"{'seconds':<22}{'p50':>9}{'p95':>9}{'max':>9}{'share':>8}  longest at"
    for stage in kind.stages:
        yield _line(stage, f"{stage.share:.0%}")
    if kind.together is not None:
        yield _line(kind.together, "")
    for stage in kind.way:
        yield _line(stage, "")
    if kind.bottleneck is not None:
        yield f"bottleneck: {kind.bottleneck}"


def _line(stage: Stage, share: str) -> str:
    return (
        f"{stage.name:<22}{stage.p50:>9.3f}{stage.p95:>9.3f}{stage.longest:>9.3f}{share:>8}"
        f"  {stage.longest_position}"
    )
