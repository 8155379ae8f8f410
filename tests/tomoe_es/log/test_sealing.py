"""A sealed night says the same as the live one did, and damage to it is found where it is."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest
import zstandard
from jsonschema import Draft202012Validator

from tests.tomoe_es.log.forging import forge
from tomoe_es.clock import DAY, HOUR
from tomoe_es.errors import LogCorrupt, LogSealed, NotInTheLog, UnknownEventType
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.events.queue import QueuePaused
from tomoe_es.events.schema import events_schema
from tomoe_es.events.system import MessagePosted
from tomoe_es.log.erasing import erase
from tomoe_es.log.sealing import seal
from tomoe_es.log.segment_names import list_segments
from tomoe_es.log.sqlite_log import SqliteLog
from tomoe_es.log.verifying import verify
from tomoe_es.night import night_span

EVENING = night_span("2023-12-12")[0] + 6 * HOUR


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A log of two nights, 700 and 2 events, in streams that cross blocks and nights."""
    log = SqliteLog(tmp_path)
    for number in range(70):
        drafts = [
            Draft(
                MessagePosted(recipe_id="r", text=f"{number}.{index}"),
                EVENING + number,
                cause=number,
                actor="a",
            )
            for index in range(9)
        ]
        log.append(
            f"s/{number % 7}", [*drafts, Draft(QueuePaused(reason="rain"), EVENING)], command_id=f"c{number}"
        )
    log.append("s/0", [Draft(QueuePaused(reason="next night"), EVENING + DAY)] * 2)
    log.close()
    return tmp_path


def everything(folder: Path) -> list[list[Recorded]]:
    """All that can be asked of a log."""
    log = SqliteLog(folder)
    answers = [list(log.read()), list(log.read(types=["QueuePaused"])), list(log.read(after=255, until=257))]
    answers += [
        list(log.read(after=after, until=after + 300, types=["QueuePaused"])) for after in (0, 250, 512)
    ]
    answers += [list(log.read_stream(f"s/{number}", after=50)) for number in range(8)]
    log.close()
    return answers


def test_a_sealed_night_reads_as_the_live_one(folder: Path) -> None:
    live = everything(folder)
    sealed = seal(folder, "2023-12-12")
    assert everything(folder) == live
    assert (sealed.first_position, sealed.last_position) == (1, 700)
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith("0000")) == [
        "00001-2023-12-12-000000000001.jsonl.zst",
        "00002-2023-12-13-000000000701.sqlite",
    ]
    assert sealed.path.stat().st_mode & 0o777 == 0o444


def test_a_log_that_is_open_reads_on_while_its_night_is_sealed(folder: Path) -> None:
    log = SqliteLog(folder)
    before = list(log.read())
    reader = log.read()
    first = next(reader)
    seal(folder, "2023-12-12")
    assert [first, *reader] == before
    assert list(log.read()) == before
    assert log.append("s/1", [Draft(QueuePaused(reason="x"), EVENING)], command_id="c3").first_position == 31
    log.close()


def test_sealing_the_open_night_goes_on_in_the_next(folder: Path) -> None:
    log = SqliteLog(folder)
    seal(folder, "2023-12-13")
    assert log.append("s/0", [Draft(QueuePaused(reason="x"), EVENING + DAY)]).first_position == 703
    assert [segment.night for segment in list_segments(folder)] == ["2023-12-12", "2023-12-13", "2023-12-14"]
    log.close()


def test_a_night_without_events_is_sealed_too(folder: Path) -> None:
    for night in ("2023-12-12", "2023-12-13"):
        seal(folder, night)
    before = everything(folder)
    sealed = seal(folder, "2023-12-14")
    assert (sealed.first_position, sealed.last_position) == (703, 702)
    assert everything(folder) == before
    assert all(each.holds for each in verify(folder))


def test_a_night_is_sealed_once_and_must_be_there(folder: Path) -> None:
    seal(folder, "2023-12-12")
    with pytest.raises(LogSealed, match="2023-12-12"):
        seal(folder, "2023-12-12")
    with pytest.raises(NotInTheLog, match="no night 2024-01-01"):
        seal(folder, "2024-01-01")


