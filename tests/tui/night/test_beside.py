"""The end of the processes beside the night."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from adapters.sign_of_life import read_signs
from adapters.telescope_line import messages
from adapters.telescope_line.messages import Reply
from tui.data_folder import DataFolder
from tui.night import beside
from tui.night.beside import Beside


class FakeLine:
    """Notes what is asked."""

    def __init__(self) -> None:
        self.asked: list[messages.AnyRequest] = []

    def ask(self, request: messages.AnyRequest) -> Reply:
        self.asked.append(request)
        return Reply()


class FakeTelescope:
    """A telescope's process that ends when it was told to."""

    pid = 17

    def __init__(self, data: DataFolder) -> None:
        self.line = FakeLine()

    def close(self) -> None:
        pass

    def join(self) -> None:
        assert self.line.asked == [messages.End()], "it would never end"


class FakeGuardian:
    """A guardian that ends when it is asked to, or makes the telescope safe still."""

    pid = 18
    ends = True

    def __init__(self, data: DataFolder) -> None:
        pass

    def close(self) -> bool:
        return self.ends

    def leave(self) -> None:
        pass


@pytest.mark.parametrize(("ends", "stopped"), [(True, ["guardian", "telescope"]), (False, [])])
def test_the_telescope_is_ended_only_when_the_guardian_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: bool, stopped: list[str]
) -> None:
    monkeypatch.setattr(beside, "TelescopeProcess", FakeTelescope)
    monkeypatch.setattr(beside, "GuardianProcess", FakeGuardian)
    monkeypatch.setattr(FakeGuardian, "ends", ends)
    data = DataFolder(tmp_path)
    with ExitStack() as stack:
        made = Beside(data, stack)
        made.guard()

        told = made.end()

        assert [each.process for each in told] == stopped  # type: ignore[attr-defined]
        line = made.line
        assert isinstance(line, FakeLine)
        assert line.asked == ([messages.End()] if ends else [])
        assert read_signs(data.run)["night"].ended, "the night itself has ended in order"
