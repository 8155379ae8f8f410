"""An error that nobody foresaw: the log says why the night ends, and that the telescope was closed."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from tomoe_es.log import open_log
from tui.data_folder import DataFolder
from tui.night.run import _Night

from .conftest import EVENTS_ONLY, finish_night


def _mistake() -> None:
    [].pop()


def test_an_unforeseen_error_is_in_the_log_and_the_night_can_be_resumed(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    data.make()
    short = msgspec.structs.replace(EVENTS_ONLY, recipes=(), exposures=1, chips=1, script="clear")
    with ExitStack() as stack:
        log = open_log(data.log_url)
        stack.callback(log.close)
        night = _Night(short, data, log, stack)
        night._loop.post(_mistake)
        with pytest.raises(IndexError):
            night.run()
        *_, stopped, cover, slit = [
            each.payload
            for each in log.read(types=("ProcessStopped", "MirrorCoverCommanded", "DomeSlitCommanded"))
        ]
        [raised] = [each.payload for each in log.read(types=("ErrorRaised",))]
        [alarm] = [each.payload for each in log.read(types=("ViolationDetected",))]
    assert (raised.condition, raised.understood) == ("IndexError", False)  # type: ignore[attr-defined]
    assert raised.where.startswith("tui/night/test_breaking_off.py:")  # type: ignore[attr-defined]
    assert raised.where.endswith(" in _mistake")  # type: ignore[attr-defined]
    assert (alarm.name, alarm.severity) == ("UnfamiliarError", "critical")  # type: ignore[attr-defined]
    assert alarm.needs_acknowledgement  # type: ignore[attr-defined]
    reason = "IndexError: pop from empty list"
    assert (stopped.reason, cover.reason, slit.reason) == (reason,) * 3  # type: ignore[attr-defined]
    assert (cover.action, slit.action) == ("close", "close")  # type: ignore[attr-defined]
    resumed = finish_night(tmp_path, msgspec.structs.replace(EVENTS_ONLY, resume=True))
    assert resumed.of_type("NightPhaseEntered")[-1].payload.phase == "ended"
