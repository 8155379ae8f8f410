"""The embedded log keeps one segment a night and reads across them as one."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from tomoe_es.clock import DAY, HOUR
from tomoe_es.errors import LogCorrupt, VersionConflict
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.events.system import MessagePosted
from tomoe_es.log.live_segment import create
from tomoe_es.log.segment_names import SegmentName, list_segments
from tomoe_es.log.sqlite_log import SqliteLog
from tomoe_es.night import night_span

EVENING = night_span("2023-12-12")[0] + 6 * HOUR


def message(text: str, time_us: int = EVENING) -> Draft:
    return Draft(MessagePosted(recipe_id="r", text=text), time=time_us)


def texts(events: list[Recorded]) -> list[str]:
    return [event.payload.text for event in events if isinstance(event.payload, MessagePosted)]


def nights(folder: Path) -> list[str]:
    return [segment.night for segment in list_segments(folder)]


@pytest.fixture
def three_nights(tmp_path: Path) -> Path:
    log = SqliteLog(tmp_path)
    for number in range(3):
        log.append("mount", [message(f"m{number}", EVENING + number * DAY)], command_id=f"c{number}")
        log.append(f"recipe/{number}", [message(f"r{number}", EVENING + number * DAY)])
    log.close()
    return tmp_path


def test_each_night_has_a_segment_and_reading_crosses_them(three_nights: Path) -> None:
    log = SqliteLog(three_nights)
    assert nights(three_nights) == ["2023-12-12", "2023-12-13", "2023-12-14"]
    assert texts(list(log.read())) == ["m0", "r0", "m1", "r1", "m2", "r2"]
    assert texts(list(log.read(after=1, until=4))) == ["r0", "m1", "r1"]
    assert texts(list(log.read_stream("mount", after=1))) == ["m1", "m2"]
    assert texts(list(log.read_stream("recipe/1"))) == ["r1"]
    log.close()


def test_the_night_changes_at_local_noon(tmp_path: Path) -> None:
    noon = night_span("2023-12-12")[1]
    log = SqliteLog(tmp_path)
    log.append("a", [message("last", noon - 1)])
    log.append("a", [message("first", noon)])
    log.close()
    assert nights(tmp_path) == ["2023-12-12", "2023-12-13"]


def test_an_event_that_comes_late_goes_to_the_open_night(three_nights: Path) -> None:
    log = SqliteLog(three_nights)
    answer = log.append("recipe/0", [message("late", EVENING)])
    assert (answer.first_position, answer.first_version) == (7, 2)
    assert nights(three_nights) == ["2023-12-12", "2023-12-13", "2023-12-14"]
    assert texts(list(log.read_stream("recipe/0"))) == ["r0", "late"]
    log.close()


def test_versions_and_command_ids_hold_across_nights(three_nights: Path) -> None:
    log = SqliteLog(three_nights)
    with pytest.raises(VersionConflict):
        log.append("recipe/0", [message("x")], expected_version=0)
    assert log.append("mount", [message("x")], expected_version=99, command_id="c0").first_position == 1
    assert log.append("recipe/0", [message("x")], expected_version=1).first_version == 2
    log.close()


def test_the_index_of_nights_is_made_again_when_it_is_deleted(three_nights: Path) -> None:
    for path in three_nights.glob("index.sqlite*"):
        path.unlink()
    log = SqliteLog(three_nights)
    assert texts(list(log.read_stream("recipe/0"))) == ["r0"]
    assert log.append("recipe/0", [message("x")], expected_version=1).first_version == 2
    log.close()


def test_a_crash_between_two_nights_is_made_good_by_the_next_append(three_nights: Path) -> None:
    last = list_segments(three_nights)[-1]
    with apsw.Connection(str(last.live_path(three_nights))) as connection:
        connection.execute("INSERT INTO closed VALUES(6, '2023-12-15')")
    log = SqliteLog(three_nights)
    assert log.head() == 6
    assert log.append("mount", [message("m", EVENING)]).first_position == 7
    assert nights(three_nights)[-1] == "2023-12-15"
    assert texts(list(log.read_stream("mount"))) == ["m0", "m1", "m2", "m"]
    log.close()


def test_a_closed_night_takes_no_more_events_whoever_appends(three_nights: Path) -> None:
    first = list_segments(three_nights)[0]
    with apsw.Connection(str(first.live_path(three_nights))) as connection:
        following = "position + 1, stream, version + 1, type, time, 0, 0, 0, actor, payload"
        with pytest.raises(apsw.ConstraintError, match="event refuses a closed night"):
            connection.execute(f"INSERT INTO event SELECT {following} FROM event WHERE position=2")


def test_making_a_segment_never_replaces_one(three_nights: Path) -> None:
    first = list_segments(three_nights)[0]
    create(three_nights, first)
    log = SqliteLog(three_nights)
    assert texts(list(log.read(until=2))) == ["m0", "r0"]
    log.close()


def test_a_damaged_night_hides_no_other(three_nights: Path) -> None:
    second = list_segments(three_nights)[1].live_path(three_nights)
    second.write_bytes(b"not a database" * 100)
    log = SqliteLog(three_nights)
    assert log.head() == 6
    assert texts(list(log.read(after=4))) == ["m2", "r2"]
    reader = log.read()
    assert texts([next(reader), next(reader)]) == ["m0", "r0"]
    with pytest.raises(LogCorrupt, match="2023-12-13, is damaged"):
        next(reader)
    second.unlink()
    with pytest.raises(LogCorrupt) as missing:
        list(log.read())
    assert missing.value.position == 3
    assert log.append("new", [message("x")]).first_position == 7
    log.close()


@pytest.mark.parametrize("content", [b"", b"not a database" * 100, None])
def test_whatever_became_of_the_open_night_the_others_are_read(
    three_nights: Path, content: bytes | None
) -> None:
    last = list_segments(three_nights)[2].live_path(three_nights)
    last.write_bytes(last.read_bytes()[:5000] if content is None else content)
    log = SqliteLog(three_nights)
    assert texts(list(log.read(after=2, until=4))) == ["m1", "r1"]
    for reader in (log.read(after=3), log.read(after=3, until=6), log.read_stream("recipe/1")):
        assert texts([next(reader)]) == ["r1"]
        with pytest.raises(LogCorrupt, match="2023-12-14, is damaged") as damaged:
            list(reader)
        assert damaged.value.position == 5
    with pytest.raises(LogCorrupt, match="2023-12-14, is damaged"):
        log.append("mount", [message("x", EVENING + 2 * DAY)])
    log.close()


@pytest.mark.parametrize(
    "stray",
    ["00009-2024-01-01-000000000001", "00001-2020-01-01-000000000099", "00004-2024-01-01-000000000000"],
)
def test_a_stray_file_hides_nothing(three_nights: Path, stray: str) -> None:
    (three_nights / f"{stray}.sqlite").write_bytes(b"nothing")
    log = SqliteLog(three_nights)
    assert texts(list(log.read())) == ["m0", "r0", "m1", "r1", "m2", "r2"]
    assert log.append("mount", [message("x")]).first_position == 7
    log.close()


def test_a_year_of_nights_opens_without_a_look_into_closed_nights(tmp_path: Path) -> None:
    tmp_path.joinpath("index.sqlite").touch()
    for number in range(1, 366):
        closed = SegmentName(number, number * 1_000_000, "2023-01-01").live_path(tmp_path)
        closed.write_bytes(b"whoever opens this finds no database")
    create(tmp_path, SegmentName(366, 366_000_000, "2023-12-12"))
    log = SqliteLog(tmp_path)
    assert log.head() == 365_999_999
    log.close()
