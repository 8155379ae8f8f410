"""What is normal for a cover driven between two limit switches: the dome slit and the mirror cover."""

from __future__ import annotations

from tomoe_es.events import Event
from tomoe_es.machines import device
from tomoe_es.machines.declaration import ByField, Machine, On, Severity

_READINGS = ("closed", "opening", "open", "closing", "stopped", "fault")
_STATES = (
    *("unknown", "closed", "ordered_open", "opening", "open", "ordered_closed", "closing"),
    *("ordered_stop", "stopped", "fault"),
)
_KNOWN = tuple(state for state in _STATES if state not in ("unknown", "fault"))


def _known_but(excepted: str) -> tuple[str, ...]:
    return tuple(state for state in _KNOWN if state != excepted)


def between_limits(
    name: str, meaning: str, command: type[Event], reading: type[Event], severity: Severity
) -> Machine:
    """It moves only when ordered to. An order stands until a reading shows that it is being carried out.

    Closing may be ordered at any time: it is never skipped because something "is already closed". An order to
    do what it is read to be doing changes nothing.
    """
    return Machine(
        name=name,
        meaning=meaning,
        thing=name,
        states=_STATES,
        initial="unknown",
        transitions=(
            *device.transitions(_READINGS),
            ("order_open", _known_but("opening"), "ordered_open"),
            ("order_open", "opening", "opening"),
            ("order_open", "fault", "fault"),
            ("order_close", _known_but("closing"), "ordered_closed"),
            ("order_close", "closing", "closing"),
            ("order_close", ("unknown", "fault"), "="),
            ("order_stop", _KNOWN, "ordered_stop"),
            ("order_stop", ("unknown", "fault"), "="),
            ("read_closed", "ordered_open", "ordered_open"),
            ("read_closing", "ordered_open", "ordered_open"),
            ("read_stopped", "ordered_open", "ordered_open"),
            ("read_opening", ("ordered_open", "opening"), "opening"),
            ("read_open", ("ordered_open", "opening", "open"), "open"),
            ("read_open", "ordered_closed", "ordered_closed"),
            ("read_opening", "ordered_closed", "ordered_closed"),
            ("read_stopped", "ordered_closed", "ordered_closed"),
            ("read_closing", ("ordered_closed", "closing"), "closing"),
            ("read_closed", ("ordered_closed", "closing", "closed"), "closed"),
            # It may have got there before the order to stop did.
            ("read_opening", "ordered_stop", "ordered_stop"),
            ("read_closing", "ordered_stop", "ordered_stop"),
            ("read_open", "ordered_stop", "open"),
            ("read_closed", "ordered_stop", "closed"),
            ("read_stopped", ("ordered_stop", "stopped"), "stopped"),
        ),
        listens=(
            *device.listens(name, reading, _READINGS),
            On(
                command,
                ByField("action", {"open": "order_open", "close": "order_close", "stop": "order_stop"}),
            ),
        ),
        departures=(
            *device.departures(_STATES),
            *device.commanded_before_read("order_open"),
            *device.moved_without_command(
                severity,
                ("read_opening", ("closed", "closing", "open", "stopped"), "opening"),
                ("read_open", ("closed", "closing", "stopped"), "open"),
                ("read_closing", ("open", "opening", "closed", "stopped"), "closing"),
                ("read_closed", ("open", "opening", "stopped"), "closed"),
            ),
        ),
        severity=severity,
    )
