"""A new log that is there only when all of it was written."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tomoe_es.log import open_log
from tomoe_es.log.port import EventLog


@contextmanager
def whole_log(folder: Path) -> Iterator[EventLog]:
    """A log to be written beside the folder, which is empty or missing; at the end it takes its place."""
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)  # of a try that was killed
    try:
        with closing(open_log(f"sqlite:///{part}")) as log:
            yield log
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
