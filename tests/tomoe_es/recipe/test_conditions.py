from dataclasses import dataclass

import pytest

from tomoe_es.events.telescope import DomeSlitRead, MirrorCoverRead
from tomoe_es.recipe.conditions import CONDITIONS
from tomoe_es.recipe.operations import OPERATIONS
from tomoe_es.scheduling.sky import horizontal


def holds(scene, name):
    return CONDITIONS[name].holds(scene.situation, scene.started)


def test_pointing_holds_when_mount_and_dome_are_there(scene):
    assert holds(scene, "pointing")


@pytest.mark.parametrize("state", ["slewing", "settling", "parked", "fault"])
def test_pointing_needs_the_mount_tracking(scene, state):
    scene.reads_mount(state)
    assert not holds(scene, "pointing")


@pytest.mark.parametrize(("off_arcsec", "there"), [(29.0, True), (31.0, False)])
def test_pointing_needs_the_mount_on_the_target(scene, off_arcsec, there):
    scene.reads_mount("tracking", dec=scene.settings.target_dec_deg + off_arcsec / 3600)
    assert holds(scene, "pointing") is there


def test_pointing_needs_the_dome_at_the_target(scene):
    azimuth = horizontal(scene.settings.target_ra_deg, scene.settings.target_dec_deg, scene.now).azimuth_deg
    scene.reads("dome_rotation", scene.dome(azimuth + 30))
    assert not holds(scene, "pointing")


def test_pointing_needs_the_dome_still(scene):
    scene.reads("dome_rotation", scene.dome(scene.hardware.dome_rotation.azimuth_deg, "rotating"))
    assert not holds(scene, "pointing")


@pytest.mark.parametrize("device", ["mount", "dome_rotation"])
def test_pointing_needs_readings_from_after_the_command(scene, device):
    scene.set(pointed_at=scene.now - 5)
    scene.hardware.read_at[device] = scene.now - 6
    assert not holds(scene, "pointing")


def test_pointing_does_not_hold_before_any_pointing(scene):
    scene.set(target_ra_deg=None, target_dec_deg=None)
    assert not holds(scene, "pointing")
    assert CONDITIONS["pointing"].shows(scene.situation) == "the recipe has not pointed yet"


@dataclass
class DeviceCase:
    condition: str
    device: str
    reading: object


@pytest.mark.parametrize(
    "case",
    [
        DeviceCase("mirrorcover_open", "mirror_cover", MirrorCoverRead(state="open")),
        DeviceCase("mirrorcover_closed", "mirror_cover", MirrorCoverRead(state="closed")),
        DeviceCase("domeslit_open", "dome_slit", DomeSlitRead(state="open")),
        DeviceCase("domeslit_closed", "dome_slit", DomeSlitRead(state="closed")),
    ],
    ids=lambda case: case.condition,
)
def test_switches_say_so_and_only_while_the_device_answers(scene, case):
    scene.reads(case.device, case.reading)
    (opposite,) = CONDITIONS[case.condition].excludes
    assert holds(scene, case.condition)
    assert not holds(scene, opposite)
    scene.hardware.unreachable[case.device] = "timeout"
    assert not holds(scene, case.condition)


@pytest.mark.parametrize(
    ("sun_deg", "expected"),
    [
        (1.0, set()),
        (-1.0, {"sun_down"}),
        (-6.0, {"sun_down", "twilight_flat"}),
        (-10.0, {"sun_down"}),
        (-12.1, {"sun_down", "night"}),
    ],
)
def test_the_sun(scene, sun_deg, expected):
    scene.sun_altitude_deg = sun_deg
    assert {name for name in ("sun_down", "twilight_flat", "night") if holds(scene, name)} == expected


def test_the_lock_says_who_set_it_and_why(scene):
    scene.hardware.locked, scene.hardware.locked_by = True, "S. Sako"
    scene.hardware.locked_why, scene.hardware.locked_since = "dome crane", scene.now
    assert holds(scene, "telescope_locked")
    assert not holds(scene, "telescope_unlocked")
    assert CONDITIONS["telescope_locked"].shows(scene.situation) == (
        "the telescope is locked by S. Sako since 2023-12-12T12:00:00 UTC: dome crane"
    )


def test_exclusion_is_mutual():
    for condition in CONDITIONS.values():
        for other in condition.excludes:
            assert condition.name in CONDITIONS[other].excludes


def test_what_operations_need_and_bring_about_is_declared():
    for operation in OPERATIONS.values():
        assert set(operation.needs) | set(operation.satisfies) <= set(CONDITIONS)
        assert set(operation.needs_before) <= set(OPERATIONS)
