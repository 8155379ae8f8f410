"""What the log could not be told: it is kept, and told once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adapters.untold import DAMAGED_SUFFIX, FOLDER, Untold, keep_untold, tell, waiting
from tests.tomoe_es.safety.test_making_safe import NOW
from tomoe_es.events import Event
from tomoe_es.events.monitor import ErrorRaised
from tomoe_es.events.safety import MakingSafeBegun, TelescopeMadeSafe
from tomoe_es.log.sqlite_log import SqliteLog

BEGUN = MakingSafeBegun(by="emergency", who="somebody", reasons=["storm"], begun_us=NOW)
MADE = TelescopeMadeSafe(by="emergency", seconds=45.0, attempts=1)


def untold(event: Event, name: str, after_us: int = 0) -> Untold:
    return Untold(event, NOW + after_us, "emergency", f"emergency 1/2 {name}")


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, set[str]]]:
    """What was brought to the disk: each path, and for a folder the names that it held at that moment."""
    seen: list[tuple[str, set[str]]] = []
    fsync = os.fsync

    def noting(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        seen.append((path.name, {each.name for each in path.iterdir()} if path.is_dir() else set()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    return seen


def test_what_is_kept_keeps_its_name_when_the_power_fails(
    tmp_path: Path, synced: list[tuple[str, set[str]]]
) -> None:
    keep_untold(tmp_path, [untold(BEGUN, "begun")])
    [kept] = waiting(tmp_path)
    assert synced[-1] == (FOLDER, {kept.name}), "the folder, after the file has got its name"


def test_it_is_told_in_order_of_time_and_forgotten(tmp_path: Path) -> None:
    keep_untold(tmp_path, [untold(MADE, "ended", 45)])
    keep_untold(tmp_path, [untold(BEGUN, "begun")])
    log = SqliteLog(tmp_path / "log")
    assert tell(tmp_path, log) == 2
    assert [(each.payload, each.actor) for each in log.read()] == [(BEGUN, "emergency"), (MADE, "emergency")]
    assert waiting(tmp_path) == []
    assert tell(tmp_path, log) == 0
    log.close()


def test_told_twice_it_is_in_the_log_once(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log")
    for _ in range(2):
        keep_untold(tmp_path, [untold(BEGUN, "begun"), untold(MADE, "ended")])
        tell(tmp_path, log)
    assert len(list(log.read())) == 2
    log.close()


def test_a_file_cut_off_in_writing_is_not_looked_at(tmp_path: Path) -> None:
    keep_untold(tmp_path, [untold(BEGUN, "begun")])
    [whole] = waiting(tmp_path)
    whole.rename(whole.with_name(f".{whole.name}.part"))
    assert waiting(tmp_path) == []


def test_nothing_waits_where_nothing_was_kept(tmp_path: Path) -> None:
    assert waiting(tmp_path / "run") == []


@pytest.mark.parametrize("content", [b"", b"[{", b'[{"event":{"type":"Nonsense"}}]', b"\xff"])
def test_a_damaged_file_is_put_aside_and_recorded_and_the_others_are_told(
    tmp_path: Path, content: bytes
) -> None:
    keep_untold(tmp_path, [untold(BEGUN, "begun")])
    [damaged] = waiting(tmp_path)
    damaged.write_bytes(content)
    keep_untold(tmp_path, [untold(MADE, "ended", 45)])
    log = SqliteLog(tmp_path / "log")

    tell(tmp_path, log)

    raised, made = log.read()
    assert isinstance(raised.payload, ErrorRaised)
    assert raised.payload.condition == "DamagedUntold"
    assert raised.time == NOW
    assert made.payload == MADE
    assert waiting(tmp_path) == []
    [aside] = (tmp_path / "untold").iterdir()
    assert (aside.suffix, aside.read_bytes()) == (DAMAGED_SUFFIX, content)
    log.close()
