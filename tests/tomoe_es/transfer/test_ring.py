"""The ring buffer: a frame is delivered whole and once, or it is known to be lost."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tomoe_es.camera.frame_geometry import ORIGINAL_SHAPE
from tomoe_es.transfer.ring import FrameRing, RingOfOtherSize

SLOTS = 3
Frame = NDArray[np.uint16]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ring"


@pytest.fixture
def ring(path: Path) -> Iterator[FrameRing]:
    with FrameRing(path, SLOTS) as ring:
        yield ring


@pytest.fixture(scope="module")
def out() -> Frame:
    return np.empty(ORIGINAL_SHAPE, dtype=np.uint16)


class WatchedArray(np.ndarray[Any, np.dtype[np.uint16]]):
    """An array that something can happen to while a frame is copied into it."""

    meanwhile: Callable[[], None]

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        result = super().__array_function__(function, types, args, kwargs)
        self.meanwhile()
        return result


def watched(frame: Frame, meanwhile: Callable[[], object]) -> WatchedArray:
    """`meanwhile` happens once, in the middle of the next copy into `frame`."""
    array = frame.view(WatchedArray)

    def once() -> None:
        array.meanwhile = lambda: None
        meanwhile()

    array.meanwhile = once
    return array


def write(ring: FrameRing, number: int) -> None:
    """As the camera does, with a frame that shows its number in every pixel."""
    ring.slot()[...] = number
    ring.commit()


def test_frames_come_out_in_their_order(ring: FrameRing, out: Frame) -> None:
    for number in range(3):
        write(ring, number)
    for number in range(3):
        taken = ring.take(out)
        assert taken is not None
        assert taken.number == number
        assert taken.frame is out
        assert (out == number).all()
    assert ring.take(out) is None


def test_a_frame_being_written_is_not_delivered(ring: FrameRing, out: Frame) -> None:
    ring.slot()[...] = 0
    assert ring.take(out) is None
    ring.commit()
    taken = ring.take(out)
    assert taken is not None
    assert taken.number == 0


def test_an_overwritten_frame_shows_in_the_numbers(ring: FrameRing, out: Frame) -> None:
    for number in range(5):
        write(ring, number)
    taken = ring.take(out)
    assert taken is not None
    assert taken.number == 2
    assert (out == 2).all()


def test_a_frame_that_is_being_overwritten_counts_as_lost(ring: FrameRing, out: Frame) -> None:
    for number in range(3):
        write(ring, number)
    ring.slot()[0, 0] = 3
    taken = ring.take(out)
    assert taken is not None
    assert taken.number == 1


def test_a_frame_overwritten_while_it_is_copied_is_not_delivered(ring: FrameRing, out: Frame) -> None:
    for number in range(3):
        write(ring, number)
    taken = ring.take(watched(out, lambda: write(ring, 3)))
    assert taken is not None
    assert taken.number == 1
    assert (out == 1).all()


def test_when_the_camera_only_begins_to_overwrite_what_is_copied_it_is_not_delivered(
    ring: FrameRing, out: Frame
) -> None:
    for number in range(3):
        write(ring, number)
    taken = ring.take(watched(out, ring.slot))
    assert taken is not None
    assert taken.number == 1


def test_with_one_slot_a_frame_is_there_until_the_next_begins(path: Path, out: Frame) -> None:
    with FrameRing(path, 1) as ring:
        write(ring, 0)
        ring.slot()
        assert ring.take(out) is None
        ring.commit()
        taken = ring.take(out)
        assert taken is not None
        assert taken.number == 1


def test_free_slots_go_down_to_none_and_come_back(ring: FrameRing, out: Frame) -> None:
    free = [ring.free_slots()]
    for number in range(5):
        write(ring, number)
        free.append(ring.free_slots())
    while ring.take(out):
        free.append(ring.free_slots())
    assert free == [3, 2, 1, 0, 0, 0, 1, 2, 3]


def test_a_slot_being_written_is_not_free(ring: FrameRing) -> None:
    ring.slot()
    assert ring.free_slots() == 2
    ring.commit()
    assert ring.free_slots() == 2


def test_both_sides_see_the_same_ring(path: Path, ring: FrameRing, out: Frame) -> None:
    write(ring, 0)
    with FrameRing(path, SLOTS) as other:
        taken = other.take(out)
        assert taken is not None
        assert taken.number == 0
        write(ring, 1)
        assert other.free_slots() == ring.free_slots() == 2


def test_a_ring_of_another_size_is_refused_and_left_as_it_is(path: Path, ring: FrameRing, out: Frame) -> None:
    write(ring, 0)
    for slots in (SLOTS - 1, SLOTS + 1):
        with pytest.raises(RingOfOtherSize, match="give both sides the same number of slots"):
            FrameRing(path, slots)
    taken = ring.take(out)
    assert taken is not None
    assert (out == 0).all()


def test_a_slot_in_use_outlives_the_ring(path: Path) -> None:
    ring = FrameRing(path, SLOTS)
    slot = ring.slot()
    ring.close(remove=True)
    slot[...] = 7
    assert (slot == 7).all()
    assert not path.exists()


deeds = st.lists(
    st.one_of(
        st.sampled_from(["begin", "commit", "take"]),
        st.integers(1, 2 * SLOTS),  # frames written whole while one is taken
    ),
    max_size=25,
)


@settings(max_examples=30, deadline=None)
@given(deeds=deeds)
def test_any_interleaving_is_as_in_the_plain_model(
    tmp_path_factory: pytest.TempPathFactory, out: Frame, deeds: list[str | int]
) -> None:
    """Plain lists of frames say which are in the ring still; nothing else may come out."""
    written, begun, delivered, next_one = 0, 0, list[int](), 0
    path = tmp_path_factory.mktemp("ring") / "ring"
    ring = FrameRing(path, SLOTS)

    def in_ring() -> list[int]:
        return [each for each in range(next_one, written) if each >= begun - SLOTS]

    def begin() -> None:
        nonlocal begun
        if begun == written:
            waiting, free = in_ring(), ring.free_slots()
            ring.slot()[...] = begun
            begun += 1
            assert (in_ring() == waiting) == (free > 0), "a frame is lost only when no slot was free"

    def commit() -> None:
        nonlocal written
        if begun > written:
            ring.commit()
            written += 1

    def camera(frames: int) -> None:
        for _ in range(frames):
            begin()
            commit()

    def take(meanwhile: int) -> None:
        nonlocal next_one
        before = in_ring()
        taken = ring.take(watched(out, lambda: camera(meanwhile)))
        expected = [each for each in before[:1] if each >= begun - SLOTS] or in_ring()
        assert (taken.number if taken else None) == next(iter(expected), None)
        if taken:
            assert (out == taken.number).all(), "a frame that was not whole came out"
            delivered.append(taken.number)
            next_one = taken.number + 1

    with ring:
        for deed in deeds:
            if deed == "begin":
                begin()
            elif deed == "commit":
                commit()
            else:
                take(deed if isinstance(deed, int) else 0)
    path.unlink()
    assert delivered == sorted(set(delivered))


def run_camera(path: Path, slots: int, frames: int) -> None:
    with FrameRing(path, slots) as ring:
        for number in range(frames):
            write(ring, number)


@pytest.mark.parametrize("slots", [1, 2, 40])
def test_a_camera_in_another_process_never_makes_a_torn_frame(path: Path, out: Frame, slots: int) -> None:
    frames = 150
    camera = multiprocessing.get_context("spawn").Process(target=run_camera, args=(path, slots, frames))
    numbers: list[int] = []
    with FrameRing(path, slots) as ring:
        camera.start()
        while True:
            over = not camera.is_alive()
            taken = ring.take(out)
            if taken is not None:
                assert (out == taken.number).all()
                numbers.append(taken.number)
            elif over:
                break
    camera.join()
    assert camera.exitcode == 0
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == frames - 1
