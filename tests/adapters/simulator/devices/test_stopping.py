"""Every device that moves stops where it is when it is told to, and says so."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.simulator.devices.dome_rotation import DomeRotation
from adapters.simulator.devices.dome_slit import DomeSlit
from adapters.simulator.devices.focus import Focus
from adapters.simulator.devices.mirror_cover import MirrorCover
from adapters.simulator.devices.mount import Mount
from tests.adapters.simulator.devices.test_mount import HIGH, slew, target_at
from tomoe_es.events import telescope


def test_the_focus(bench: Any) -> None:
    focus = Focus(bench, bench.record, bench.faults)
    focus.start()
    bench.command(focus, telescope.FocusCommanded(position_mm=33.0))
    bench.run_until(2)

    bench.command(focus, telescope.FocusStopCommanded(reason="lock"))
    bench.run_until(40)

    assert bench.last(telescope.FocusRead) == telescope.FocusRead(position_mm=29.0, state="still")


def test_the_dome(bench: Any) -> None:
    dome = DomeRotation(bench, bench.record, bench.faults)
    dome.start()
    bench.command(dome, telescope.DomeRotationCommanded(azimuth_deg=240.0))
    bench.run_until(2)

    bench.command(dome, telescope.DomeRotationStopCommanded(reason="lock"))
    bench.run_until(40)

    assert bench.last(telescope.DomeRotationRead) == telescope.DomeRotationRead(
        azimuth_deg=186.0, state="still"
    )


@pytest.mark.parametrize("device", ["slit", "cover"])
def test_slit_and_cover_between_their_switches(bench: Any, device: str) -> None:
    cover: Any
    cover, command, reading = {
        "slit": (DomeSlit, telescope.DomeSlitCommanded, telescope.DomeSlitRead),
        "cover": (MirrorCover, telescope.MirrorCoverCommanded, telescope.MirrorCoverRead),
    }[device]
    cover = cover(bench, bench.record, bench.faults)
    cover.start()
    bench.command(cover, command(action="open", reason="test"))
    bench.run_until(2)

    bench.command(cover, command(action="stop", reason="lock"))
    bench.run_until(40)
    assert bench.last(reading).state == "stopped"

    bench.command(cover, command(action="close", reason="rain"))
    bench.run_until(100)
    assert bench.last(reading).state == "closed"


def test_the_mount_stands_and_does_not_track(bench: Any) -> None:
    mount = Mount(bench, bench.record, bench.faults, 1)
    mount.start()
    slew(bench, mount, target_at(bench, *HIGH))
    bench.run_until(3)

    bench.command(mount, telescope.MountStopCommanded(reason="lock"))
    bench.run_until(40)
    stood = bench.last(telescope.MountRead)
    bench.run_until(100)

    later = bench.last(telescope.MountRead)
    assert (stood.state, later.state) == ("stopped", "stopped")
    assert later.altitude_deg == pytest.approx(stood.altitude_deg, abs=1e-4)
    assert later.ra_deg > stood.ra_deg, "the sky goes on"


def test_a_parked_mount_stays_parked(bench: Any) -> None:
    mount = Mount(bench, bench.record, bench.faults, 1)
    mount.start()

    bench.command(mount, telescope.MountStopCommanded(reason="lock"))
    bench.run_until(40)

    assert bench.last(telescope.MountRead).state == "parked"


def test_a_mount_that_was_stopped_is_so_after_a_restart(bench: Any) -> None:
    mount = Mount(bench, bench.record, bench.faults, 1)
    mount.start()
    slew(bench, mount, target_at(bench, *HIGH))
    bench.command(mount, telescope.MountStopCommanded(reason="lock"))
    bench.run_until(5)

    again = Mount(bench, bench.record, bench.faults, 1)
    again.start(bench.last(telescope.MountRead))

    assert bench.last(telescope.MountRead).state == "stopped"
