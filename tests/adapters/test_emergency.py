"""An emergency goes on when its line breaks, and looks on when another emergency takes over."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from adapters.emergency import Emergency
from adapters.telescope_line import messages
from adapters.telescope_line.line import NoTelescope
from adapters.telescope_line.messages import Begin, Reply
from adapters.telescope_line.shared_telescope import SharedTelescope
from tests.tomoe_es.control.observatory import NIGHT
from tests.tomoe_es.safety.guarded_observatory import HereLine
from tomoe_es.clock import SECOND
from tomoe_es.control.hardware import Hardware
from tomoe_es.events.safety import MakingSafeBegun, TelescopeMadeSafe
from tomoe_es.events.telescope import (
    DomeSlitCommanded,
    MountParkCommanded,
    MountSlewCommanded,
    MountStopCommanded,
)
from tui.commands import emergency
from tui.commands.emergency import until_safe

START_US = 1_702_378_800 * SECOND
LIMIT_SECONDS = 60.0


class Scene:
    """A telescope with an open dome, whose night has died; a second passes between two looks."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.shared = SharedTelescope(lambda: self.seconds)
        night = HereLine(self.shared, "night", driver=True)
        night.ask(Begin(NIGHT, 1, "clear", 10.0, START_US, Hardware(locked=False)))
        opened = DomeSlitCommanded(action="open", reason="a test")
        night.ask(messages.Command(opened, 1, START_US))
        night.ask(messages.Advance(START_US + SECOND))
        night.close()

    def pass_time(self, seconds: float) -> None:
        self.seconds += max(seconds, 1.0)

    def line(self) -> HereLine:
        return HereLine(self.shared, "emergency")

    def begin(self) -> Emergency:
        return Emergency(self.line(), "anna", "storm")


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    made = Scene()
    monkeypatch.setattr(
        emergency, "time", SimpleNamespace(sleep=made.pass_time, monotonic=lambda: made.seconds)
    )
    return made


class BreaksAfter(HereLine):
    """A line that breaks after some requests."""

    def __init__(self, shared: SharedTelescope, requests: int) -> None:
        super().__init__(shared, "emergency")
        self._left = requests

    def ask(self, request: messages.AnyRequest) -> Reply:
        if self._left == 0:
            self.close()
            raise NoTelescope("the line is cut")
        self._left -= 1
        return super().ask(request)


def test_a_broken_line_does_not_end_an_emergency(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    made = Emergency(BreaksAfter(scene.shared, 2), "anna", "storm")
    refused = [True, True]  # the telescope's process is not to be reached at first

    def connect() -> HereLine:
        if refused:
            refused.pop()
            raise NoTelescope("it can't be reached")
        return scene.line()

    assert until_safe(made, connect, 10 * LIMIT_SECONDS) == []
    made.end([])

    assert scene.shared.is_safe()
    assert "not yet: the line is cut" in capsys.readouterr().out
    told = made.to_tell
    assert len({each.command_id for each in told}) == len(told), "each is told under an id of its own"
    assert sum(isinstance(each.event, MakingSafeBegun) for each in told) == 2
    assert isinstance(told[-1].event, TelescopeMadeSafe)


def test_a_line_that_stays_broken_is_tried_until_the_limit(scene: Scene) -> None:
    made = Emergency(BreaksAfter(scene.shared, 2), "anna", "storm")

    def connect() -> HereLine:
        raise NoTelescope("it can't be reached")

    assert until_safe(made, connect, LIMIT_SECONDS) == ["it can't be reached"]
    made.end(["it can't be reached"])
    assert scene.seconds > LIMIT_SECONDS


def test_an_emergency_looks_on_when_another_one_takes_over(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    first = scene.begin()
    second = scene.begin()

    def both(seconds: float) -> None:
        scene.pass_time(seconds)
        if not second.look():
            second.end([])

    with pytest.MonkeyPatch.context() as patch:
        told_time = SimpleNamespace(sleep=both, monotonic=lambda: scene.seconds)
        patch.setattr(emergency, "time", told_time)
        assert until_safe(first, scene.line, 10 * LIMIT_SECONDS) == []
    first.end([])

    assert scene.shared.is_safe()
    assert "another emergency has taken over" in capsys.readouterr().out


def test_what_it_commands_after_another_one_took_over_is_refused_and_no_error(scene: Scene) -> None:
    first = scene.begin()
    first.look()
    scene.begin()
    scene.pass_time(120.0)  # its commands are due again, by the readings that it has

    first.look()

    assert first.taken_over
    first.end([])
    assert isinstance(first.to_tell[-1].event, TelescopeMadeSafe)


def test_it_takes_charge_again_when_the_other_one_is_gone_before_it_is_safe(scene: Scene) -> None:
    first = scene.begin()
    second = scene.begin()
    while not first.taken_over:
        scene.pass_time(1.0)
        first.look()
    second._line.close()

    assert until_safe(first, scene.line, 10 * LIMIT_SECONDS) == []
    first.end([])
    assert scene.shared.is_safe()


def test_a_lock_of_which_the_dead_night_never_heard_keeps_the_mount_where_it_is(scene: Scene) -> None:
    scene.line().ask(messages.Lock(True, "anna", "in the dome", 17))
    made = scene.begin()

    assert until_safe(made, scene.line, 10 * LIMIT_SECONDS) == []
    made.end([])

    commanded = {type(each.event) for each in made.to_tell}
    assert MountStopCommanded in commanded
    assert MountParkCommanded not in commanded
    assert made.left_alone == "mount: parked, and left so, because anna has locked it (in the dome)"


def test_a_lock_that_is_set_while_the_mount_is_on_its_way_to_park_stops_it(scene: Scene) -> None:
    slew = MountSlewCommanded(ra_deg=40.0, dec_deg=30.0)
    night = HereLine(scene.shared, "night", driver=True)
    night.ask(messages.Command(slew, 2, scene.shared.now_us()))
    until_us = scene.shared.now_us() + 120 * SECOND
    while scene.shared.now_us() < until_us:  # up to one happening after the other, far from where it parks
        night.ask(messages.Advance(until_us))
    night.close()
    made = scene.begin()
    made.look()
    scene.line().ask(messages.Lock(True, "anna", "in the dome", 17))
    for _ in range(10):
        scene.seconds += 0.1  # a second at the telescope, whose way is soon over
        made.look()

    assert until_safe(made, scene.line, 10 * LIMIT_SECONDS) == []
    made.end([])

    assert not scene.shared.telescope.truth().parked
    assert made.left_alone.startswith("mount: stopped, and left so")


def test_a_locked_mount_that_is_parked_is_said_to_be_parked(scene: Scene) -> None:
    made = scene.begin()
    assert until_safe(made, scene.line, 10 * LIMIT_SECONDS) == []
    made.end([])
    scene.line().ask(messages.Lock(True, "anna", "", 17))
    again = scene.begin()
    assert until_safe(again, scene.line, 10 * LIMIT_SECONDS) == []
    assert again.left_alone == "mount: parked, and left so, because anna has locked it"
