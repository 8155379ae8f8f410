"""What is done to a log behind its back is found, and where; also by who only holds a former checkpoint."""

from __future__ import annotations

import shutil
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import pytest

from tests.tomoe_es.log.forging import forge
from tomoe_es.clock import DAY, HOUR
from tomoe_es.errors import LogCorrupt, NotInTheLog
from tomoe_es.events import encode_event
from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import MessagePosted
from tomoe_es.log import merkle
from tomoe_es.log.checkpoints import key_of, verifier_of, write_checkpoint
from tomoe_es.log.leaf import leaf_hashes
from tomoe_es.log.proving import prove, prove_growth
from tomoe_es.log.sealing import seal
from tomoe_es.log.segment_names import list_segments
from tomoe_es.log.signed_note import Checkpoint, SigningKey, make_key, note_in, read_key, read_verifier
from tomoe_es.log.sqlite_log import SqliteLog
from tomoe_es.log.tree import LogTree, tile_path
from tomoe_es.log.verifying import Finding, verify
from tomoe_es.night import night_span

EVENING = night_span("2023-12-12")[0] + 6 * HOUR
SEED = bytes(range(32))
VERIFIER = Path(__file__).parents[3] / "docs" / "reference" / "verify_proof.py"


def message(text: str, time_us: int = EVENING) -> Draft:
    return Draft(MessagePosted(recipe_id="r", text=text), time=time_us)


def write_night(folder: Path, night: int, count: int) -> None:
    log = SqliteLog(folder)
    log.append("messages", [message(f"{night}.{index}", EVENING + night * DAY) for index in range(count)])
    log.close()


def checkpoint(folder: Path) -> str:
    return write_checkpoint(folder, key_of(folder, "kiso.example/log", SEED))


