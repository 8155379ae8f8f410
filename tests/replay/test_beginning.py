"""A part of a night that was imported is not decided again: nobody can tell on what."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay.beginning import require_beginning
from replay.checking import check
from replay.errors import BeginningMissing
from replay.exporting import import_json_lines, json_lines
from replay.night import Identity
from tests.replay.conftest import log_of
from tomoe_es.events.envelope import Recorded
from tomoe_es.log.sqlite_log import SqliteLog

IDENTITY = Identity("2023-12-12", 1, 9, "last event sha256:00", "0.1 then", "0.1 now")


def test_a_part_without_its_beginning_is_not_checked(events: list[Recorded], tmp_path: Path) -> None:
    log = SqliteLog(tmp_path)
    import_json_lines(json_lines(IDENTITY, events[100:400]), log)
    log.close()

    with pytest.raises(BeginningMissing, match="beginning of the night is missing"):
        next(check(tmp_path, ["2023-12-12"], stop_after=1, workers=1))


def test_a_part_from_the_start_on_is_whole_enough(events: list[Recorded]) -> None:
    require_beginning(log_of(events[:100]))
