"""Linking: every line with enough points is found among any others, and is one point a frame."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tomoe_es.reduction.moving_objects.linking import Line, LinkingLimits, fewest_points_for, link

FRAMES = 18
WIDTH, HEIGHT = 2000.0, 1128.0


def false_points(random: np.random.Generator, a_frame: int) -> NDArray[np.float64]:
    """x, y, frame of points anywhere, shape (3, n)."""
    frame = np.repeat(np.arange(FRAMES), a_frame)
    return np.array([random.uniform(0, WIDTH, frame.size), random.uniform(0, HEIGHT, frame.size), frame])


def linked(points: NDArray[np.float64], fewest: int) -> list[Line]:
    x, y, frame = points
    return link(x, y, frame.astype(np.int64), FRAMES, LinkingLimits(fewest))


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    log_speed=st.floats(np.log(0.1), np.log(39.5)),
    toward=st.floats(0, 2 * np.pi),
    seen=st.sets(st.integers(0, FRAMES - 1), min_size=7),
    a_frame=st.integers(0, 200),
)
def test_a_line_with_enough_points_is_found_among_random_points(
    seed: int, log_speed: float, toward: float, seen: set[int], a_frame: int
) -> None:
    random = np.random.default_rng(seed)
    frames = np.array(sorted(seen))
    vx, vy = np.exp(log_speed) * np.cos(toward), np.exp(log_speed) * np.sin(toward)
    mover = np.array(
        [
            1000 + vx * (frames - 8.5) + random.uniform(-0.35, 0.35, len(frames)),
            560 + vy * (frames - 8.5) + random.uniform(-0.35, 0.35, len(frames)),
            frames,
        ]
    )
    points = np.hstack([mover, false_points(random, a_frame)])
    lines = linked(points, 7)
    of_mover = [line for line in lines if np.count_nonzero(line.points < len(frames)) >= len(frames) - 2]
    assert len(of_mover) == 1
    reach = 3 * 0.35 / np.sqrt(((frames - frames.mean()) ** 2).sum())
    assert of_mover[0].vx == pytest.approx(vx, abs=3 * reach)
    assert of_mover[0].vy == pytest.approx(vy, abs=3 * reach)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**32 - 1), a_frame=st.integers(1, 60), size=st.floats(10, 300))
def test_no_line_has_two_points_of_a_frame_and_no_point_is_in_two_lines(
    seed: int, a_frame: int, size: float
) -> None:
    random = np.random.default_rng(seed)
    points = false_points(random, a_frame) * np.array([[size / WIDTH], [size / HEIGHT], [1.0]])
    lines = linked(points, 5)
    for line in lines:
        frames = points[2][line.points]
        assert np.all(np.diff(frames) > 0)
        assert len(frames) >= 5
        assert line.pixels_a_frame < 60
    used = np.concatenate([line.points for line in lines]) if lines else np.empty(0)
    assert len(np.unique(used)) == len(used)


def test_the_order_in_which_points_are_given_does_not_matter() -> None:
    random = np.random.default_rng(7)
    t = np.arange(FRAMES, dtype=float)
    points = np.hstack(
        [[300 + 9 * t, 200 - 4 * t, t], [900 + 0.3 * t, 700 + 0.2 * t, t], false_points(random, 50)]
    )
    order = random.permutation(points.shape[1])
    plain, mixed = linked(points, 7), linked(points[:, order], 7)
    assert [set(line.points) for line in plain] == [set(order[line.points]) for line in mixed]
    assert len(plain) == 2


def test_objects_that_cross_are_two_lines() -> None:
    t = np.arange(FRAMES, dtype=float)
    points = np.hstack([[500 + 5 * t, 400 + 0 * t, t], [545 + 0 * t, 445 - 5 * t, t]])
    lines = linked(points, 7)
    assert [len(line.points) for line in lines] == [18, 17]


@pytest.mark.parametrize("a_frame", [20, 200, 1000])
def test_chance_makes_no_line_of_as_many_points_as_it_says(a_frame: int) -> None:
    fewest = fewest_points_for(a_frame * FRAMES, FRAMES, WIDTH, HEIGHT)
    lines = [linked(false_points(np.random.default_rng(seed), a_frame), fewest) for seed in range(5)]
    assert sum(map(len, lines)) == 0
    assert fewest_points_for(a_frame * FRAMES, FRAMES, 200, 112) > fewest


def test_no_points_are_no_lines_and_two_points_are_not_asked_for() -> None:
    assert linked(np.empty((3, 0)), 5) == []
    with pytest.raises(ValueError, match="ask for 3 or more"):
        linked(np.empty((3, 0)), 2)
