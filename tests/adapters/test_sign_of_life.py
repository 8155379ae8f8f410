"""Signs of life as files."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from adapters import sign_of_life
from adapters.sign_of_life import SignOfLife, read_signs
from tomoe_es.safety.silence import Sign


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_of_life, "EVERY_SECONDS", 0.0)


def test_a_sign_tells_who_when_and_how_far(tmp_path: Path) -> None:
    sign = SignOfLife(tmp_path / "run", "night")
    sign.give(1_702_378_800_000_000, 12_345_678)
    sign.give(17, 4)  # shorter than what it is written over
    read = read_signs(tmp_path / "run")["night"]
    assert (read.pid, read.night_us, read.position) == (os.getpid(), 17, 4)
    sign.close()
    assert read_signs(tmp_path / "run")["night"].ended
    assert [each.name for each in (tmp_path / "run").iterdir()] == ["night.alive"]


def test_it_is_not_given_more_often_than_it_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_of_life, "EVERY_SECONDS", 3600.0)
    sign = SignOfLife(tmp_path, "night")
    first = read_signs(tmp_path)
    sign.give(17, 4)
    assert read_signs(tmp_path) == first
    sign.close()


def test_one_that_is_being_written_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "night.alive").write_bytes(b'{"pid":')
    assert read_signs(tmp_path) == {}


def test_the_next_process_takes_over_the_file_of_a_killed_one(tmp_path: Path) -> None:
    (tmp_path / "night.alive").write_bytes(b'{"pid":1,"wall_us":1,"night_us":1,"position":1}'.ljust(160))
    sign = SignOfLife(tmp_path, "night")
    assert read_signs(tmp_path)["night"].pid == os.getpid()
    sign.close()


def _by_another_process(run: Path, name: str) -> None:
    """A successor: it puts a new file in the place of the old one."""
    part = run / "part"
    part.write_bytes(msgspec.json.encode(Sign(1, 1, 1, 1)))
    part.replace(run / f"{name}.alive")


def test_a_former_process_touches_its_successors_sign_neither_living_nor_ending(tmp_path: Path) -> None:
    former = SignOfLife(tmp_path, "guardian")
    _by_another_process(tmp_path, "guardian")

    former.give(17, 4)
    former.close()

    assert read_signs(tmp_path) == {"guardian": Sign(1, 1, 1, 1)}


def test_a_former_process_that_shares_its_file_does_not_end_for_its_successor(tmp_path: Path) -> None:
    former = SignOfLife(tmp_path, "guardian")
    (tmp_path / "guardian.alive").write_bytes(msgspec.json.encode(Sign(1, 1, 1, 1)))

    former.close()

    assert read_signs(tmp_path) == {"guardian": Sign(1, 1, 1, 1)}
