"""The files of the buffer storage: deleted when the log says that their time to live is over."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from tomoe_es.control.ports import Effects
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.transfer import ChipCubeExpired


class BufferStorage:
    """Deletes expired cubes below the buffer folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def effects(self) -> Effects:
        """What the storage carries out."""
        return {ChipCubeExpired: self._expire}

    def sweep(self, known: Collection[str]) -> None:
        """Delete cubes that the log does not know (any more): cut off while they were written or deleted.

        `known` are the paths, below the folder, of the cubes that the log holds. For the start, before the
        camera and the transfer run.
        """
        for pattern in ("*/*/r*.fits", "*/*/.r*.fits.part"):
            for path in self._folder.glob(pattern):
                if path.relative_to(self._folder).as_posix() not in known:
                    with suppress(OSError):  # the disk refuses: it is tried again at the next start
                        path.unlink()

    def _expire(self, recorded: Recorded) -> None:
        expired = recorded.payload
        assert isinstance(expired, ChipCubeExpired)
        path = self._folder / expired.path
        exposure = path.parent
        with suppress(OSError):  # the disk refuses: the sweep at the next start deletes it
            path.unlink(missing_ok=True)
            if exposure != self._folder and exposure.is_dir() and not any(exposure.iterdir()):
                exposure.rmdir()
