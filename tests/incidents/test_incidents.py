"""Each staged incident is found by the commands of its page, which shows what they print."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.incidents import staged
from tests.incidents.catalogue import INCIDENTS
from tests.incidents.incident import MOST_COMMANDS, Incident, outputs, page, stage
from tui.commands.replay import check

PAGES = Path(__file__).parents[2] / "docs" / "incidents"


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda incident: incident.name)
def test_the_commands_of_its_page_reveal_the_cause(incident: Incident, tmp_path: Path) -> None:
    folder = stage(incident, tmp_path)

    told = list(outputs(incident, folder))

    assert check.check(data=folder.top) == 0, "it is not decided again as it was decided"
    for step, output in told:
        for each in step.reveals:
            assert each in "\n".join(output), f"{step.command} does not tell of '{each}'"
    assert (PAGES / incident.page).read_text(encoding="utf-8") == page(incident, told), (
        "the commands print something else by now: refresh the page with `make docs`"
    )


def test_five_commands_are_enough() -> None:
    assert all(1 <= len(each.steps) <= MOST_COMMANDS for each in INCIDENTS)


def test_there_are_ten_each_with_its_page() -> None:
    assert [each.number for each in INCIDENTS] == list(range(1, 11))
    assert sorted(path.name for path in PAGES.glob("*.md")) == [each.page for each in INCIDENTS]


def test_a_night_is_staged_for_who_names_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert staged.main(["03", str(tmp_path / "night")]) == 0
    assert capsys.readouterr().out == f"export TOMOE_DATA={tmp_path / 'night'}\n"
    assert any((tmp_path / "night" / "log").glob("*.sqlite"))
    assert staged.main(["03", str(tmp_path / "night")]) == 2
    assert staged.main(["42", str(tmp_path / "other")]) == 2