def test_a_sealing_cut_off_before_the_live_file_went_is_finished_by_the_next(folder: Path) -> None:
    live = list_segments(folder)[0].live_path(folder)
    before = everything(folder)
    with apsw.Connection(str(live)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    seal_copy = live.read_bytes()
    seal(folder, "2023-12-12")
    live.write_bytes(seal_copy)
    assert everything(folder) == before
    seal(folder, "2023-12-12")
    assert not live.exists()
    assert everything(folder) == before


def test_the_sealed_file_is_json_lines_for_anybody_with_zstd(folder: Path) -> None:
    path = seal(folder, "2023-12-12").path
    with zstandard.ZstdDecompressor().stream_reader(path.read_bytes(), read_across_frames=True) as stream:
        lines = [json.loads(line) for line in io.TextIOWrapper(stream, encoding="utf-8")]
    *events, streams, commands, footer = lines
    validate = Draft202012Validator(events_schema()).validate
    for position, event in enumerate(events, 1):
        validate(event)
        assert event["position"] == position
    assert len(events) == 700
    assert events[0]["payload"] == {"type": "MessagePosted", "recipe_id": "r", "text": "0.0"}
    assert set(streams) == {f"s/{number}" for number in range(7)}
    assert len(commands) == 70
    assert footer["night"] == "2023-12-12"


def test_a_damaged_block_is_located_and_hides_no_other(folder: Path) -> None:
    path = seal(folder, "2023-12-12").path
    content = bytearray(path.read_bytes())
    second_block = content.index(b"\x28\xb5\x2f\xfd", 4)
    content[second_block + 40] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)
    log = SqliteLog(folder)
    with pytest.raises(LogCorrupt) as damaged:
        list(log.read())
    assert damaged.value.position == 257
    assert len(list(log.read(until=256))) == 256
    assert len(list(log.read(after=512))) == 190
    log.close()


def cut(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


@pytest.mark.parametrize("kept", [0, 30])
def test_a_sealed_file_of_which_nothing_can_be_read_hides_no_other(folder: Path, kept: int) -> None:
    path = seal(folder, "2023-12-12").path
    cut(path, path.read_bytes()[:kept])
    log = SqliteLog(folder)
    with pytest.raises(LogCorrupt, match="2023-12-12 is damaged: no event of it can be read"):
        list(log.read())
    assert len(list(log.read(after=700))) == 2
    log.close()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda content: content[:-1], "the last 1 of its bytes are missing"),
        (lambda content: content[:-48], "the last 48 of its bytes are missing"),
        (lambda content: content + b"more", "4 bytes too many are at its end"),
        (lambda content: content[:-1] + b"x", "its end is not the one of its footer"),
    ],
)
def test_a_damaged_end_hides_no_event_of_its_night_or_the_next_and_verify_tells(
    folder: Path, harm: Callable[[bytes], bytes], said: str
) -> None:
    path = seal(folder, "2023-12-12").path
    before = everything(folder)
    cut(path, harm(path.read_bytes()))
    assert everything(folder) == before
    assert [each.text for each in verify(folder) if not each.holds] == [
        f"night 2023-12-12: its file is damaged: {said}; events up to 700 can be read"
    ]


def test_events_that_were_lost_with_the_end_are_missed_when_reading_on_and_the_next_night_is_read(
    folder: Path,
) -> None:
    path = seal(folder, "2023-12-12").path
    content = path.read_bytes()
    third_block = content.index(b"\x28\xb5\x2f\xfd", content.index(b"\x28\xb5\x2f\xfd", 4) + 4)
    cut(path, content[: third_block + 9])
    log = SqliteLog(folder)
    found: list[Recorded] = []
    with pytest.raises(LogCorrupt, match="it is missing") as damaged:
        found.extend(log.read())
    assert (len(found), damaged.value.position) == (512, 513)
    assert [each.position for each in log.read(after=700)] == [701, 702]
    log.close()


def test_the_damaged_end_of_the_last_night_is_met_since_no_night_tells_that_it_is_whole(folder: Path) -> None:
    path = seal(folder, "2023-12-12").path
    list_segments(folder)[1].live_path(folder).unlink()
    cut(path, path.read_bytes()[:-1])
    log = SqliteLog(folder)
    found: list[Recorded] = []
    with pytest.raises(LogCorrupt, match="the last 1 of its bytes are missing; events up to 700") as damaged:
        found.extend(log.read())
    assert (len(found), damaged.value.position) == (700, 700)
    assert len(list(log.read(until=700))) == 700
    log.close()


