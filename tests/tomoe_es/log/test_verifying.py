"""What verifying says of a log besides its leaves: databases, keys, checkpoints, stray files."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from tests.tomoe_es.log.forging import forge
from tests.tomoe_es.log.test_tamper import checkpoint, live, write_night
from tomoe_es.log.checkpoints import verifier_of
from tomoe_es.log.sealing import seal
from tomoe_es.log.verifying import verify


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three nights of 70, 50 and 30 events, the first one sealed, all of them signed."""
    path = tmp_path / "log"
    for night, count in enumerate([70, 50, 30]):
        write_night(path, night, count)
    seal(path, "2023-12-12")
    checkpoint(path)
    return path


def failed(folder: Path, night: str | None = None) -> list[str]:
    return [each.text for each in verify(folder, night) if not each.holds]


def left_open(folder: Path) -> list[str]:
    return [each.text for each in verify(folder) if each.is_open]


def change(path: Path, statement: str) -> None:
    """Change a live segment with all its triggers in place."""
    connection = apsw.Connection(str(path))
    connection.execute(statement).fetchall()
    connection.close()


def test_it_tells_which_events_no_checkpoint_covers(folder: Path) -> None:
    assert left_open(folder) == []
    write_night(folder, 2, 10)
    assert left_open(folder) == [
        "events 151 to 160 are covered by no checkpoint that holds: a change there may go unseen; "
        "'tomoe log checkpoint' signs one"
    ]
    assert failed(folder) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "DROP TRIGGER event_refuses_UPDATE",
            "its database lacks what refuses changes: event_refuses_UPDATE; ",
        ),
        (
            "CREATE TRIGGER evil AFTER INSERT ON event BEGIN DELETE FROM event WHERE position=80; END",
            "its database has what the log never makes: evil; ",
        ),
        (
            "DROP TRIGGER type_refuses_DELETE;"
            "CREATE TRIGGER type_refuses_DELETE BEFORE DELETE ON type BEGIN SELECT 1; END",
            "its database has another form of: type_refuses_DELETE; ",
        ),
    ],
)
def test_a_database_with_other_triggers_fails(folder: Path, statement: str, said: str) -> None:
    change(live(folder, 2), statement)
    assert [each.startswith(f"night 2023-12-13: {said}") for each in failed(folder)] == [True]
    assert failed(folder, "2023-12-13") == failed(folder)
    assert failed(folder, "2023-12-14") == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE stream SET base_version = 71",
            "'messages' has versions 121 to 150 in 30 events",
        ),
        (
            "UPDATE stream SET base_version = 220; UPDATE event SET version = version + 100",
            "stream 'messages' goes on from version 220, and was at 120 before",
        ),
        (
            "UPDATE segment SET night = '2023-12-15'",
            "table 'segment' does not say 2023-12-14 from event 121",
        ),
        (
            "INSERT INTO closed VALUES(140, '2023-12-15')",
            "closed at event 140, and holds events up to 150",
        ),
    ],
)
def test_what_no_leaf_covers_fails_too(folder: Path, statement: str, said: str) -> None:
    forge(live(folder, 3), statement)
    assert any(said in each for each in failed(folder))


def test_an_event_whose_version_leaves_a_gap_fails_before_a_checkpoint_covers_it(folder: Path) -> None:
    forge(
        live(folder, 3),
        "INSERT INTO event SELECT position + 1, stream, version + 1000, type, time, 0, 0, 0, actor, payload "
        "FROM event WHERE position = 150",
    )
    assert failed(folder) == [
        "night 2023-12-14: stream 'messages' has versions 121 to 1150 in 31 events after version 120"
    ]


def test_a_night_that_does_not_say_it_is_over_fails(folder: Path) -> None:
    forge(live(folder, 2), "DELETE FROM closed")
    assert any("does not say that it was closed and 2023-12-14 came next" in each for each in failed(folder))


@pytest.mark.parametrize("end", ["149, '2023-12-15'", "151, '2023-12-15'", "150, 'tomorrow'"])
def test_the_database_refuses_a_night_closed_elsewhere_than_at_its_last_event(folder: Path, end: str) -> None:
    with pytest.raises(apsw.ConstraintError, match="closed refuses an end"):
        change(live(folder, 3), f"INSERT INTO closed VALUES({end})")


def test_checkpoints_without_the_public_key_fail(folder: Path) -> None:
    verifier = verifier_of(folder)
    key = folder / "checkpoint.vkey"
    key.unlink()
    [text] = failed(folder)
    assert text.startswith("no checkpoint can be checked: there is no public key")
    for damaged in (b"", b"kiso.example/log+00000000+AAAA", b"\xff\xfe"):
        key.write_bytes(damaged)
        assert ["checkpoint.vkey' is damaged; give the log's" in each for each in failed(folder)] == [True]
        assert all(each.holds for each in verify(folder, verifier=verifier))


