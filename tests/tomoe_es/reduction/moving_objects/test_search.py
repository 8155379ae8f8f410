"""Movers in simulated chips: which are found, where and how bright, and that there are no others."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from tomoe_es.scheduling.sky import separation_arcsec

from .sky import Searched, movers, search_sky

SPEEDS = (0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 40.0)


def magnitude(speed: float) -> float:
    """That at which a frame gives a signal-to-noise ratio of about 6 at the brightest pixel of the streak."""
    return 18.2 - 2.5 * float(np.log10(max(1.0, speed / 5)))


@pytest.fixture(scope="module")
def searched() -> Searched:
    return search_sky(1, movers(1, [(speed, magnitude(speed)) for speed in SPEEDS]))


def test_movers_of_all_speeds_are_found_once_and_nothing_else(searched: Searched) -> None:
    found = {speed: len(searched.of(f"mover {number}")) for number, speed in enumerate(SPEEDS)}
    assert found == dict.fromkeys(SPEEDS, 1)
    assert searched.false() == []


def test_sightings_agree_with_the_truth_in_place_and_time(searched: Searched) -> None:
    for number, _ in enumerate(SPEEDS):
        name = f"mover {number}"
        [track] = searched.of(name)
        tracklet = searched.moving.tracklets[track]
        truth = [each for each in searched.truth if each.name == name]
        times = np.array([each.time_us for each in truth])
        for sighting in tracklet.sightings:
            assert sighting.ra_deg is not None
            assert sighting.dec_deg is not None
            ra = np.interp(sighting.time_us, times, [each.ra_deg for each in truth])
            dec = np.interp(sighting.time_us, times, [each.dec_deg for each in truth])
            off_pixels = separation_arcsec(sighting.ra_deg, sighting.dec_deg, ra, dec) / 1.189
            assert off_pixels < 0.8 + 0.07 * tracklet.pixels_a_frame, name


def test_rates_and_magnitudes_are_about_right(searched: Searched) -> None:
    for number, speed in enumerate(SPEEDS):
        [track] = searched.of(f"mover {number}")
        tracklet = searched.moving.tracklets[track]
        assert tracklet.rate_arcsec_per_second == pytest.approx(speed * 2.378, rel=0.08, abs=0.2)
        assert tracklet.magnitude == pytest.approx(magnitude(speed), abs=0.3)


def test_those_too_faint_for_one_frame_are_told_in_plain_numbers(searched: Searched) -> None:
    faint = search_sky(5, movers(5, [(speed, 18.7) for speed in (0.7, 0.8, 0.9, 1.0, 1.2)]))
    assert "groups" in {each.channel for each in faint.moving.tracklets}
    for tracklet in (*faint.moving.tracklets, *searched.moving.tracklets):
        msgspec.json.encode(tracklet)  # refuses numpy's


def test_a_sky_without_movers_has_no_tracklets() -> None:
    searched = search_sky(3, (), ra_deg=83.0, dec_deg=5.0)
    assert searched.moving.found.tracks == ()
    assert searched.moving.found.points > 200, "noise that was told apart"


def test_passing_clouds_feign_no_movers() -> None:
    clouds = tuple(1 - 0.4 * np.sin(np.arange(18) / 3) ** 2)
    searched = search_sky(4, movers(4, [(3.0, 16.0)]), transparency=clouds)
    assert len(searched.of("mover 0")) == 1
    assert searched.false() == []


def test_a_trail_across_the_chip_is_a_satellite() -> None:
    [slow] = movers(5, [(1.0, 13.0)])
    searched = search_sky(5, (msgspec.structs.replace(slow, rate_east_arcsec_per_second=250.0),))
    assert searched.moving.found.satellites >= 5
    assert searched.moving.tracklets == ()


def test_streaks_of_which_no_pixel_stands_out_are_found_once_and_nothing_else() -> None:
    # The whole streak has a signal-to-noise ratio of 5 in a frame, a point of it less than 2.5.
    speeds = (20.0, 30.0, 40.0, 55.0)
    wanted = [(speed, 18.5 + 1.25 * float(np.log10(4.43 / speed))) for speed in speeds]
    searched = search_sky(6, movers(6, wanted))
    assert [len(searched.of(f"mover {number}")) for number, _ in enumerate(speeds)] == [1] * 4
    assert searched.false() == []
