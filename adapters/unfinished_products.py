"""Products that were being written by a job that was given up: nobody finishes them, so they are deleted."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from tomoe_es.control.ports import Effects
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import ReductionFailed
from tomoe_es.reduction.archive_path import archive_path


class UnfinishedProducts:
    """Deletes them below the archive folder; those of a job that is done again go when it is done."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive

    def effects(self) -> Effects:
        """What it carries out."""
        return {ReductionFailed: self._failed}

    def _failed(self, recorded: Recorded) -> None:
        failed = recorded.payload
        assert isinstance(failed, ReductionFailed)
        if failed.given_up:
            # All products of a frame are in one folder, under names as `write_whole_file` gives them.
            folder = self._archive / archive_path(failed.frame_id, "STACK").parent
            for path in folder.glob(f".*{failed.frame_id}.*.part"):
                with suppress(OSError):  # the disk refuses: the file does no harm but fill it
                    path.unlink(missing_ok=True)
