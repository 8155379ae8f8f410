"""A clock of which nothing but its own alarms lets time pass."""

from __future__ import annotations

from adapters.telescope_line.held_clock import HeldClock


class JumpingClock(HeldClock):
    """Goes from alarm to alarm at once."""

    def skip_to(self, time_us: int) -> None:
        """Nothing but this clock lets time pass."""
        assert time_us <= self.now()

    def step(self) -> None:
        """Run the next action."""
        self.ring()

    def run_until(self, time_us: int) -> None:
        """Run all actions up to a time, that time included."""
        while (due := self.next_alarm()) is not None and due <= time_us:
            self.ring()
        self.go_to(time_us)
