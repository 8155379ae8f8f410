"""The guardian's hands and ears: its line to the telescope, the signs of life, and what it tells the log.

It acts first. Signs of life are read and given, what there is to tell is put on the disk, and the log is
told, each on a thread of its own: neither a disk nor a log that hangs delays anything. Signs that can't be
read do not change, which is the silence of whoever gives them.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from pathlib import Path

from adapters.aside import Aside
from adapters.sign_of_life import SignOfLife, read_signs
from adapters.telescope_line import messages
from adapters.telescope_line.address import read_address
from adapters.telescope_line.line import Line, NoTelescope, TelescopeRefused
from adapters.telescope_line.messages import Reply
from adapters.untold import Untold, tell, waiting
from adapters.untold_reserve import Keeper
from tomoe_es.control.raised import error_raised
from tomoe_es.errors import LogError
from tomoe_es.events import Event
from tomoe_es.log.port import EventLog
from tomoe_es.safety import guardian, silence
from tomoe_es.safety.guardian import Guardian
from tomoe_es.safety.silence import EXECUTOR, Sign, Silence

LOOK_SECONDS = 0.2
RECONNECT_SECONDS = 1.0
TELL_SECONDS = 1.0
"""Real time between two looks for what the log was not told yet."""
DISK_SECONDS = 0.1
"""Real time for which a look waits for the disk."""
MOST_KEPT = 20_000
"""Events that wait in memory for a disk that hangs or is full; the oldest are forgotten."""
GIVES_UP_SECONDS = 600.0
"""Real time for which a telescope whose process lives is tried again, when its night is dead."""


class Watch:
    """One connection's guardian; `look` is called again and again."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.state = Guardian()
        self._identity = ""
        self.to_tell: list[Untold] = []
        self.now_us = 0

    def look(self, executor_silent_seconds: float) -> None:
        """Take in what has happened, and do what is to be done; raises NoTelescope."""
        self._take_in(self._line.ask(messages.Poll()))
        if self.now_us == 0:
            return  # no night was begun yet
        orders = guardian.decide(self.state, self.now_us, executor_silent_seconds)
        try:
            if orders.take_charge:
                self._take_charge(orders.take_charge, executor_silent_seconds)
                orders = guardian.decide(self.state, self.now_us, executor_silent_seconds)
            self._carry_out(orders)
        except TelescopeRefused:
            guardian.give_up_charge(self.state)

    def close(self) -> None:
        """Hang up: what nobody holds any more, the next watch can take charge of."""
        self._line.close()

    def tell(self, event: Event, command_id: str) -> None:
        """Have the log told of something that happened now."""
        self.to_tell.append(Untold(event, self.now_us, guardian.NAME, command_id))

    def _take_charge(self, reasons: list[str], executor_silent_seconds: float) -> None:
        self._identity = f"guardian {uuid.uuid4()}"
        waited = min(executor_silent_seconds, silence.EXECUTOR_SILENT_AFTER_SECONDS)
        self._take_in(
            self._line.ask(messages.TakeCharge(self._identity, "guardian", guardian.NAME, reasons, waited))
        )
        guardian.take_charge(self.state, reasons, self.now_us)

    def _carry_out(self, orders: guardian.Orders) -> None:
        if orders.commands:
            self._take_in(self._line.ask(messages.Act(orders.commands)))
        if orders.release:
            self._take_in(self._line.ask(messages.Release()))
        for event in orders.tell:
            self.tell(event, f"{self._identity} {type(event).__name__} {self.now_us}")

    def _take_in(self, reply: Reply) -> None:
        own = [
            each for each in reply.happened if self._identity and each.command_id.startswith(self._identity)
        ]
        self.to_tell += [
            Untold(each.event, each.at_us, each.actor, each.command_id) for each in (*reply.unheard, *own)
        ]
        for happening in reply.happened:
            guardian.take_in(self.state, happening.event, happening.at_us)
        guardian.lock(self.state, reply.locked_by, reply.locked_why)
        self.now_us = reply.now_us


