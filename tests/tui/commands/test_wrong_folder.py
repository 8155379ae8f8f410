"""Where no night was ever run, every command says so and makes nothing: nobody waits for what can't come."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tomoe_es.errors import NothingToResume, TomoeError
from tui.commands import alarm, lock, log, log_trust, normal, queue
from tui.commands.audit import why
from tui.commands.dashboard import dashboard
from tui.commands.emergency import emergency
from tui.commands.guardian import guardian
from tui.commands.night import night
from tui.commands.notifier import follow
from tui.commands.rebuild import rebuild
from tui.commands.replay.show import show
from tui.commands.status import status
from tui.night.plan import OptionInvalid

COMMANDS: dict[str, Callable[[Path], int | None]] = {
    "alarm list": lambda data: alarm.list_alarms(data=data),
    "alarm show": lambda data: alarm.show(3, data=data),
    "alarm ack": lambda data: alarm.ack("3", why="seen", data=data),
    "audit why": lambda data: why("x", data=data),
    "dashboard": lambda data: dashboard(data=data),
    "emergency": lambda data: emergency(data=data, limit_seconds=1.0),
    "guardian": lambda data: guardian(data=data),
    "lock set": lambda data: lock.set_lock(why="fog", data=data),
    "lock release": lambda data: lock.release(why="gone", data=data),
    "lock show": lambda data: lock.show(data=data),
    "log tail": lambda data: log.tail(data=data),
    "log show": lambda data: log.show(1, data=data),
    "log verify": lambda data: log_trust.verify(data=data),
    "log seal": lambda data: log_trust.seal("2023-12-12", data=data),
    "log checkpoint": lambda data: log_trust.checkpoint(data=data),
    "night --resume": lambda data: night(resume=True, plain=True, data=data),
    "normal check": lambda data: normal.check(data=data),
    "notifier": lambda data: follow(data=data),
    "queue stop": lambda data: queue.stop(why="fog", data=data),
    "rebuild": lambda data: rebuild(data=data),
    "replay show": lambda data: show(data=data),
    "status": lambda data: status(data=data),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_it_says_that_there_is_nothing(tmp_path: Path, command: str) -> None:
    nowhere = tmp_path / "nowhere"
    with pytest.raises(TomoeError, match=r"tomoe night|--data") as raised:
        COMMANDS[command](nowhere)
    assert str(nowhere) in str(raised.value)
    assert not nowhere.exists()


def test_a_night_that_can_not_be_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(OptionInvalid, match="--chips 85"):
        night(chips=85, plain=True, data=tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_night_is_not_resumed_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(NothingToResume, match="name another --data, or leave --resume out"):
        night(resume=True, plain=True, data=tmp_path)
    assert list(tmp_path.iterdir()) == []
