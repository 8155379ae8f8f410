"""`tomoe rebuild`: build the projections again from the log, or check that they are what the log says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from projections.catalogue import NAMES
from projections.comparison import check as compare
from projections.projector import Projector
from tomoe_es.log import open_log
from tui.data_folder import DataFolder, data_folder


def rebuild(
    *names: str,
    data: Annotated[Path | None, Parameter(name="--data")] = None,
    check: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Delete projections and build them again from the log.

    Exit codes: 0 rebuilt, or with --check all as the log says; 1 with --check one differs, or it can't be
    done (a night is running, the log can't be read); 2 wrong usage.

    Parameters
    ----------
    names
        Which: queue, pool, hardware, night, chips, history, messages, archive_index, lineage; all without.
    data
        The data folder; without it $TOMOE_DATA, else data/.
    check
        Change nothing: build in a temporary folder and compare with what is there, also while a night runs.
    """
    folder = data_folder(data)
    folder.require()
    return _check(folder, names) if check else _rebuild(folder, names)


def _rebuild(folder: DataFolder, names: tuple[str, ...]) -> int:
    log = open_log(folder.log_url)
    try:
        with Projector(log, folder.projections, names, rebuild=True) as projector:
            projector.catch_up()
            print(f"rebuilt {', '.join(names or NAMES)} from {projector.position} events")
    finally:
        log.close()
    return 0


def _check(folder: DataFolder, names: tuple[str, ...]) -> int:
    log = open_log(folder.log_url)
    try:
        differences = compare(log, folder.projections, names)
    finally:
        log.close()
    for each in differences:
        print(f"{each.projection}: differs in {each.where}\n  is:        {each.live}")
        if each.rebuilt:
            print(f"  should be: {each.rebuilt}")
    if not differences:
        print(f"{', '.join(names or NAMES)}: as the log says")
    return 1 if differences else 0
