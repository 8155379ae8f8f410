"""An observatory whose telescope, executor and guardian live and die apart, on one clock that jumps.

Each has what it has in its own process: the executor its conductor, alarms and line to the telescope, the
guardian a line of its own. Real time and the night's are the same here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from adapters.emergency import Emergency
from adapters.guarding import Watch
from adapters.simulator.devices.faults import Fault
from adapters.simulator.true_state import TrueState
from adapters.telescope_line import messages
from adapters.telescope_line.line import TelescopeRefused
from adapters.telescope_line.messages import Reply
from adapters.telescope_line.remote_telescope import RemoteTelescope
from adapters.telescope_line.shared_telescope import Session, SharedTelescope
from adapters.untold import Untold
from tests.tomoe_es.control.jumping_clock import JumpingClock
from tests.tomoe_es.control.observatory import Observatory
from tomoe_es.clock import SECOND
from tomoe_es.events import system
from tomoe_es.events.envelope import Draft
from tomoe_es.log.port import Batch, EventLog
from tomoe_es.safety.silence import EXECUTOR_SILENT_AFTER_SECONDS

LOOK_US = SECOND // 2
"""Executor and guardian look at the telescope this often; in their processes more than twice as often."""


class HereLine:
    """A line to a telescope in the same process."""

    def __init__(self, shared: SharedTelescope, name: str, *, driver: bool = False) -> None:
        self._shared = shared
        self.session: Session = shared.connect(name, driver=driver)

    def ask(self, request: messages.AnyRequest) -> Reply:
        reply = self._shared.ask(self.session, request)
        if reply.refused:
            raise TelescopeRefused(reply.refused, reply)
        return reply

    def close(self) -> None:
        self._shared.disconnect(self.session)


class ProcessTimers:
    """The clock as one process has it: hung it does nothing until it goes on, dead nothing any more."""

    def __init__(self, clock: JumpingClock) -> None:
        self._clock = clock
        self.state = "runs"
        self._held: deque[Callable[[], None]] = deque()

    def now(self) -> int:
        return self._clock.now()

    def skip_to(self, time_us: int) -> None:
        self._clock.skip_to(time_us)

    def call_at(self, time_us: int, action: Callable[[], None]) -> None:
        self._clock.call_at(time_us, lambda: self._ring(action))

    def call_when_ready(self, time_us: int, ready: Callable[[], bool], action: Callable[[], None]) -> None:
        """Whatever is not ready is waited for by the action itself."""
        self.call_at(time_us, action)

    def go_on(self) -> None:
        """No longer hung: what was due meanwhile is done now, late."""
        self.state = "runs"
        while self._held:
            self._held.popleft()()

    def _ring(self, action: Callable[[], None]) -> None:
        if self.state == "runs":
            action()
        elif self.state == "hangs":
            self._held.append(action)


class GuardedObservatory(Observatory):
    """`former` is the observatory whose executor was killed: log, clock, telescope and guardian go on, or
    without `same_telescope` the log and clock alone.
    """

    look_us = LOOK_US
    guardian_look_us = LOOK_US  # at a thousand times life it looks every 200 s of the night

    def __init__(
        self,
        folder: Path | None,
        planned: system.NightPlanned,
        *,
        former: Self | None = None,
        same_telescope: bool = True,
        guardian: bool = True,
        log: EventLog | None = None,
        **options: Any,
    ) -> None:
        self._former, self._same_telescope = former, same_telescope
        super().__init__(folder, planned, log=former.log if former else log, **options)
        if former is not None and same_telescope:
            self.guardian_timers, self.watch = former.guardian_timers, former.watch
            former.guardian_serves = self
        else:
            self.guardian_timers, self.watch = ProcessTimers(self.clock), None
        self.guardian_serves: GuardedObservatory = self
        self._sign_us = self.clock.now()
        self.timers.call_at(self.clock.now() + self.look_us, self._executor_looks)
        if guardian and (former is None or not same_telescope):
            self.start_guardian()

    def make_clock(self) -> JumpingClock:
        return self._former.clock if self._former else super().make_clock()

    def make_timers(self) -> ProcessTimers:
        self.timers = ProcessTimers(self.clock)
        return self.timers

    def make_telescope(self) -> RemoteTelescope:
        former = self._former if self._same_telescope else None
        self.shared = former.shared if former else SharedTelescope(self._real_seconds, stands_still=False)
        self.line = HereLine(self.shared, "night", driver=True)
        return RemoteTelescope(self.timers, self.conductor.record, self.line, self.plan, 1.0)

    def _real_seconds(self) -> float:
        return (self.clock.now() - self.plan.start_up_us) / SECOND

    def begin_fault(self, fault: Fault) -> None:
        """Give a device a fault; the camera is the executor's, all others are the telescope's."""
        faults = self.telescope.faults if fault.device == "camera" else self.shared.telescope.faults
        faults.begin(fault)

    # What breaks.

    def kill_executor(self) -> None:
        self.timers.state = "dead"
        self.line.close()

    def hang_executor(self) -> None:
        self.timers.state = "hangs"

    def executor_goes_on(self) -> None:
        self.timers.go_on()

    def resumed(self, *, same_telescope: bool = True) -> Self:
        """The observatory with a new executor, after this one's was killed; else with a telescope that was
        made from the log, whose own process had ended too.
        """
        assert self.timers.state == "dead", "the executor was not killed"
        if not same_telescope and self.watch is not None:
            self.kill_guardian()
        again = type(self)(None, self.plan, former=self, same_telescope=same_telescope)
        again.resume()
        return again

    def start_guardian(self) -> None:
        self.guardian_timers = ProcessTimers(self.clock)
        self.guardian_line = HereLine(self.shared, "guardian")
        self.watch = Watch(self.guardian_line)
        self.guardian_timers.call_at(self.clock.now() + self.look_us, self._guardian_looks)

    def kill_guardian(self) -> None:
        self.guardian_timers.state = "dead"
        self.guardian_line.close()

    def emergency(self, why: str = "a test") -> Emergency:
        """Begin an emergency, which looks from now on by itself until it is safe."""
        made = Emergency(HereLine(self.shared, "emergency"), "test", why)
        self.clock.call_at(self.clock.now() + self.look_us, lambda: self._emergency_looks(made))
        return made

    # What is true.

    @property
    def truth(self) -> TrueState:
        return self.shared.telescope.truth()

    @property
    def truly_closed(self) -> bool:
        return self.truth.closed

    @property
    def truly_parked(self) -> bool:
        return self.truth.parked

    def run_until_true(self, what: Callable[[], bool], within_seconds: float) -> float:
        """Run until something holds; after how many seconds."""
        start = self.clock.now()
        while not what():
            passed = (self.clock.now() - start) / SECOND
            assert passed <= within_seconds, f"not within {within_seconds} s"
            self.clock.step()
        return (self.clock.now() - start) / SECOND

    def _executor_looks(self) -> None:
        self._sign_us = self.clock.now()
        if self.shared.now_us():
            self.telescope.look()
            self.conductor.follow_others()
        self.timers.call_at(self.clock.now() + self.look_us, self._executor_looks)

    def _guardian_looks(self) -> None:
        executor = self.guardian_serves
        assert self.watch is not None, "the guardian was started"
        silent = (self.clock.now() - executor._sign_us) / SECOND
        self.watch.look(silent)
        self._tell(self.watch.to_tell)
        self.watch.to_tell = []
        self.guardian_timers.call_at(self.clock.now() + self.guardian_look_us, self._guardian_looks)

    def _emergency_looks(self, made: Emergency) -> None:
        if made.look():
            self.clock.call_at(self.clock.now() + self.look_us, lambda: self._emergency_looks(made))
            return
        made.end([])
        self._tell([Untold(each.event, each.at_us, each.actor, each.command_id) for each in made.to_tell])

    def _tell(self, untold: list[Untold]) -> None:
        for each in untold:
            draft = Draft(each.event, each.time_us, actor=each.actor)
            self.log.append_many([Batch(each.event.stream(), [draft], command_id=each.command_id)])


SILENT_SECONDS = EXECUTOR_SILENT_AFTER_SECONDS
