import msgspec
import pytest

from tomoe_es.events.camera import CameraRead, ExposureRequested
from tomoe_es.events.telescope import DomeSlitRead, MirrorCoverRead
from tomoe_es.recipe.operations.exposure import Exposure

EXPOSURE = Exposure("J0118+2942_dith1")


def test_asks_the_camera_for_what_was_set(scene):
    assert EXPOSURE.commands(scene.situation) == [
        ExposureRequested(
            exposure_number=65228,
            recipe_id="11111111-1111-5111-8111-111111111111",
            name="J0118+2942_dith1",
            data_type="OBJECT",
            gain="high",
            exposure_seconds=0.5,
            frames=18,
            pipeline=["wcs", "stack"],
            observer="T. Morokuma",
            project="All-Sky Survey",
            lane="default",
            ra_deg=scene.hardware.mount.ra_deg,
            dec_deg=scene.hardware.mount.dec_deg,
            night="2023-12-12",
        )
    ]


def test_is_complete_when_the_camera_says_that_it_is_finished(scene):
    scene.settings = EXPOSURE.settings(scene.situation)
    assert (scene.settings.exposure_number, scene.settings.exposure_state) == (65228, "requested")
    assert not EXPOSURE.complete(scene.situation)
    scene.set(exposure_state="finished")
    assert EXPOSURE.complete(scene.situation)


def test_fails_when_the_exposure_is_aborted(scene):
    scene.set(exposure_number=65228, exposure_state="aborted")
    assert EXPOSURE.failure(scene.situation) == "exposure 65228 was aborted"


def test_is_begun_when_all_is_ready(scene):
    assert EXPOSURE.refusal(scene.situation) is None


@pytest.mark.parametrize(
    ("device", "reading", "needed"),
    [
        ("mirror_cover", MirrorCoverRead(state="opening"), "mirrorcover_open"),
        ("dome_slit", DomeSlitRead(state="closed"), "domeslit_open"),
    ],
)
def test_is_refused_when_something_is_before_the_camera(scene, device, reading, needed):
    scene.reads(device, reading)
    refusal = EXPOSURE.refusal(scene.situation)
    assert refusal is not None
    assert refusal.startswith(f"Exposure needs {needed}, but the {device.replace('_', ' ')} reads")


def test_is_refused_when_the_mount_is_off_the_target(scene):
    scene.reads_mount("tracking", dec=scene.settings.target_dec_deg + 40 / 3600)
    refusal = EXPOSURE.refusal(scene.situation)
    assert refusal is not None
    assert "40 arcsec from the target" in refusal


def test_is_refused_when_the_readings_are_stale(scene):
    scene.hardware.read_at["dome_slit"] = scene.now - 46_000_000
    refusal = EXPOSURE.refusal(scene.situation)
    assert refusal is not None
    assert refusal.startswith("Exposure needs domeslit_open")


def test_is_refused_in_unsafe_weather(scene):
    scene.weather_safe = False
    assert EXPOSURE.refusal(scene.situation) == "Exposure needs weather_safe, but the weather is unsafe"


def test_is_refused_when_the_camera_is_not_idle(scene):
    scene.reads("camera", CameraRead(state="exposing", sensor_temperature_k=277.0))
    assert EXPOSURE.refusal(scene.situation) == "the camera reads 'exposing' (at 2023-12-12T12:00:00 UTC)"


def test_its_time_limit_grows_with_its_frames(scene):
    short = EXPOSURE.time_limit_seconds(scene.situation)
    scene.settings = msgspec.structs.replace(scene.settings, frames=3600)
    assert short < 120 < 1800 < EXPOSURE.time_limit_seconds(scene.situation)
