"""What the log tells of the devices: their readings, and where they were told to go."""

from __future__ import annotations

from tomoe_es.control import hardware
from tomoe_es.events import Event, safety, telescope, weather
from tomoe_es.events.envelope import Recorded
from tomoe_es.machines.judging.known import Handler, Known, Order
from tomoe_es.observatory import DOME_TOLERANCE_DEG, FOCUS_TOLERANCE_MM

_SAME_TARGET_DEG = 0.002
"""The mount has taken a target over when it names one this close to it."""


def _read(known: Known, recorded: Recorded, event: Event) -> None:
    hardware.evolve(known.hardware, recorded)
    device = hardware.READINGS.get(type(event))
    if device is not None:
        known.at[device] = recorded.position
        if getattr(event, "state", "") == "fault":
            known.orders.pop(device, None)
    elif isinstance(event, telescope.DeviceUnreachable | telescope.DeviceCommandFailed):
        known.orders.pop(event.device, None)


def _ordered(known: Known, recorded: Recorded, event: Event) -> None:
    match event:
        case telescope.MountSlewCommanded():
            known.orders["mount"] = Order(recorded.position, (event.ra_deg, event.dec_deg))
        case telescope.DomeRotationCommanded():
            known.orders["dome_rotation"] = Order(recorded.position, (event.azimuth_deg,))
        case telescope.FocusCommanded():
            known.orders["focus"] = Order(recorded.position, (event.position_mm,))
        case _:  # parked, or told to stop: it goes nowhere else any more
            known.orders.pop(event.stream(), None)


def _mount(known: Known, recorded: Recorded, event: telescope.MountRead) -> None:
    _read(known, recorded, event)
    order = known.orders.get("mount")
    if order is not None and event.state == "tracking":
        ra_deg, dec_deg = order.goal
        off = abs(event.target_ra_deg - ra_deg), abs(event.target_dec_deg - dec_deg)
        _obeyed(known, "mount", max(off) <= _SAME_TARGET_DEG)


def _dome(known: Known, recorded: Recorded, event: telescope.DomeRotationRead) -> None:
    _read(known, recorded, event)
    order = known.orders.get("dome_rotation")
    if order is not None and event.state == "still":
        off = abs((event.azimuth_deg - order.goal[0] + 180.0) % 360.0 - 180.0)
        _obeyed(known, "dome_rotation", off <= DOME_TOLERANCE_DEG)


def _focus(known: Known, recorded: Recorded, event: telescope.FocusRead) -> None:
    _read(known, recorded, event)
    order = known.orders.get("focus")
    if order is not None and event.state == "still":
        _obeyed(known, "focus", abs(event.position_mm - order.goal[0]) <= FOCUS_TOLERANCE_MM)


def _obeyed(known: Known, device: str, there: bool) -> None:
    if there:
        del known.orders[device]


def _power(known: Known, recorded: Recorded, event: telescope.PowerRead) -> None:
    known.power_us = recorded.time
    known.at["power"] = recorded.position


def _weather(known: Known, recorded: Recorded, event: Event) -> None:
    known.same_weather = known.same_weather + 1 if event == known.hardware.weather else 1
    _read(known, recorded, event)


def _made_safe(known: Known, recorded: Recorded, event: safety.TelescopeMadeSafe) -> None:
    """The sensors said so to somebody else; the night's process may not be there to record their readings."""
    said: list[Event] = [telescope.DomeSlitRead(state="closed"), telescope.MirrorCoverRead(state="closed")]
    for reading in said:
        device = hardware.READINGS[type(reading)]
        setattr(known.hardware, device, reading)
        known.hardware.read_at[device] = recorded.time
        known.at[device] = recorded.position


HANDLERS: dict[type[Event], Handler] = {
    **dict.fromkeys(hardware.EVENT_TYPES, _read),
    weather.WeatherRead: _weather,
    telescope.PowerRead: _power,
    telescope.MountRead: _mount,
    telescope.DomeRotationRead: _dome,
    telescope.FocusRead: _focus,
    telescope.MountSlewCommanded: _ordered,
    telescope.MountParkCommanded: _ordered,
    telescope.MountStopCommanded: _ordered,
    telescope.DomeRotationStopCommanded: _ordered,
    telescope.FocusStopCommanded: _ordered,
    telescope.DomeRotationCommanded: _ordered,
    telescope.FocusCommanded: _ordered,
    safety.TelescopeMadeSafe: _made_safe,
}