def test_blocks_are_found_without_the_footer(folder: Path) -> None:
    path = seal(folder, "2023-12-12").path
    content = bytearray(path.read_bytes()[:-60])
    log = SqliteLog(folder)
    before = list(log.read())
    cut(path, content)
    assert list(log.read()) == before
    assert list(log.read(types=["QueuePaused"])) == [
        each for each in before if isinstance(each.payload, QueuePaused)
    ]
    with pytest.raises(LogCorrupt, match="its footer can't be read"):
        list(log.read_stream("s/1"))
    content[content.index(b"\x28\xb5\x2f\xfd", 4) + 40] ^= 1
    cut(path, content)
    with pytest.raises(LogCorrupt) as damaged:
        list(log.read())
    assert damaged.value.position == 257
    assert list(log.read(after=512)) == before[512:]
    log.close()


def test_no_night_is_erased_in_or_let_go_when_its_sealed_file_is_damaged(folder: Path) -> None:
    live = list_segments(folder)[0].live_path(folder)
    with apsw.Connection(str(live)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    copy = live.read_bytes()
    path = seal(folder, "2023-12-12").path
    cut(path, path.read_bytes()[:-1])
    log = SqliteLog(folder)
    with pytest.raises(LogCorrupt, match="the last 1 of its bytes"):
        erase(log, 7, who="the director", why="asked", time=EVENING)
    assert log.head() == 702
    log.close()
    live.write_bytes(copy)
    with pytest.raises(LogCorrupt, match="the last 1 of its bytes"):
        seal(folder, "2023-12-12")
    assert live.exists()


def test_a_damaged_live_file_is_not_sealed(folder: Path) -> None:
    live = list_segments(folder)[0].live_path(folder)
    with apsw.Connection(str(live)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    content = bytearray(live.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8192] = bytes(8192)
    live.write_bytes(content)
    with pytest.raises(LogCorrupt):
        seal(folder, "2023-12-12")
    assert live.exists()
    assert not list_segments(folder)[0].sealed_path(folder).exists()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE closed SET last_position = 600", "it was closed at event 600, and holds events up to 700"),
        ("UPDATE event SET version = version + 1000 WHERE position = 700", "has versions 1 to 1100"),
        (
            "CREATE TRIGGER evil AFTER INSERT ON type BEGIN DELETE FROM event; END",
            "the log never makes: evil",
        ),
    ],
)
def test_a_live_file_that_somebody_changed_is_not_sealed(folder: Path, statement: str, said: str) -> None:
    live = list_segments(folder)[0].live_path(folder)
    forge(live, statement)
    with pytest.raises(LogCorrupt, match=said):
        seal(folder, "2023-12-12")
    assert live.exists()
    assert not list_segments(folder)[0].sealed_path(folder).exists()


def test_a_live_file_that_is_no_database_is_called_damaged(folder: Path) -> None:
    list_segments(folder)[0].live_path(folder).write_bytes(b"")
    with pytest.raises(LogCorrupt, match="2023-12-12, is damaged"):
        seal(folder, "2023-12-12")


def test_an_event_of_a_newer_version_in_a_sealed_night_hides_no_other(folder: Path) -> None:
    forge(
        list_segments(folder)[0].live_path(folder),
        "INSERT INTO type(name) VALUES('FromTheFuture');"
        "UPDATE event SET type = (SELECT max(id) FROM type), "
        """payload = CAST('{"type":"FromTheFuture","what":1}' AS BLOB) WHERE position = 300""",
    )
    seal(folder, "2023-12-12")
    log = SqliteLog(folder)
    reader = log.read()
    assert [next(reader).position for _ in range(299)] == list(range(1, 300))
    with pytest.raises(UnknownEventType, match="FromTheFuture"):
        next(reader)
    assert len(list(log.read(after=300))) == 402
    assert len(list(log.read(types=["QueuePaused"]))) == 71
    log.close()
