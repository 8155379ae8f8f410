"""What an event said can go; that it was there stays, every proof holds, and nothing goes unseen."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
import zstandard

from tests.tomoe_es.log.test_tamper import VERIFIER
from tomoe_es.clock import DAY
from tomoe_es.errors import LogUnavailable, NightNotSealed, NotInTheLog
from tomoe_es.events import ErasedPayload, encode_event
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.events.queue import QueuePaused
from tomoe_es.events.system import MessagePosted, PayloadErased
from tomoe_es.log.checkpoints import key_of, write_checkpoint
from tomoe_es.log.erasing import erase
from tomoe_es.log.proving import prove
from tomoe_es.log.sealing import seal
from tomoe_es.log.segment_names import list_segments
from tomoe_es.log.sqlite_log import SqliteLog
from tomoe_es.log.verifying import verify

EVENING = 1_702_371_600_000_000
SECRET = MessagePosted(recipe_id="r", text="Hanako Kiso was here")
DIGEST = sha256(encode_event(SECRET)).hexdigest()
ERASED = ErasedPayload(of_type="MessagePosted", sha256=DIGEST)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    """A sealed night of 600 events, a name in event 300; the next night is open; a checkpoint over all."""
    opened = SqliteLog(tmp_path)
    pauses = [Draft(QueuePaused(reason="tea"), EVENING)]
    opened.append("queue", pauses * 299)
    opened.append("messages", [Draft(SECRET, EVENING)], command_id="said")
    opened.append("queue", pauses * 300)
    opened.append("messages", [Draft(SECRET, EVENING + DAY)])
    assert len(list(opened.read())) == 601  # the live file is open when it is sealed
    seal(tmp_path, "2023-12-12")
    write_checkpoint(tmp_path, key_of(tmp_path, "kiso.example/log", bytes(32)))
    yield opened
    opened.close()


def erase_300(log: SqliteLog) -> int:
    return erase(log, 300, who="the director", why="asked by the person", time=EVENING + DAY)


def sealed_path(log: SqliteLog) -> Path:
    return list_segments(log.folder)[0].sealed_path(log.folder)


def content(log: SqliteLog) -> bytes:
    with zstandard.ZstdDecompressor().stream_reader(
        sealed_path(log).read_bytes(), read_across_frames=True
    ) as stream:
        return stream.read()


def texts(log: SqliteLog) -> list[str]:
    return [finding.text for finding in verify(log.folder)]


def test_what_was_said_goes_and_that_it_was_there_stays(log: SqliteLog) -> None:
    before = list(log.read())
    assert erase_300(log) == 602
    assert b"Hanako" not in content(log)
    [erased] = log.read(after=299, until=300)
    assert erased == Recorded(300, "messages", 1, EVENING, 0, 0, 0, "", ERASED)
    assert [each for each in log.read(until=601) if each.position != 300] == before[:299] + before[300:]
    [told] = log.read(after=601)
    assert told.payload == PayloadErased(
        position=300, of_type="MessagePosted", sha256=DIGEST, who="the director", why="asked by the person"
    )
    assert (told.cause, told.actor) == (300, "the director")


def test_every_way_to_read_gives_what_stands_in_its_place(log: SqliteLog) -> None:
    erase_300(log)
    assert next(log.read(types=["MessagePosted"])).payload == ERASED
    assert next(log.read_stream("messages")).payload == ERASED
    assert log.subscribe(299).poll(1)[0].payload == ERASED
    assert log.append("m", [Draft(SECRET, EVENING + DAY)], command_id="said").first_position == 300


def test_a_log_that_is_open_reads_on_while_a_payload_is_erased(log: SqliteLog) -> None:
    other = SqliteLog(log.folder)
    reader = other.read()
    first = next(reader)
    erase_300(log)
    events = [first, *reader]
    other.close()
    assert [each.position for each in events] == list(range(1, 602))
    assert events[299].payload == ERASED


def test_every_proof_still_holds(log: SqliteLog, tmp_path: Path) -> None:
    (tmp_path / "before").write_text(prove(tmp_path, 300))
    erase_300(log)
    (tmp_path / "after").write_text(prove(tmp_path, 300))
    assert (tmp_path / "after").read_text() == (tmp_path / "before").read_text()
    command = [sys.executable, VERIFIER, tmp_path / "after", tmp_path / "checkpoint.vkey"]
    subprocess.run(command, check=True, capture_output=True)
    assert texts(log) == [
        "night 2023-12-12 (sealed): 600 events",
        "night 2023-12-13 (live): 2 events",
        "erased payloads: 1, each told by an event",
        "checkpoint 601: signature and root hold",
        "event 602 is covered by no checkpoint that holds: a change there may go unseen; "
        "'tomoe log checkpoint' signs one",
    ]
    assert all(each.holds for each in verify(log.folder, "2023-12-12"))


def test_an_erasure_cut_off_is_found_and_finished(log: SqliteLog, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "fchmod", refuse)
        with pytest.raises(LogUnavailable, match="no room"):
            erase_300(log)
    assert [each.text for each in verify(log.folder) if not each.holds] == [
        "the payload of event 300 was to be erased and is still there: erase it again"
    ]
    assert next(log.read(after=299)).payload == SECRET
    assert erase_300(log) == 602
    assert erase_300(log) == 602
    assert log.head() == 602
    assert all(each.holds for each in verify(log.folder))


def refuse(*_: object) -> None:
    raise OSError("no room")


def test_an_erasure_that_no_event_tells_of_is_found(log: SqliteLog, tmp_path: Path) -> None:
    newest = list_segments(tmp_path)[1].live_path(tmp_path)
    kept = {path: path.read_bytes() for path in tmp_path.glob(f"{newest.name}*")}
    erase_300(log)
    log.close()
    for path in tmp_path.glob(f"{newest.name}*"):
        path.unlink()
    for path, before in kept.items():
        path.write_bytes(before)
    assert [(each.first_position, each.text) for each in verify(tmp_path) if not each.holds] == [
        (300, "the payload of event 300 was erased, and no event tells of it")
    ]


def test_what_can_not_be_erased_is_named(log: SqliteLog) -> None:
    with pytest.raises(NightNotSealed, match="tomoe log seal 2023-12-13"):
        erase(log, 601, who="a", why="b", time=EVENING + DAY)
    with pytest.raises(NotInTheLog, match="no event 602"):
        erase(log, 602, who="a", why="b", time=EVENING + DAY)
    erase_300(log)
    seal(log.folder, "2023-12-13")
    with pytest.raises(ValueError, match="it must stay"):
        erase(log, 602, who="a", why="b", time=EVENING + DAY)
    assert erase(log, 601, who="a", why="b", time=EVENING + DAY) == 603
    assert all(each.holds for each in verify(log.folder))
