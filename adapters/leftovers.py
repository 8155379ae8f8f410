"""What processes that were killed have left in scratch folders."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")
_OF_A_PROCESS = re.compile(r"(?:astrometry|tomoe-ring)-(\d+)-")
"""Names of scratch files and folders begin so, with the id of their process."""


def sweep_leftovers(star_indexes: Path, shared: Path = SHARED_MEMORY) -> None:
    """Delete the scratch files of processes that are gone, and star indexes that were never completed.

    For the start of a night, when no worker runs on its data folder. What can't be deleted stays.
    """
    for path in star_indexes.glob(".building-*"):
        shutil.rmtree(path, ignore_errors=True)
    for path in shared.glob("*"):
        named = _OF_A_PROCESS.match(path.name)
        if named is None or Path(f"/proc/{named[1]}").exists():
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
