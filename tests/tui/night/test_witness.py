"""A night signs its log at its end; what hinders that is told, and holds up no night."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from tomoe_es.events import Event
from tomoe_es.events.envelope import Draft
from tomoe_es.events.monitor import ErrorRaised
from tomoe_es.events.system import LogCheckpoint, MessagePosted
from tomoe_es.log import open_log
from tomoe_es.log.checkpoints import KEY_FILE, VERIFIER_FILE, key_of, last_note
from tomoe_es.log.signed_note import Checkpoint, SigningKey
from tomoe_es.log.verifying import verify
from tui.data_folder import DataFolder
from tui.night.witness import Witness

from .conftest import SHORT_NIGHT, finish_night

EVENING = 1_702_371_600_000_000  # 2023-12-12


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "data")
    folder.make()
    append(folder, 5)
    return folder


def append(folder: DataFolder, count: int) -> None:
    with closing(open_log(folder.log_url)) as log:
        log.append("messages", [Draft(MessagePosted(recipe_id="", text="tea"), EVENING)] * count)


def named(troubles: list[Event]) -> list[tuple[str, bool]]:
    assert all(isinstance(each, ErrorRaised) for each in troubles)
    return [(each.condition, each.understood) for each in troubles]  # type: ignore[attr-defined]


def test_the_first_start_makes_the_key_and_finds_no_checkpoint(data: DataFolder) -> None:
    witness = Witness(data.log, "night")
    assert witness.last() is None
    assert (data.log / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert (data.log / VERIFIER_FILE).exists()
    assert witness.troubles() == []


def test_a_checkpoint_of_an_empty_log_is_none_to_begin_with(tmp_path: Path) -> None:
    witness = Witness(tmp_path, "night")
    assert witness.sign().splitlines()[1] == "0"
    assert witness.last() is None
    assert witness.troubles() == []


def test_what_was_signed_last_is_what_the_next_night_begins_with(data: DataFolder) -> None:
    note = Witness(data.log, "night").sign()
    append(data, 3)
    signed = Checkpoint.parse(note)
    assert Witness(data.log, "night").last() == LogCheckpoint(5, signed.root_text)
    assert all(finding.holds for finding in verify(data.log, notes=[note]))


def test_a_key_that_others_can_read_signs_nothing_and_is_told_once(data: DataFolder) -> None:
    witness = Witness(data.log, "night")
    witness.last()
    of_the_first_start = last_note(data.log)
    (data.log / KEY_FILE).chmod(0o644)
    assert witness.sign() == ""
    assert witness.last() is None
    assert named(witness.troubles()) == [("CheckpointNotSigned", True)] * 2
    assert witness.troubles() == []
    assert last_note(data.log) == of_the_first_start


def test_a_note_that_another_key_signed_is_not_believed(data: DataFolder) -> None:
    witness = Witness(data.log, "night")
    witness.sign()
    name = key_of(data.log, "", bytes(32)).name
    forged = SigningKey(name, bytes(32)).sign(Checkpoint(name, 5, bytes(32)).text())
    (data.log / "checkpoint").write_text(forged)
    assert witness.last() is None
    assert named(witness.troubles()) == [("CheckpointNotSigned", True)]


def test_a_log_that_is_shorter_than_it_was_is_not_signed(data: DataFolder) -> None:
    Witness(data.log, "night").sign()
    for each in data.log.glob("*.sqlite*"):
        each.unlink()
    append(data, 4)
    witness = Witness(data.log, "night")
    assert witness.sign() == ""
    assert named(witness.troubles()) == [("CheckpointNotSigned", True)]


@pytest.mark.slow
def test_a_night_that_can_not_sign_its_log_goes_on_to_its_end_and_tells_it(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    data.make()
    Witness(data.log, "night").last()
    (data.log / KEY_FILE).chmod(0o644)
    short = msgspec.structs.replace(SHORT_NIGHT, exposures=1, observing_hours=1.0, chips=1, script="clear")
    night = finish_night(data.top, short)
    assert night.of_type("NightPhaseEntered")[-1].payload.phase == "ended"
    alarms = [each.payload for each in night.of_type("ViolationDetected")]
    assert [(each.name, each.severity) for each in alarms] == [("LogNotSigned", "serious")] * 2
    assert all("chmod 600" in each.message for each in alarms)
    [planned] = night.of_type("NightPlanned")
    assert planned.payload.checkpoint is None
    assert night.of_type("ProcessStopped")[-1].payload.process == "night"
