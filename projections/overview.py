"""The night at a glance: reads the projections' files into one Overview, for the dashboard and `tomoe status`."""

from __future__ import annotations

from pathlib import Path

from projections.overview_model import Overview


def read_overview(projections_dir: Path) -> Overview:
    """Everything the screens show, as projected so far; costs a few milliseconds.

    Raises NoNightYet when nothing has been projected in this folder.
    """
    raise NotImplementedError(projections_dir)


__all__ = ["Overview", "read_overview"]
