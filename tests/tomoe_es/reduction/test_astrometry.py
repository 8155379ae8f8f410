"""The astrometric solution on positions whose answer is known: right, or a named failure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from tomoe_es.camera.field_mapping import distorted_wcs
from tomoe_es.camera.focal_plane import chip_wcs
from tomoe_es.camera.refraction import Air
from tomoe_es.reduction.astrometric_evidence import LEAST_LOG_ODDS, log_odds
from tomoe_es.reduction.astrometric_fit import Correction, fit, similarity
from tomoe_es.reduction.astrometric_solver import CatalogueStars, FieldHint, Pairs
from tomoe_es.reduction.astrometric_vote import proposals
from tomoe_es.reduction.astrometry import solve_chip
from tomoe_es.reduction.conditions import AstrometryFailed
from tomoe_es.scheduling.sky import separation_arcsec

START_US = 1_780_000_000_000_000
CORNERS = np.array([[0.0, 0.0], [1999.0, 0.0], [0.0, 1127.0], [1999.0, 1127.0]])
XY = np.random.default_rng(6).uniform((0, 0), (2000, 1128), (300, 2))
POINTING = (120.0, 35.0)
PREDICTED = chip_wcs(308, *POINTING)
TRUE_WCS = chip_wcs(308, 120.01, 35.01)
SKY = TRUE_WCS.wcs_pix2world(XY, 0)


@dataclass(frozen=True)
class KnowsTheSky:
    """Knows so many of the brightest sources as stars, and may have to leave pairing them to others."""

    sky_deg: NDArray[np.float64]
    known: int = 12
    solves: bool = True

    def stars(self, hint: FieldHint) -> CatalogueStars:
        """All of them."""
        return CatalogueStars(self.sky_deg[: self.known], np.arange(self.known) / 2 + 5, 0.05, "a list")

    def solve(self, xy: NDArray[np.float64], image_size: tuple[int, int], hint: FieldHint) -> Pairs:
        """All known positions paired."""
        assert image_size == (2000, 1128)
        if not self.solves:
            raise AstrometryFailed("no quads")
        paired = min(len(xy), self.known)
        return Pairs(np.arange(paired), self.sky_deg[:paired])


def largest_error_arcsec(found: object, true: object) -> float:
    pairs = zip(found.all_pix2world(CORNERS, 0), true.all_pix2world(CORNERS, 0), strict=True)  # type: ignore[attr-defined]
    return max(separation_arcsec(*one, *other) for one, other in pairs)


def test_the_fit_corrects_the_pointing() -> None:
    solution = solve_chip(XY, PREDICTED, KnowsTheSky(SKY))
    assert largest_error_arcsec(solution.wcs, TRUE_WCS) < 0.01
    assert solution.stars == 12
    assert 40 < solution.offset_arcsec < 55
    assert (solution.proposer, solution.catalogue_digest) == ("astrometry.net", "a list")
    assert solution.match.magnitude.tolist() == [5 + each / 2 for each in range(12)]


@pytest.mark.parametrize("stars", [3, 4, 8])
def test_few_stars_are_enough_for_a_vote(stars: int) -> None:
    solution = solve_chip(XY, PREDICTED, KnowsTheSky(SKY, stars, solves=False))
    assert largest_error_arcsec(solution.wcs, TRUE_WCS) < 0.5
    assert (solution.proposer, solution.stars) == ("vote", stars)
    assert solution.log_odds > LEAST_LOG_ODDS


@pytest.mark.parametrize("stars", [0, 1])
def test_a_star_or_none_is_no_solution(stars: int) -> None:
    with pytest.raises(AstrometryFailed, match="too few catalogue stars on the chip"):
        solve_chip(XY, PREDICTED, KnowsTheSky(SKY, stars, solves=False))


@pytest.mark.parametrize("dec_deg", [-10.0, 35.0, 74.0])
@pytest.mark.parametrize(("east_arcsec", "north_arcsec"), [(0.0, 600.0), (600.0, 0.0), (-500.0, -700.0)])
@pytest.mark.parametrize(("stars", "proposer"), [(5, "vote"), (12, "vote"), (12, "astrometry.net")])
def test_a_mount_that_is_far_off_is_told(
    dec_deg: float, east_arcsec: float, north_arcsec: float, stars: int, proposer: str
) -> None:
    east_deg = east_arcsec / 3600 / np.cos(np.radians(dec_deg))
    predicted = chip_wcs(101, 120.0, dec_deg)
    true = chip_wcs(101, 120.0 + east_deg, dec_deg + north_arcsec / 3600)
    sky = true.wcs_pix2world(XY, 0)
    solver = KnowsTheSky(sky, stars, solves=proposer == "astrometry.net")
    solution = solve_chip(XY, predicted, solver)
    assert solution.proposer == proposer
    off_arcsec = separation_arcsec(*predicted.wcs.crval, *true.wcs.crval)
    assert solution.offset_arcsec == pytest.approx(off_arcsec, abs=1)
    assert largest_error_arcsec(solution.wcs, true) < 1


def test_a_wrong_pair_is_left_out() -> None:
    sky = SKY + np.array([[0.0, 2 / 3600]] + [[0.0, 0.0]] * 299)
    solution = solve_chip(XY, PREDICTED, KnowsTheSky(sky))
    assert solution.stars == 11
    assert solution.rms_arcsec < 0.01


def test_a_field_that_is_turned_or_of_another_scale_is_refused() -> None:
    centre = SKY.mean(axis=0)
    with pytest.raises(AstrometryFailed, match=r"its scale is 1\.0"):
        solve_chip(XY, PREDICTED, KnowsTheSky(centre + 1.01 * (SKY - centre)))
    cosine = np.array([np.cos(np.radians(POINTING[1])), 1.0])
    sine = np.sin(np.radians(0.5))
    turned = centre + (SKY - centre) * cosine @ np.array([[1, sine], [-sine, 1]]) / cosine
    with pytest.raises(AstrometryFailed, match="it is turned by"):
        solve_chip(XY, PREDICTED, KnowsTheSky(turned))


def test_few_sources_mean_clouds() -> None:
    with pytest.raises(AstrometryFailed, match="3 sources, 4 are needed: probably cloudy"):
        solve_chip(XY[:3], PREDICTED, KnowsTheSky(SKY))


def test_many_sources_that_fit_nothing_mean_no_clouds() -> None:
    elsewhere = np.random.default_rng(8).uniform((0, 0), (2000, 1128), (300, 2))
    with pytest.raises(AstrometryFailed, match=r"not clouds, with 300 sources and \d+ catalogue stars"):
        solve_chip(elsewhere, PREDICTED, KnowsTheSky(SKY, solves=False))


def test_stars_at_random_places_are_never_solved_by_vote() -> None:
    random = np.random.default_rng(9)
    for _ in range(100):
        sources = random.uniform((0, 0), (2000, 1128), (300, 2))
        with pytest.raises(AstrometryFailed):
            solve_chip(sources, PREDICTED, KnowsTheSky(SKY, int(random.integers(2, 20)), solves=False))


def test_the_many_stars_of_the_milky_way_at_random_places_are_never_solved_either() -> None:
    random = np.random.default_rng(10)
    centre = TRUE_WCS.wcs_pix2world([[1000, 564]], 0)[0]
    for _ in range(20):
        sources = random.uniform((0, 0), (2000, 1128), (1000, 2))
        sky = centre + random.uniform(-0.5, 0.5, (150, 2)) / [np.cos(np.radians(centre[1])), 1]
        with pytest.raises(AstrometryFailed):
            solve_chip(sources, PREDICTED, KnowsTheSky(sky, 150, solves=False))


def test_the_predicted_distortion_stays_where_stars_are_few() -> None:
    true = distorted_wcs(321, 120.01, 35.01, START_US, air=Air(880, -5), order=3)
    predicted = distorted_wcs(321, *POINTING, START_US)
    sky = true.all_pix2world(XY, 0)
    solution = solve_chip(XY, predicted, KnowsTheSky(sky, 5))
    assert largest_error_arcsec(solution.wcs, true) < 0.1
    assert not solution.second_order
    assert solution.wcs.wcs.ctype[0] == "RA---TAN-SIP"


def test_many_stars_give_second_order_terms_of_their_own() -> None:
    places = 1000 * (np.random.default_rng(2).uniform(-1, 1, 40) + 0.6j * np.linspace(-1, 1, 40))
    bent = places + 0.5 * (places.real / 1000) ** 2
    noise = np.random.default_rng(3).normal(0, 0.05, (2, 40))
    assert fit(places, bent + noise[0] + 1j * noise[1], 0.1).second_order is not None
    assert fit(places, places + noise[0] + 1j * noise[1], 0.1).second_order is None
    assert fit(places[:19], bent[:19], 0.1).second_order is None


def test_two_stars_do_not_turn_the_camera() -> None:
    seen = np.array([-10.0 + 0j, 10.0 + 0j])
    correction = similarity(seen, seen + np.array([5.0 + 0.1j, 5.0 - 0.1j]), 0.1)
    assert abs(correction.turn - 1) < 1e-4
    assert correction.shift == pytest.approx(5.0, abs=0.01)


def test_the_shift_with_most_votes_is_proposed_first() -> None:
    random = np.random.default_rng(4)
    stars = random.uniform(-1000, 1000, 10) + 1j * random.uniform(-600, 600, 10)
    others = random.uniform(-1000, 1000, 20) + 1j * random.uniform(-600, 600, 20)
    sources = np.concatenate([stars[:4] - (70 - 30j), others])
    assert proposals(sources, stars)[0].shift == pytest.approx(70 - 30j, abs=1e-6)
    assert proposals(sources, stars + 1e6) == []


def test_a_star_that_is_not_there_speaks_against_a_solution() -> None:
    stars = 300 * np.exp(1j * np.arange(6))
    with_all = log_odds(stars, stars, Correction(), 0.1)
    without_one = log_odds(stars[:5], stars, Correction(), 0.1)
    none = log_odds(stars + 20, stars, Correction(), 0.1)
    assert with_all > without_one > LEAST_LOG_ODDS > 0 > none


def test_a_far_shift_is_less_probable_than_a_near_one() -> None:
    stars = 300 * np.exp(1j * np.arange(3))
    near, far = (log_odds(stars - shift, stars, Correction(shift=shift + 0j), 0.1) for shift in (20.0, 200.0))
    assert near > far
