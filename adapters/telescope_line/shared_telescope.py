"""The simulated telescope as several connections share it: who lets its time pass, and who may command.

The driver (the night) lets the telescope's time pass, so that both are always at the same moment of the
night, however fast. When the driver is gone or hangs, time stands still, until somebody takes charge to make
the telescope safe: then it passes by itself, at the night's speed, for as long as that lasts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

import msgspec

from adapters.simulator.script import load_script
from adapters.simulator.telescope import SimulatedTelescope
from adapters.telescope_line import messages
from adapters.telescope_line.held_clock import HeldClock
from adapters.telescope_line.messages import FASTEST, Happening, Reply
from tomoe_es.clock import SECOND
from tomoe_es.control.hardware import READINGS
from tomoe_es.control.ports import Effect
from tomoe_es.events import Event, safety, telescope
from tomoe_es.events.envelope import Recorded

DRIVER_HANGS_AFTER_SECONDS = 1.0
"""Real time since the driver last asked for something, after which nobody in charge waits for it."""
MOST_KEPT = 20_000
"""Happenings kept for a connection that does not ask, such as one that hangs; the oldest are forgotten."""

_LAST: tuple[type[Event], ...] = (*READINGS, telescope.DeviceUnreachable)


class Session:
    """One connection."""

    def __init__(self, name: str, *, driver: bool) -> None:
        self.name, self.driver = name, driver
        self.news: deque[Happening] = deque(maxlen=MOST_KEPT)


class SharedTelescope:
    """One telescope, several sessions; `monotonic` is real time in seconds.

    One that does not stand still lets time pass by itself, as in life, whenever no driver does.
    """

    def __init__(self, monotonic: Callable[[], float], *, stands_still: bool = True) -> None:
        self._monotonic, self._stands_still = monotonic, stands_still
        self._sessions: list[Session] = []
        self._driver: Session | None = None
        self._driven_at = self._stood_since = monotonic()  # real time at which time last passed
        self._world: SimulatedTelescope | None = None
        self._clock = HeldClock(0)
        self._effects: dict[type[Event], Effect] = {}
        self._night, self._seed, self._speed = "", 0, 1.0
        self._lock: tuple[str, str] | None = None
        self._lock_position = 0  # in the log, of the newest word on the lock
        self._last: dict[str, Happening] = {}
        self._charge: messages.TakeCharge | None = None
        self._in_charge: Session | None = None
        self._told_of_charge = 0
        self._driver_knows = True  # of the last charge that was taken
        self._free_from: tuple[float, int] | None = None  # real time and the telescope's, running free
        self.ended = False

    @property
    def telescope(self) -> SimulatedTelescope:
        """The devices; there once a driver has begun a night."""
        assert self._world is not None, "no night was begun"
        return self._world

    def connect(self, name: str, *, driver: bool = False) -> Session:
        """A new connection; it is first told the newest reading of each device. A new driver replaces one."""
        session = Session(name, driver=driver)
        session.news.extend(sorted(self._last.values(), key=lambda each: each.at_us))
        if driver:
            if self._driver is not None:
                self._sessions.remove(self._driver)
            self._driver, self._driven_at = session, self._monotonic()
        self._sessions.append(session)
        return session

    def disconnect(self, session: Session) -> None:
        """A connection is gone; who was in charge is no longer."""
        if session in self._sessions:
            self._sessions.remove(session)
        if session is self._driver:
            self._driver = None
        if session is self._in_charge:
            self._release()

    def now_us(self) -> int:
        """The telescope's time; 0 before a night."""
        return self._clock.now()

    def connections(self) -> int:
        """How many are connected."""
        return len(self._sessions)

    def is_safe(self) -> bool:
        """Tell whether it is truly closed and parked; before a night, nothing was ever opened."""
        if self._world is None:
            return True
        truth = self._world.truth()
        return truth.closed and truth.parked

    def ask(self, session: Session, request: messages.AnyRequest) -> Reply:
        """Do what a session asks, and tell it what has happened since it asked last."""
        self.tick()
        if session is self._driver:
            self._driven_at = self._monotonic()
        refused, truth, unheard = "", None, list[Happening]()
        match request:
            case messages.Begin() if session is self._driver:
                self._begin(session, request)
            case messages.End() if session is self._driver:
                self.ended = True
            case messages.Poll():
                pass
            case _ if self._world is None:
                refused = "no night was begun at this telescope"
            case messages.Advance() if session is self._driver:
                self._advance(session, request.to_us)
            case messages.Command() if session is self._driver:
                self._run(request.at_us - 1)
                self._clock.go_to(request.at_us)
                self._command(request.event, request.position)
            case messages.Lock():
                self._take_lock(request)
            case messages.Truth():
                self._clock.go_to(request.at_us)
                truth = self._world.truth()
            case messages.TakeCharge() if self._in_charge is None or request.by == "emergency":
                unheard = self._take_charge(session, request)
            case messages.Act() if session is self._in_charge:
                self._act(request.commands)
            case messages.Release() if session is self._in_charge:
                self._release()
            case _:
                refused = f"{type(request).__name__} is not for {session.name} to ask just now"
        happened = list(session.news)
        session.news.clear()
        if session is self._driver:
            self._driver_knows = True
        return msgspec.structs.replace(
            self.greet(), happened=happened, unheard=unheard, refused=refused, truth=truth
        )

    def greet(self) -> Reply:
        """How things stand; what a session has to be told waits for its first request."""
        locked_by, locked_why = self._lock or (None, "")
        return Reply(
            now_us=self._clock.now(),
            next_us=self._clock.next_alarm(),
            in_charge=self._in_charge.name if self._in_charge is not None else "",
            locked_by=locked_by,
            locked_why=locked_why,
            night=self._night,
            seed=self._seed,
        )

    def tick(self) -> None:
        """Let time pass by itself, while somebody is in charge whom no driver takes along."""
        stands = self._in_charge is None and self._stands_still
        if stands or self._world is None or self._drives():
            self._free_from = None
            return
        real, time = self._monotonic(), self._clock.now()
        if self._free_from is None:
            self._free_from = (real, time)
        since, from_us = self._free_from
        self._run(from_us + round((real - since) * self._speed * SECOND))

    def _drives(self) -> bool:
        """Tell whether the driver is there and does not hang."""
        gone = self._driver is None
        return not gone and self._monotonic() - self._driven_at < DRIVER_HANGS_AFTER_SECONDS

    def _run(self, until_us: int) -> None:
        while (due := self._clock.next_alarm()) is not None and due <= until_us:
            self._clock.ring()
        self._clock.go_to(until_us)

    def _begin(self, session: Session, request: messages.Begin) -> None:
        self._speed = min(max(request.speed, 1.0), FASTEST)
        # The log's lock counts, also at a telescope that was left: it may have changed meanwhile
        last, set_later = request.last, self._lock is not None and self._lock_position > request.position
        if last.locked or not set_later:
            self._lock = (last.locked_by, last.locked_why) if last.locked else None
            self._lock_position = request.position
        if self._world is None or self._night != request.night:
            self._night, self._seed = request.night, request.seed
            self._last.clear()
            self._clock = HeldClock(request.now_us)
            script = load_script(request.script, request.night)
            self._world = SimulatedTelescope(self._clock, self._record, script, request.night, request.seed)
            self._effects = dict(self._world.effects())
            session.news.clear()
            self._world.start(request.last)
        else:
            self._run(request.now_us)
            session.news.clear()
            self._world.read_all()

    def _take_lock(self, lock: messages.Lock) -> None:
        """Of what comes from several, in whatever order, the newest in the log counts.

        A lock that is not in the log yet takes no other's place: who was quicker is known then.
        """
        if 0 < lock.position < self._lock_position:
            return
        if lock.locked and not lock.position and self._lock is not None:
            return
        self._lock = (lock.who, lock.why) if lock.locked else None
        self._lock_position = max(self._lock_position, lock.position)

    def _advance(self, session: Session, to_us: int) -> None:
        while not session.news and (due := self._clock.next_alarm()) is not None and due <= to_us:
            self._clock.ring()
        if not session.news:
            self._clock.go_to(to_us)

    def _command(self, event: Event, position: int) -> None:
        refusal = None if _only_closes_or_stops(event) else self._forbidden(event)
        recorded = self._as_recorded(event, position)
        if refusal is None:
            self._effects[type(event)](recorded)
        else:
            failed = telescope.DeviceCommandFailed(
                device=event.stream(), command=type(event).__name__, message=refusal
            )
            self._record([failed], cause=recorded, actor=event.stream())

    def _forbidden(self, event: Event) -> str | None:
        """Why nothing may move or open just now."""
        charge = self._charge
        taken = self._in_charge is not None or not self._driver_knows
        if charge is not None and taken and not isinstance(event, telescope.MountParkCommanded):
            why = ", ".join(charge.reasons)
            return f"the {charge.by} makes the telescope safe ({why}): wait until it has, and find out why"
        if self._lock is not None:
            who, why = self._lock
            return f"the telescope is locked by {who or 'nobody yet tonight'}{f' ({why})' if why else ''}"
        return None

    def _take_charge(self, session: Session, request: messages.TakeCharge) -> list[Happening]:
        """What a driver that hangs has not asked for is told before what is done now, and so in order."""
        self._in_charge, self._charge, self._told_of_charge = session, request, 0
        self._driver_knows = False
        unheard: list[Happening] = []
        if self._driver is not None:
            unheard = [self._with_identity(each) for each in self._driver.news]
            self._driver.news = deque(unheard, maxlen=MOST_KEPT)
        if not self._drives() and self._stands_still:
            waited = min(request.waited_seconds, self._monotonic() - max(self._driven_at, self._stood_since))
            self._run(self._clock.now() + round(waited * SECOND))
        begun = safety.MakingSafeBegun(
            by=request.by, who=request.who, reasons=request.reasons, begun_us=self._clock.now()
        )
        self._tell(Happening(self._clock.now(), begun, request.by, command_id=f"{request.identity} begun"))
        return unheard

    def _with_identity(self, happening: Happening) -> Happening:
        if happening.command_id:
            return happening
        return msgspec.structs.replace(happening, command_id=self._identity())

    def _act(self, commands: Sequence[Event]) -> None:
        assert self._charge is not None, "whoever acts is in charge"
        for command in commands:
            self._tell(Happening(self._clock.now(), command, self._charge.by, command_id=self._identity()))
            self._effects[type(command)](self._as_recorded(command, 0))

    def _release(self) -> None:
        self._in_charge = self._free_from = None
        self._stood_since = self._monotonic()

    def _record(
        self, events: Sequence[Event], *, cause: Recorded | Sequence[Recorded] | None, actor: str
    ) -> list[Recorded]:
        assert cause is None or isinstance(cause, Recorded), "a device names one cause"
        for event in events:
            position = cause.position if cause else 0
            self._tell(Happening(self._clock.now(), event, actor, position, self._identity()))
        return []

    def _identity(self) -> str:
        """Under which whoever is in charge has the log told of what happens, as the night does that lives."""
        if self._in_charge is None or self._charge is None:
            return ""
        self._told_of_charge += 1
        return f"{self._charge.identity} {self._told_of_charge}"

    def _tell(self, happening: Happening) -> None:
        event = happening.event
        if isinstance(event, _LAST):
            self._last[event.stream()] = happening
        for session in self._sessions:
            session.news.append(happening)

    def _as_recorded(self, event: Event, position: int) -> Recorded:
        return Recorded(position, event.stream(), 0, self._clock.now(), 0, 0, 0, "", event)


_STOPS = (telescope.MountStopCommanded, telescope.DomeRotationStopCommanded, telescope.FocusStopCommanded)


def _only_closes_or_stops(event: Event) -> bool:
    """Closing and stopping are always allowed."""
    covers = (telescope.DomeSlitCommanded, telescope.MirrorCoverCommanded)
    return isinstance(event, _STOPS) or (isinstance(event, covers) and event.action != "open")