class GuardianLoop:
    """Runs a watch in real time, until told to end, or until after a killed night nothing is left to do."""

    def __init__(
        self,
        run: Path,
        connect: Callable[[], Line],
        open_log: Callable[[], EventLog],
        sign: SignOfLife,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._run, self._connect, self._open_log, self._sign = run, connect, open_log, sign
        self._monotonic, self._sleep = monotonic, sleep
        self._silence = Silence()
        self._watch: Watch | None = None
        self._tried_at = monotonic() - RECONNECT_SECONDS
        self._answered_at = monotonic()  # when the telescope did last
        self._now_us = 0  # the telescope's time as it was last known
        self._to_say: list[Event] = []  # of processes; it waits for a time of the night
        self._to_keep: list[Untold] = []  # for the disk
        self._keeper = Keeper(run)
        self._signs: dict[str, Sign] = {}
        self._exchanging, self._keeping = Aside(DISK_SECONDS), Aside(DISK_SECONDS)
        self._exchanged: Future[dict[str, Sign]] | None = None
        self._kept: tuple[Future[None], list[Untold]] | None = None  # what the disk is being given
        self._stopped = False  # a flag alone: this is set by a signal, in the midst of anything
        self._over_now = threading.Event()

    def stop(self) -> None:
        """End as soon as nothing is half done."""
        self._stopped = True

    def run(self) -> None:
        """Look, act, tell."""
        teller = threading.Thread(target=self._keep_telling, daemon=True)
        teller.start()
        self._keeping.do(self._keeper.set_aside)
        while not self._over():
            seconds = self._monotonic()
            events = silence.listen(self._silence, self._exchange_signs(), seconds, os.getpid())
            watch = self._connected()
            silent = silence.silent_seconds(self._silence, EXECUTOR)
            if watch is not None:
                try:
                    watch.look(silent)
                    self._answered_at = self._monotonic()
                except NoTelescope:
                    watch.close()
                    self._watch = None  # its silence is told as that of a process
                self._now_us = watch.now_us or self._now_us
                self._to_keep += watch.to_tell
                watch.to_tell = []
            self._to_say += events
            self._keep()
            self._sleep(LOOK_SECONDS)
        self._keep_the_last()
        self._over_now.set()
        teller.join(TELL_SECONDS * 2)

    def _exchange_signs(self) -> dict[str, Sign]:
        """Give a sign of life, since the loop turns, and read all; the former ones when the disk hangs."""
        now_us = self._watch.now_us if self._watch is not None else 0

        def exchange() -> dict[str, Sign]:
            self._sign.give(now_us)
            return read_signs(self._run)

        if not self._exchanging.busy:
            self._exchanged = self._exchanging.do(exchange)
        if self._exchanged is not None and self._exchanged.done():
            with suppress(OSError):
                self._signs = self._exchanged.result()
            self._exchanged = None
        return self._signs

    def _connected(self) -> Watch | None:
        if self._watch is None and self._monotonic() - self._tried_at >= RECONNECT_SECONDS:
            self._tried_at = self._monotonic()
            with suppress(NoTelescope):
                self._watch = Watch(self._connect())
        return self._watch

    def _keep(self) -> None:
        """Put on the disk what there is to tell, with or without a telescope."""
        signs = [known.sign.night_us for known in self._silence.heard.values()]
        now_us = max([self._now_us, *signs])
        if now_us:
            for event in self._to_say:
                identity = f"guardian {os.getpid()} {type(event).__name__} {time.monotonic_ns()}"
                self._to_keep.append(Untold(event, now_us, guardian.NAME, identity))
            self._to_say = []
        del self._to_keep[:-MOST_KEPT]
        self._take_back()
        if self._to_keep and not self._keeping.busy:
            batch, self._to_keep = self._to_keep, []
            self._kept = (self._keeping.do(lambda: self._keeper.keep(batch)), batch)
            self._take_back()

    def _keep_the_last(self) -> None:
        """Before it ends, have some patience with the disk."""
        if self._kept is not None:
            wait([self._kept[0]], TELL_SECONDS)
        self._keep()
        if self._kept is not None:
            wait([self._kept[0]], TELL_SECONDS)

    def _take_back(self) -> None:
        """What the disk did not take is tried again at the next look.

        What can't be kept for a reason that nobody foresaw is told as that: nothing ends the watch over it.
        """
        if self._kept is None or not self._kept[0].done():
            return
        future, batch = self._kept
        self._kept = None
        error = future.exception()
        if isinstance(error, OSError):
            self._to_keep = [*batch, *self._to_keep]
        elif error is not None:
            self._to_say.append(error_raised(guardian.NAME, error))

    def _over(self) -> bool:
        making = self._watch is not None and self._watch.state.making is not None
        if making:
            return False
        if self._stopped:
            return True
        if not self._night_is_dead():
            return False
        return self._telescope_is_gone() if self._watch is None else self._watch.state.silence_answered

    def _telescope_is_gone(self) -> bool:
        """Tell whether there is nothing left to close: one that only does not answer may still be open."""
        address = read_address(self._run)
        if address is None or not Path(f"/proc/{address.pid}").exists():
            return True
        return self._monotonic() - self._answered_at >= GIVES_UP_SECONDS

    def _night_is_dead(self) -> bool:
        """Tell whether the night's process is gone without having ended in order."""
        known = self._silence.heard.get(EXECUTOR)
        return known is not None and known.silent and not Path(f"/proc/{known.sign.pid}").exists()

    def _keep_telling(self) -> None:
        log: EventLog | None = None
        while True:
            stopping = self._over_now.wait(TELL_SECONDS)
            if waiting(self._run):
                try:
                    log = log or self._open_log()
                    tell(self._run, log)
                except (LogError, OSError):
                    log = None  # it is tried again, for as long as this process lives
            if stopping:
                return