def test_the_last_checkpoint_stands_in_its_file_too(folder: Path) -> None:
    path = folder / "checkpoint"
    note = path.read_bytes()
    for other in (b"", b"\xff garbage", note.replace(b"150", b"149"), note + b"\n"):
        path.write_bytes(other)
        assert failed(folder) == [
            "the file 'checkpoint' says something else than the last one of checkpoints/: "
            "'tomoe log checkpoint' writes it anew"
        ]
    write_night(folder, 2, 10)
    checkpoint(folder)
    path.unlink()
    assert [each.startswith("the file 'checkpoint' is missing") for each in failed(folder)] == [True]
    checkpoint(folder)
    assert failed(folder) == []


def test_a_checkpoint_unfinished_by_a_power_loss_is_no_failure_and_is_named(folder: Path) -> None:
    path = folder / "checkpoint"
    first = path.read_bytes()
    path.unlink()
    assert (failed(folder), left_open(folder)) == (
        [],
        [
            "the last checkpoint was not finished, as by a power loss: the file 'checkpoint' is not there "
            "yet; nothing signed is lost, and 'tomoe log checkpoint' writes it anew"
        ],
    )
    path.write_bytes(first)
    write_night(folder, 2, 10)
    checkpoint(folder)
    path.write_bytes(first)
    assert (failed(folder), left_open(folder)) == (
        [],
        [
            "the last checkpoint was not finished, as by a power loss: the file 'checkpoint' says a former "
            "one of checkpoints/; nothing signed is lost, and 'tomoe log checkpoint' writes it anew"
        ],
    )
    checkpoint(folder)
    assert (failed(folder), left_open(folder)) == ([], [])


def test_what_an_unfinished_checkpoint_signed_must_hold_all_the_same(folder: Path) -> None:
    path = folder / "checkpoint"
    first = path.read_bytes()
    write_night(folder, 2, 10)
    checkpoint(folder)
    path.write_bytes(first)
    forge(live(folder, 3), "UPDATE event SET time = time + 1 WHERE position = 155")
    assert failed(folder) == [
        "events 151 to 160 are not those of checkpoint 160: something among them was changed"
    ]


def test_checkpoints_that_were_removed_are_missed(folder: Path) -> None:
    (folder / "checkpoints" / f"{150:012d}").unlink()
    assert failed(folder) == [
        "the file 'checkpoint' is there and checkpoints/ holds none: put them back from the log's copy"
    ]
    (folder / "checkpoint").unlink()
    assert ["has a key and no checkpoint" in each for each in failed(folder)] == [True]
    assert len(left_open(folder)) == 1


def test_a_file_among_the_nights_that_is_none_is_named(folder: Path) -> None:
    stray = folder / "00009-2024-01-01-000000000001.sqlite"
    stray.write_bytes(b"nothing")
    assert failed(folder) == [
        "the file 00009-2024-01-01-000000000001 is none of this log, whose other nights hold event 1: "
        "take it out of the folder"
    ]


def test_a_night_is_verified_though_the_file_of_another_is_gone(folder: Path) -> None:
    next(folder.glob("00001-*")).unlink()
    found = [(each.holds, each.text) for each in verify(folder, "2023-12-13")]
    assert found == [
        (False, "events 1 to 70 are missing before 2023-12-13"),
        (True, "night 2023-12-13 (live): 50 events"),
        (True, "no checkpoint was compared: put right what fails first, then verify again"),
    ]


def test_a_night_is_verified_whatever_page_of_another_is_damaged(folder: Path) -> None:
    path, good = live(folder, 3), live(folder, 3).read_bytes()
    for page in range(0, len(good), 4096):
        path.write_bytes(good[:page] + b"x" * 4096 + good[page + 4096 :])
        found = [each.text for each in verify(folder, "2023-12-13")]
        assert "night 2023-12-13 (live): 50 events" in found, page


def test_damage_met_while_checkpoints_are_compared_leaves_some_compared(folder: Path) -> None:
    path, good = live(folder, 3), live(folder, 3).read_bytes()
    ends = set()
    for page in range(0, len(good), 4096):
        path.write_bytes(good[:page] + b"x" * 4096 + good[page + 4096 :])
        *_, damage, last = verify(folder, "2023-12-13")
        if damage.text.startswith("in another night "):
            ends.add((damage.first_position, last.text))
    assert ends == {(121, "not all checkpoints were compared: put right what fails first, then verify again")}


def test_nights_that_hold_the_same_events_are_named(folder: Path) -> None:
    live(folder, 3).rename(folder / "00003-2023-12-14-000000000100.sqlite")
    assert (
        "night 2023-12-14 begins with event 100, and the one before it holds 120 too: "
        "one of their files is none of this log"
    ) in failed(folder)


def test_no_checkpoint_is_said_to_hold_over_events_that_can_not_be_read(folder: Path) -> None:
    live(folder, 2).write_bytes(b"")
    [text] = failed(folder)
    assert text.startswith(
        "night 2023-12-13: event 71 of the log is damaged: the file of its night, 2023-12-13"
    )
    assert left_open(folder) == ["no checkpoint was compared: put right what fails first, then verify again"]
