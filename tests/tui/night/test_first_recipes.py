"""The recipes that a night begins with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.commands.test_queue import EXAMPLE, NIGHT, planned
from tomoe_es.events.recipe import RecipeRefused, RecipeSubmitted
from tomoe_es.recipe.yaml_tree import LARGEST_BYTES
from tui.night.first_recipes import (
    RecipeFile,
    RecipeUnreadable,
    read_recipes,
    submissions,
    survey_submissions,
)

NOW = planned().start_up_us


def test_the_same_recipe_twice_is_refused_the_second_time() -> None:
    content = EXAMPLE.read_bytes()
    files = [RecipeFile("a.yaml", content), RecipeFile("b.yaml", content + b"# a remark\n")]

    first, second = submissions(files, submitted_by="test", night=NIGHT, now=NOW)

    assert isinstance(first, RecipeSubmitted)
    assert isinstance(second, RecipeRefused)
    assert second.source_name == "b.yaml"
    assert second.errors == ["b.yaml: the same recipe as a.yaml; remove one of the two"]


def test_a_recipe_with_errors_is_refused_each_time() -> None:
    files = [RecipeFile("a.yaml", b"Observer: x\n"), RecipeFile("b.yaml", b"Observer: x\n")]

    events = submissions(files, submitted_by="test", night=NIGHT, now=NOW)

    assert [type(each) for each in events] == [RecipeRefused, RecipeRefused]


def test_a_survey_is_made_up_of_recipes_that_differ() -> None:
    events = survey_submissions(planned(), 9, submitted_by="test", now=NOW)

    assert len({each.recipe_id for each in events}) == len(events) == 3


def test_files_are_read_no_further_than_shows_that_they_are_too_large(tmp_path: Path) -> None:
    huge = tmp_path / "huge.yaml"
    huge.write_bytes(b"#" * (2 * LARGEST_BYTES))

    [read] = read_recipes([huge])

    assert read.name == "huge.yaml"
    assert len(read.content) == LARGEST_BYTES + 1


def test_a_file_that_vanished_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeUnreadable, match=r"gone\.yaml: No such file or directory: check the path"):
        read_recipes([tmp_path / "gone.yaml"])
