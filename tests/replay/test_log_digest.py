"""The digest at the top of each output covers every event of the log, or says that it does not."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from replay.log_digest import MOST_HASHED, log_digest
from replay.night import ReplayedNight
from tests.tomoe_es.log.forging import forge
from tomoe_es.events.envelope import Draft
from tomoe_es.events.system import MessagePosted
from tomoe_es.log.read_only import ReadOnlyLog, untouched_tree
from tomoe_es.log.sealing import seal
from tomoe_es.log.sqlite_log import SqliteLog
from tomoe_es.log.tree import to_be_hashed
from tomoe_es.night import night_span

CHANGED = '{"type":"MessagePosted","recipe_id":"r","text":"another"}'
LONG = 66_000
"""Events, of which the first 65,536 fill a tile of level 1."""


def write_night(folder: Path, count: int) -> None:
    noon, _ = night_span("2023-12-12")
    texts = (MessagePosted(recipe_id="r", text=str(index)) for index in range(count))
    with closing(SqliteLog(folder)) as log:
        log.append("messages", [Draft(each, noon + 1, actor="test") for each in texts])


def digest(folder: Path) -> str:
    with closing(ReadOnlyLog(folder)) as log:
        return log_digest(folder, ReplayedNight(log))


def test_it_is_the_same_live_and_sealed(tmp_path: Path) -> None:
    write_night(tmp_path, 700)
    live = digest(tmp_path)
    assert live.startswith("tree root of 700 events sha256:")
    seal(tmp_path, "2023-12-12")
    assert digest(tmp_path) == live
    assert to_be_hashed(tmp_path, 700) == 0


def test_a_payload_changed_behind_the_logs_back_changes_it_and_damage_is_named(tmp_path: Path) -> None:
    write_night(tmp_path, 700)
    before, [live] = digest(tmp_path), list(tmp_path.glob("*.sqlite"))
    forge(live, f"UPDATE event SET payload = CAST('{CHANGED}' AS BLOB) WHERE position = 300")
    assert digest(tmp_path) != before
    forge(live, "UPDATE event SET payload = CAST('{' AS BLOB) WHERE position = 301")
    assert digest(tmp_path).startswith("event 301 is damaged, last event alone sha256:")


def test_of_a_long_live_night_it_takes_the_roots_that_signing_left_and_else_says_what_it_covers(
    tmp_path: Path,
) -> None:
    write_night(tmp_path, LONG)
    assert to_be_hashed(tmp_path, LONG) == LONG > MOST_HASHED
    assert digest(tmp_path).startswith("last event alone sha256:")

    with untouched_tree(tmp_path) as tree:
        tree.store_full_tiles(LONG)
        root = tree.root(LONG).hex()
    assert to_be_hashed(tmp_path, LONG) == LONG - 65_536
    assert digest(tmp_path) == f"tree root of {LONG} events sha256:{root}"
