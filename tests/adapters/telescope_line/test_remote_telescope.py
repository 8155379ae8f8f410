"""What the night records of a telescope over a line: in the order in which it happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adapters.telescope_line import messages
from adapters.telescope_line.held_clock import HeldClock
from adapters.telescope_line.messages import Happening, Reply
from adapters.telescope_line.remote_telescope import RemoteTelescope
from tests.tomoe_es.control.observatory import plan
from tomoe_es.clock import SECOND
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.telescope import DomeSlitCommanded, DomeSlitRead, MirrorCoverRead

START_US = 1_702_378_800 * SECOND


class NightClock(HeldClock):
    """A clock that follows the telescope's."""

    def skip_to(self, time_us: int) -> None:
        self._now = max(self._now, time_us)


class ToldLine:
    """A telescope of which it is told beforehand what happens at each request."""

    def __init__(self, replies: list[Reply]) -> None:
        self._replies = replies

    def ask(self, request: messages.AnyRequest) -> Reply:
        return self._replies.pop(0)

    def close(self) -> None:
        pass


class Night:
    """Records what it is told; when the slit is read open, it commands it to close."""

    def __init__(self, replies: list[Reply]) -> None:
        self.clock = NightClock(START_US)
        self.told: list[tuple[int, Event, int]] = []
        self.react: Callable[[Event], None] = lambda _: None
        self.telescope = RemoteTelescope(self.clock, self.record, ToldLine(replies), plan(), 1.0)

    def record(
        self,
        events: Sequence[Event],
        *,
        cause: Recorded | Sequence[Recorded] | None,
        actor: str,
        command_id: str | None = None,
    ) -> list[Recorded]:
        assert cause is None or isinstance(cause, Recorded)
        for event in events:
            self.told.append((self.clock.now() - START_US, event, cause.position if cause else 0))
            self.react(event)
        return []

    def command(self, position: int) -> None:
        event = DomeSlitCommanded(action="close", reason="a test")
        recorded = Recorded(position, event.stream(), 0, self.clock.now(), 0, 0, 0, "", event)
        self.telescope.effects()[DomeSlitCommanded](recorded)


def test_a_command_in_the_midst_of_the_readings_does_not_put_its_own_before_them() -> None:
    slit, closing, cover = (
        DomeSlitRead(state="open"),
        DomeSlitRead(state="closing"),
        MirrorCoverRead(state="open"),
    )
    later = START_US + SECOND
    night = Night(
        [
            Reply(
                later,
                None,
                [Happening(START_US, slit, "dome_slit", 1), Happening(later, cover, "mirror_cover")],
            ),
            Reply(later + 1, None, [Happening(later + 1, closing, "dome_slit", 2)]),
        ]
    )
    night.react = lambda event: night.command(2) if event == slit else None

    night.telescope.look()

    assert night.told == [(0, slit, 0), (SECOND, cover, 0), (SECOND + 1, closing, 2)]
    assert night.clock.now() == later + 1


def test_a_reading_keeps_its_command_though_another_was_given_meanwhile() -> None:
    cover, closing = MirrorCoverRead(state="open"), DomeSlitRead(state="closing")
    night = Night(
        [
            Reply(START_US, None, [Happening(START_US, cover, "", 0), Happening(START_US, closing, "", 1)]),
            Reply(START_US, None, []),
        ]
    )
    night.react = lambda event: night.command(2) if event == cover else None

    night.command(1)

    assert night.told == [(0, cover, 0), (0, closing, 1)]
