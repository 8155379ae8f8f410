"""The watched folder of a night: accepted files move away, refused ones get their errors beside them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from adapters.paced_loop import PacedLoop
from tomoe_es.control.conductor import Conductor
from tomoe_es.events.envelope import Recorded
from tomoe_es.log import open_log
from tomoe_es.night import time_of_day_in_night
from tui.night.inbox import ACCEPTED, Inbox

Look = Callable[[], list[Recorded]]
NIGHT = "2023-12-12"
EXAMPLE = (Path(__file__).parents[3] / "recipes" / "examples" / "all-sky-survey.yaml").read_text()


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Let the inbox take in what is in the folder, as at the start of a night; the log afterwards.

    Each look is a minute later.
    """
    minutes = itertools.count()

    def run() -> list[Recorded]:
        with closing(open_log(f"sqlite:///{tmp_path / 'log'}")) as log:
            loop = PacedLoop(time_of_day_in_night(NIGHT, 9, next(minutes), 0.0), float("inf"))
            conductor = Conductor(log, loop)
            conductor.catch_up()
            with Inbox(tmp_path / "inbox", loop, conductor, log, NIGHT).watch:
                loop.run()
            return list(log.read())

    (tmp_path / "inbox").mkdir()
    return run


def types(events: list[Recorded]) -> list[str]:
    return [type(each.payload).__name__ for each in events]


def test_a_good_recipe_is_submitted_and_moved_away(tmp_path: Path, look: Look) -> None:
    (tmp_path / "inbox" / "mine.yaml").write_text(EXAMPLE)
    [submitted] = look()
    assert submitted.payload.source_name == "mine.yaml"  # type: ignore[attr-defined]
    accepted = tmp_path / "inbox" / ACCEPTED / f"{submitted.payload.recipe_id}.yaml"  # type: ignore[attr-defined]
    assert accepted.read_text() == EXAMPLE
    assert types(look()) == ["RecipeSubmitted"]


def test_a_bad_recipe_stays_with_its_errors_beside_it(tmp_path: Path, look: Look) -> None:
    bad = tmp_path / "inbox" / "bad.yaml"
    bad.write_text(EXAMPLE.replace("ra: 19.7", "ra: 419.7"))
    [refused] = look()
    errors = (tmp_path / "inbox" / "bad.yaml.errors.txt").read_text()
    assert "bad.yaml:8:" in errors
    assert "Operations[3].Pointing.ra" in errors
    assert refused.payload.errors == errors.splitlines()  # type: ignore[attr-defined]
    assert bad.exists()
    assert types(look()) == ["RecipeRefused"], "the same refusal is told once"


def test_a_mended_recipe_is_accepted_and_its_errors_go(tmp_path: Path, look: Look) -> None:
    path = tmp_path / "inbox" / "mended.yaml"
    path.write_text(EXAMPLE.replace("open", "opne", 1))
    look()
    path.write_text(EXAMPLE)
    assert types(look()) == ["RecipeRefused", "RecipeSubmitted"]
    assert not (tmp_path / "inbox" / "mended.yaml.errors.txt").exists()


def test_a_file_over_a_megabyte_is_refused(tmp_path: Path, look: Look) -> None:
    (tmp_path / "inbox" / "large.yaml").write_text("#" * 1_100_000)
    [refused] = look()
    assert any("larger than 1,000,000 bytes" in error for error in refused.payload.errors)  # type: ignore[attr-defined]


def test_killed_between_record_and_move_it_is_moved_under_the_name_that_the_log_holds(
    tmp_path: Path, look: Look
) -> None:
    path, accepted = tmp_path / "inbox" / "mine.yaml", tmp_path / "inbox" / ACCEPTED
    path.write_text(EXAMPLE)
    accepted.write_text("in the way")  # as good as killed there: the file lies where it was, untouched
    [submitted, message] = look()
    assert "can't be moved to accepted/ (File exists)" in message.payload.text  # type: ignore[attr-defined]
    accepted.unlink()
    assert types(look()) == ["RecipeSubmitted", "MessagePosted"], "it is not submitted twice"
    assert [each.name for each in accepted.iterdir()] == [f"{submitted.payload.recipe_id}.yaml"]  # type: ignore[attr-defined]
    assert not path.exists()


def test_an_accepted_file_that_is_put_back_is_submitted_again(tmp_path: Path, look: Look) -> None:
    path = tmp_path / "inbox" / "mine.yaml"
    path.write_text(EXAMPLE)
    before = path.stat().st_mtime_ns
    [submitted] = look()
    accepted = tmp_path / "inbox" / ACCEPTED / f"{submitted.payload.recipe_id}.yaml"  # type: ignore[attr-defined]
    accepted.rename(path)
    assert path.stat().st_mtime_ns == before
    events = look()
    assert types(events) == ["RecipeSubmitted", "RecipeSubmitted"]
    assert len({each.payload.recipe_id for each in events}) == 2  # type: ignore[attr-defined]


def test_a_file_that_can_t_be_read_is_refused_once(tmp_path: Path, look: Look) -> None:
    (tmp_path / "inbox" / "mine.yaml").symlink_to("/proc/self/mem")  # opens, and reading fails with EIO
    [refused] = look()
    assert refused.payload.errors == [  # type: ignore[attr-defined]
        "the file can't be read (Input/output error): make it readable, then put it here again"
    ]
    assert "can't be read" in (tmp_path / "inbox" / "mine.yaml.errors.txt").read_text()
    assert types(look()) == ["RecipeRefused"]


def test_errors_that_can_t_be_written_are_in_the_log_all_the_same(tmp_path: Path, look: Look) -> None:
    (tmp_path / "inbox" / "bad.yaml").write_text("nonsense")
    (tmp_path / "inbox" / "bad.yaml.errors.txt").mkdir()
    [refused, message] = look()
    assert refused.payload.errors  # type: ignore[attr-defined]
    assert "bad.yaml can't be written beside it" in message.payload.text  # type: ignore[attr-defined]


def test_a_name_that_is_not_text_is_no_trouble(tmp_path: Path, look: Look) -> None:
    name = os.fsdecode(b"\xff.yaml")
    (tmp_path / "inbox" / name).write_text(EXAMPLE)
    [submitted] = look()
    assert submitted.payload.source_name == "\ufffd.yaml"  # type: ignore[attr-defined]
    assert not (tmp_path / "inbox" / name).exists()
