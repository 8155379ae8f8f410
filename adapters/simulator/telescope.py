"""The simulated telescope: all its devices and the weather of one night, on one loop."""

from __future__ import annotations

from adapters.simulator.devices.dome_rotation import DomeRotation
from adapters.simulator.devices.dome_slit import DomeSlit
from adapters.simulator.devices.faults import Faults
from adapters.simulator.devices.focus import Focus
from adapters.simulator.devices.mirror_cover import MirrorCover
from adapters.simulator.devices.mount import Mount
from adapters.simulator.devices.power_supply import PowerSupply
from adapters.simulator.devices.weather_monitor import WeatherMonitor
from adapters.simulator.script import NightScript
from adapters.simulator.true_state import TrueState
from adapters.simulator.weather import Weather
from tomoe_es.control.hardware import Hardware
from tomoe_es.control.ports import Effects, Recorder, Timers


class SimulatedTelescope:
    """Mount, dome, mirror cover, focus, power supply and weather monitor, with the night script's faults."""

    def __init__(self, timers: Timers, record: Recorder, script: NightScript, night: str, seed: int) -> None:
        self.faults = Faults(script.faults)
        self.weather = Weather(script.weather, night, seed)
        self.mount = Mount(timers, record, self.faults, seed)
        self.dome_slit = DomeSlit(timers, record, self.faults)
        self.dome_rotation = DomeRotation(timers, record, self.faults)
        self.mirror_cover = MirrorCover(timers, record, self.faults)
        self.focus = Focus(timers, record, self.faults)
        self.power = PowerSupply(timers, record, self.faults)
        self.weather_monitor = WeatherMonitor(timers, record, self.faults, self.weather)

    def effects(self) -> Effects:
        """What the devices carry out."""
        return {
            **self.mount.effects(),
            **self.dome_slit.effects(),
            **self.dome_rotation.effects(),
            **self.mirror_cover.effects(),
            **self.focus.effects(),
        }

    def start(self, last: Hardware) -> None:
        """Begin to give readings; devices stand where the last readings of a former process left them."""
        gone = last.unreachable
        self.mount.start(last.mount, unreachable="mount" in gone)
        self.dome_slit.start(last.dome_slit, unreachable="dome_slit" in gone)
        self.dome_rotation.start(last.dome_rotation, unreachable="dome_rotation" in gone)
        self.mirror_cover.start(last.mirror_cover, unreachable="mirror_cover" in gone)
        self.focus.start(last.focus, unreachable="focus" in gone)
        self.power.start(unreachable="power" in gone)
        self.weather_monitor.start(last.weather, unreachable="weather" in gone)

    def read_all(self) -> None:
        """Read every device now, whatever its next reading would be."""
        for device in (
            *(self.mount, self.dome_slit, self.dome_rotation, self.mirror_cover),
            *(self.focus, self.power, self.weather_monitor),
        ):
            device.read_now()

    def truth(self) -> TrueState:
        """What is true now (`adapters.simulator.true_state.TrueSky`)."""
        ra_deg, dec_deg = self.mount.true_position()
        covers = (self.mirror_cover, self.dome_slit)
        return TrueState(
            ra_deg=ra_deg,
            dec_deg=dec_deg,
            focus_mm=self.focus.true_position_mm(),
            dark=not all(cover.truly_open() for cover in covers),
            closed=all(cover.truly_closed() for cover in covers),
            parked=self.mount.truly_parked(),
        )

    def transparency(self, time_us: int) -> float:
        """Part of the starlight that comes through the clouds at a time."""
        return self.weather.transparency(time_us)
