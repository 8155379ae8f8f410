"""The files of the buffer storage: deleted when the log says that their time to live is over."""

from __future__ import annotations

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

    def _expire(self, recorded: Recorded) -> None:
        expired = recorded.payload
        assert isinstance(expired, ChipCubeExpired)
        path = self._folder / expired.path
        path.unlink(missing_ok=True)
        exposure = path.parent
        if exposure != self._folder and exposure.is_dir() and not any(exposure.iterdir()):
            exposure.rmdir()
