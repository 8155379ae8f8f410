"""When each decider asked to be woken: asked again only since its state changed, and where it matters."""

from __future__ import annotations

from collections.abc import Mapping

from tomoe_es.control.decider import Decider
from tomoe_es.events import Event


class Alarms:
    """The alarms of some deciders, by name, in a night that is decided again."""

    def __init__(self, deciders: Mapping[str, Decider]) -> None:
        self._deciders = deciders
        self._when: dict[str, int] = {}
        self._unasked = set(deciders)  # whose next alarm is not known since their state changed
        self._taken_in: set[type[Event]] = set()  # since it was last asked which alarm comes first
        self.take_in = self._taken_in.add
        """An event of this type was taken in."""
        self._passed_over: set[str] = set()  # whose alarm has not rung though its time has come
        self._of_type: dict[type[Event], list[str]] = {}
        for name, decider in deciders.items():
            for each in decider.fold.types:
                self._of_type.setdefault(each, []).append(name)

    @property
    def types(self) -> frozenset[type[Event]]:
        """Event types that change the state of any of the deciders."""
        return frozenset(self._of_type)

    def clear(self) -> None:
        """A process begins: it knows of no alarm that another had set."""
        self._when.clear()
        self._passed_over.clear()
        self._unasked = set(self._deciders)

    def ask_again(self, name: str) -> None:
        """Ask for the next one before time goes on."""
        self._unasked.add(name)

    def silence(self, name: str) -> None:
        """Let it not ring until its decider's state changes."""
        self._when.pop(name, None)
        self._unasked.discard(name)

    def pass_over(self, name: str) -> None:
        """Let it not ring until it is taken up."""
        self._passed_over.add(name)

    def take_up(self) -> None:
        """Let those ring that were passed over."""
        if self._passed_over:
            self._unasked |= self._passed_over
            self._passed_over.clear()

    def first(self, until: int, now: int) -> tuple[int, str] | None:
        """The first that rings up to a time, and whose it is; None: none does."""
        for kind in self._taken_in:
            self._unasked.update(self._of_type.get(kind, ()))
        self._taken_in.clear()
        for name in list(self._unasked):
            decider = self._deciders[name]
            self._when.pop(name, None)
            if decider.not_before(decider.fold.state) > until:
                continue  # it stays unasked: that costs less than to ask it after every event
            self._unasked.discard(name)
            when = decider.next_wakeup(decider.fold.state, now)
            if when is not None:
                self._when[name] = when
        ringing = [
            (when, name)
            for name, when in self._when.items()
            if when <= until and name not in self._passed_over
        ]
        return min(ringing, default=None)
