"""Keeps the projections current while a night runs, in a process of their own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing.synchronize import Event as Signal
from pathlib import Path

from adapters.reduction_engine import follow_parent
from projections.projector import Projector
from tomoe_es.log import open_log
from tui.data_folder import DataFolder


@contextmanager
def projecting(data: DataFolder) -> Iterator[None]:
    """Projections follow the log within; they have taken in all of it afterwards."""
    context = multiprocessing.get_context("spawn")
    stopped = context.Event()
    process = context.Process(
        target=_project, args=(data.log_url, data.projections, stopped), name="projector"
    )
    process.start()
    try:
        yield
    finally:
        stopped.set()
        process.join()


def _project(log_url: str, folder: Path, stopped: Signal) -> None:
    follow_parent()
    with closing(open_log(log_url)) as log, closing(Projector(log, folder)) as projector:
        projector.follow(stopped)
