import pytest

from tomoe_es.events.telescope import MountSlewCommanded
from tomoe_es.recipe.operations.dithering import Dithering
from tomoe_es.scheduling.sky import separation_arcsec


def test_moves_north_by_the_second_number(scene):
    mount, _ = Dithering(0.0, 1440.0).commands(scene.situation)
    assert isinstance(mount, MountSlewCommanded)
    assert mount.ra_deg == pytest.approx(scene.settings.target_ra_deg, abs=1e-9)
    assert mount.dec_deg == pytest.approx(scene.settings.target_dec_deg + 0.4, abs=1e-5)


def test_moves_east_by_the_first_number(scene):
    mount, _ = Dithering(1980.0, 0.0).commands(scene.situation)
    assert isinstance(mount, MountSlewCommanded)
    assert mount.ra_deg > scene.settings.target_ra_deg
    target = scene.settings.target_ra_deg, scene.settings.target_dec_deg
    assert separation_arcsec(*target, mount.ra_deg, mount.dec_deg) == pytest.approx(1980, abs=0.1)


def test_each_counts_from_the_one_before(scene):
    begin = scene.settings.target_ra_deg, scene.settings.target_dec_deg
    for east, north in ((0, 1440), (-1980, 0), (0, -1440), (1980, 0)):
        scene.settings = Dithering(east, north).settings(scene.situation)
    assert separation_arcsec(*begin, scene.settings.target_ra_deg, scene.settings.target_dec_deg) < 20


def test_is_complete_when_the_mount_shows_the_new_target(scene):
    dithering = Dithering(0.0, 1440.0)
    scene.settings = dithering.settings(scene.situation)
    assert not dithering.complete(scene.situation)
    scene.reads_mount("settling", scene.settings.target_ra_deg, scene.settings.target_dec_deg)
    assert dithering.complete(scene.situation)


def test_text_for_screens():
    assert Dithering(0.0, 1440.0).text() == "Dithering 0, 1440"