def failures(folder: Path, *notes: str) -> list[tuple[int, int]]:
    return [
        (each.first_position, each.last_position) for each in verify(folder, notes=notes) if not each.holds
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three nights of 700, 500 and 300 events, the first one sealed, a checkpoint after each."""
    path = tmp_path / "log"
    for night, count in enumerate([700, 500, 300]):
        write_night(path, night, count)
        checkpoint(path)
    seal(path, "2023-12-12")
    return path


def live(folder: Path, number: int) -> Path:
    return list_segments(folder)[number - 1].live_path(folder)


def test_an_untouched_log_holds_line_by_line(folder: Path) -> None:
    findings = list(verify(folder))
    assert [each.text for each in findings] == [
        "night 2023-12-12 (sealed): 700 events",
        "night 2023-12-13 (live): 500 events",
        "night 2023-12-14 (live): 300 events",
        "checkpoint 700: signature and root hold",
        "checkpoint 1200: signature and root hold",
        "checkpoint 1500: signature and root hold",
    ]
    assert all(each.holds for each in findings)
    assert all(each.holds for each in verify(folder, night="2023-12-12"))


def test_sealing_changes_no_root(folder: Path) -> None:
    before = LogTree(folder).root(1500)
    seal(folder, "2023-12-13")
    seal(folder, "2023-12-14")
    assert LogTree(folder).root(1500) == before
    assert failures(folder) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET payload = CAST(replace(payload, '1.7', '1.8') AS BLOB) WHERE position = 708",
        "UPDATE event SET time = time + 1 WHERE position = 708",
        "UPDATE event SET cause = 1 WHERE position = 708",
        "UPDATE actor SET name = 'somebody else'",
        "UPDATE stream SET name = 'other'",
    ],
)
def test_a_change_is_found_between_its_checkpoints(folder: Path, statement: str) -> None:
    forge(live(folder, 2), statement)
    assert failures(folder)[0] == (701, 1200)


def test_another_type_in_the_place_of_the_payloads_is_found_where_it_is(folder: Path) -> None:
    forge(live(folder, 2), "UPDATE type SET name = 'QueuePaused'")
    assert failures(folder)[0] == (701, 701)


def test_a_removal_is_found_where_it_is(folder: Path) -> None:
    forge(live(folder, 2), "DELETE FROM event WHERE position = 900")
    assert (900, 900) in failures(folder)


def test_an_insertion_is_found(folder: Path) -> None:
    forge(
        live(folder, 2),
        "UPDATE event SET position = -position - 1, version = -version - 1 WHERE position > 900;"
        "UPDATE event SET position = -position, version = -version WHERE position < 0;"
        "INSERT INTO event SELECT 901, stream, version + 1, type, time, 0, 0, 0, actor, payload FROM event "
        "WHERE position = 900",
    )
    assert failures(folder) != []


def test_a_reordering_is_found_between_its_checkpoints(folder: Path) -> None:
    forge(
        live(folder, 2),
        "UPDATE event SET position = -800, version = -100 WHERE position = 801;"
        "UPDATE event SET position = 801, version = 101 WHERE position = 800;"
        "UPDATE event SET position = 800, version = 100 WHERE position = -800",
    )
    assert failures(folder)[0] == (701, 1200)


def test_a_truncation_is_found_where_the_log_ends(folder: Path) -> None:
    forge(live(folder, 3), "DELETE FROM event WHERE position > 1400")
    assert failures(folder) == [(1401, 1500)]


def test_a_missing_night_is_found(folder: Path) -> None:
    live(folder, 2).unlink()
    assert failures(folder) == [(701, 1200)]


def test_a_changed_sealed_block_is_found_where_it_is(folder: Path) -> None:
    path = list_segments(folder)[0].sealed_path(folder)
    content = bytearray(path.read_bytes())
    content[content.index(b"\x28\xb5\x2f\xfd", 4) + 50] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)
    assert failures(folder)[0] == (257, 257)


def test_an_older_copy_put_back_is_found_by_who_holds_a_former_checkpoint(
    folder: Path, tmp_path: Path
) -> None:
    older = tmp_path / "older"
    shutil.copytree(folder, older)
    write_night(folder, 3, 10)
    note = checkpoint(folder)
    assert failures(older) == []
    assert failures(older, note) == [(1501, 1510)]


def test_a_log_rewritten_with_its_own_key_is_found_by_who_holds_a_former_checkpoint(
    folder: Path, tmp_path: Path
) -> None:
    note = (folder / "checkpoint").read_text()
    forged = tmp_path / "forged"
    write_night(forged, 0, 1600)
    checkpoint(forged)
    assert failures(forged) == []
    assert failures(forged, note) == [(1, 1500)]
    shutil.copytree(folder / "checkpoints", forged / "checkpoints", dirs_exist_ok=True)
    (forged / "checkpoints" / "000000001600").unlink()
    with pytest.raises(LogCorrupt, match="not the one of its checkpoint"):
        checkpoint(forged)


def test_a_checkpoint_of_another_key_is_not_believed(folder: Path) -> None:
    foreign = SigningKey("kiso.example/log", bytes(32)).sign(
        Checkpoint("kiso.example/log", 1, bytes(32)).text()
    )
    assert list(verify(folder, notes=[foreign]))[3:4] == [
        Finding(
            False, "a checkpoint can't be trusted: it does not bear a valid signature of kiso.example/log"
        )
    ]


def run_verifier(folder: Path, proof: str, *payload: str) -> subprocess.CompletedProcess[str]:
    (folder / "proof").write_text(proof)
    command = [
        sys.executable,
        str(VERIFIER),
        str(folder / "proof"),
        str(folder / "checkpoint.vkey"),
        *payload,
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("position", [1, 256, 257, 700, 701, 1500])
def test_a_stranger_checks_a_proof_without_this_package(folder: Path, tmp_path: Path, position: int) -> None:
    log = SqliteLog(folder)
    payload = tmp_path / "payload"
    payload.write_bytes(encode_event(next(log.read(after=position - 1)).payload))
    log.close()
    answer = run_verifier(folder, prove(folder, position), str(payload))
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith(f"event {position} is in the log of 1500 events")
    payload.write_bytes(b"{}")
    assert run_verifier(folder, prove(folder, position), str(payload)).returncode == 1


def test_the_stranger_refuses_a_changed_proof(folder: Path) -> None:
    proof = prove(folder, 300)
    assert run_verifier(folder, proof.replace("index 299", "index 298")).returncode == 1
    assert run_verifier(folder, proof.replace("\n1500\n", "\n1501\n")).returncode == 1
    lines = proof.splitlines()
    assert run_verifier(folder, "\n".join([*lines[:3], *lines[4:]]) + "\n").returncode == 1
    for position in (0, -1, 1501):
        with pytest.raises(NotInTheLog, match=f"no event {position}: it holds 1 to 1500"):
            prove(folder, position)
    write_night(folder, 2, 1)
    with pytest.raises(ValueError, match="make a new one first"):
        prove(folder, 1501)


def test_the_stranger_takes_a_proof_that_came_by_mail(folder: Path) -> None:
    answer = run_verifier(folder, prove(folder, 300).replace("\n", "\r\n"))
    assert (answer.returncode, answer.stderr) == (0, "")


def test_the_stranger_says_in_a_line_what_is_wrong(folder: Path) -> None:
    proof = prove(folder, 300)
    for harmed in ("", proof[:100], proof[: proof.index("\n\n") + 2], proof.replace("index 299", "index x")):
        answer = run_verifier(folder, harmed)
        said = "the proof does not hold: the proof or the public key is cut short or damaged\n"
        assert (answer.returncode, answer.stderr) == (1, said)
    key = folder / "checkpoint.vkey"
    key.write_text(SigningKey("kiso.example/log", bytes(32)).verifier().text())
    answer = run_verifier(folder, proof)
    assert (answer.returncode, answer.stderr) == (
        1,
        "the proof does not hold: this public key did not sign it\n",
    )
    key.unlink()
    answer = run_verifier(folder, proof)
    assert answer.returncode == 2
    assert answer.stderr.startswith("nothing was checked: ")
    alone = subprocess.run([sys.executable, str(VERIFIER)], capture_output=True, text=True, check=False)
    assert (alone.returncode, alone.stderr) == (
        2,
        "nothing was checked: usage: verify_proof.py PROOF VKEY [PAYLOAD]\n",
    )


def test_growth_between_checkpoints_is_proved(folder: Path) -> None:
    verifier = verifier_of(folder)
    notes = [path.read_text() for path in sorted((folder / "checkpoints").iterdir())]
    old, middle, new = (Checkpoint.parse(verifier.open(note)) for note in notes)
    for first, second in ((old, middle), (old, new), (middle, new)):
        proof = prove_growth(folder, first, second)
        assert merkle.is_consistent(first.size, second.size, first.root, second.root, proof)
        assert not merkle.is_consistent(first.size, second.size, second.root, second.root, proof)


def test_the_tree_is_the_one_of_rfc_6962_over_the_leaves(folder: Path) -> None:
    tree = LogTree(folder)
    hashes = [merkle.leaf_hash(tree.leaf(position)) for position in range(1, 601)]
    for size in (1, 255, 256, 257, 512, 600):
        assert tree.root(size) == merkle.any_root(hashes[:size])


def test_the_tree_is_right_beyond_the_first_tile_of_level_1(tmp_path: Path) -> None:
    write_night(tmp_path, 0, 65_900)
    tree = LogTree(tmp_path)
    hashes = leaf_hashes(tree.leaves(0, 65_900))
    assert tree.root(65_900) == merkle.any_root(hashes)
    checkpoint(tmp_path)
    assert (tmp_path / tile_path(1, 0)).stat().st_size == 256 * 32
    assert failures(tmp_path) == []
    seal(tmp_path, "2023-12-12")
    assert LogTree(tmp_path).root(65_537) == merkle.any_root(hashes[:65_537])
    assert failures(tmp_path) == []


def test_tiles_are_named_as_tlog_tiles_names_them() -> None:
    assert tile_path(0, 1_234_067) == "tile/0/x001/x234/067"
    assert tile_path(1, 5, 17) == "tile/1/005.p/17"


def test_the_key_is_secret_and_made_once(folder: Path) -> None:
    path = folder / "checkpoint.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key(path).seed == SEED
    assert read_verifier((folder / "checkpoint.vkey").read_text()) == read_key(path).verifier()
    with pytest.raises(FileExistsError):
        make_key(path, "other", SEED)
    path.chmod(0o644)
    with pytest.raises(ValueError, match="can be read by others"):
        read_key(path)


def test_a_key_that_was_made_just_before_a_crash_has_its_public_half_afterwards(tmp_path: Path) -> None:
    made = make_key(tmp_path / "checkpoint.key", "kiso.example/log", SEED)
    assert key_of(tmp_path, "another/log", bytes(32)) == made
    assert verifier_of(tmp_path) == made.verifier()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["checkpoint.key", "checkpoint.vkey"]


@pytest.mark.parametrize(
    "around",
    ["{}", "\n\n {}", "Tea.\nThe checkpoint:\n```\n{}```", "```{}```\nTea.", "The checkpoint:\n\n{}\nTea."],
    ids=["bare", "indented", "code block", "fence on its line", "mail"],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_note_is_found_in_the_message_that_carried_it(around: str, line_end: str) -> None:
    key = SigningKey("kiso.example/log", SEED)
    note = key.sign(Checkpoint(key.name, 7, bytes(32)).text())
    found = note_in(around.format(f"\n{note}").replace("\n", line_end))
    assert key.verifier().open(found) == Checkpoint(key.name, 7, bytes(32)).text()
    assert note_in("tea") == "tea"


def test_notes_are_those_of_the_public_tools() -> None:
    """The example of golang.org/x/mod/sumdb/note."""
    secret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    public = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    signature = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    key = SigningKey("PeterNeumann", b64decode(secret.split("+", 4)[4])[1:])
    assert key.text() == secret
    assert key.verifier().text() == public
    assert key.sign(text) == f"{text}\n— PeterNeumann {signature}\n"
    assert read_verifier(public).open(key.sign(text)) == text
