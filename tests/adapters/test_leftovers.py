"""Scratch files of processes that were killed go at the next start; those of living ones stay."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from adapters.leftovers import sweep_leftovers


def test_what_killed_processes_left_is_deleted_and_nothing_else(tmp_path: Path) -> None:
    indexes, shared = tmp_path / "scratch", tmp_path / "shm"
    gone = subprocess.Popen(["true"])
    gone.wait()
    stays = [
        indexes / "tycho2-0123" / "index.fits",
        shared / f"astrometry-{os.getpid()}-abc" / "field.axy",
        shared / "astrometry-of-somebody" / "field.axy",
    ]
    goes = [indexes / ".building-abc" / "stars.fits", shared / f"astrometry-{gone.pid}-abc" / "field.axy"]
    for path in [*stays, *goes]:
        path.parent.mkdir(parents=True)
        path.write_text("x")
    ring = shared / f"tomoe-ring-{gone.pid}-TMQ1202312120000000111"
    ring.write_text("x")
    sweep_leftovers(indexes, shared)
    assert all(path.exists() for path in stays)
    assert not any(path.parent.exists() for path in goes)
    assert not ring.exists()


def test_folders_that_are_not_there_are_no_trouble(tmp_path: Path) -> None:
    sweep_leftovers(tmp_path / "scratch", tmp_path / "shm")
    assert list(tmp_path.iterdir()) == []
