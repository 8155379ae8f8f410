"""The simulated telescope: all its devices and the weather of one night, on one loop."""

from __future__ import annotations

from adapters.simulator.devices.dome_rotation import DomeRotation
from adapters.simulator.devices.dome_slit import DomeSlit
from adapters.simulator.devices.faults import Faults
from adapters.simulator.devices.focus import Focus
from adapters.simulator.devices.mirror_cover import MirrorCover
from adapters.simulator.devices.mount import Mount
from adapters.simulator.devices.weather_monitor import WeatherMonitor
from adapters.simulator.script import NightScript
from adapters.simulator.weather import Weather
from tomoe_es.control.hardware import Hardware
from tomoe_es.control.ports import Effects, Recorder, Timers


class SimulatedTelescope:
    """Mount, dome, mirror cover, focus and weather monitor, with the faults of the night script."""

    def __init__(self, timers: Timers, record: Recorder, script: NightScript, night: str, seed: int) -> None:
        self.faults = Faults(script.faults)
        self.weather = Weather(script.weather, night, seed)
        self.mount = Mount(timers, record, self.faults, seed)
        self.dome_slit = DomeSlit(timers, record, self.faults)
        self.dome_rotation = DomeRotation(timers, record, self.faults)
        self.mirror_cover = MirrorCover(timers, record, self.faults)
        self.focus = Focus(timers, record, self.faults)
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
        self.weather_monitor.start(last.weather, unreachable="weather" in gone)
