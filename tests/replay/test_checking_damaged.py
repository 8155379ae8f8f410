"""A night whose sealed file is damaged: the check says so by name, though a worker process met it."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay.checking import check
from tests.tomoe_es.control.observatory import copy_log
from tomoe_es.errors import LogCorrupt
from tomoe_es.events.envelope import Recorded
from tomoe_es.log.sealing import seal


def test_it_is_log_corrupt_at_its_position(events: list[Recorded], tmp_path: Path) -> None:
    copy_log(events, tmp_path)
    path = seal(tmp_path, "2023-12-12").path
    content = bytearray(path.read_bytes())
    content[content.index(b"\x28\xb5\x2f\xfd", 4) + 40] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)

    with pytest.raises(LogCorrupt, match="event 257 of the log is damaged"):
        next(check(tmp_path, ["2023-12-12"], stop_after=1, workers=1))
