"""What the documentation says can be followed: its links lead somewhere, its commands are understood."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tui.cli import app

TOP = Path(__file__).parents[1]
PAGES = [TOP / "README.md", TOP / "CHANGELOG.md", *sorted((TOP / "docs").rglob("*.md"))]
PLACEHOLDERS = {"POSITION": "1"}


def commands(page: Path) -> list[str]:
    """Lines of a page that a reader would type: from the indented `tomoe` to a comment, a pipe or an `&`."""
    lines = re.findall(r"^ {4,}(?:\$ )?tomoe (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [re.split(r"\s+#|[|&]", line)[0].strip() for line in lines]


COMMANDS = sorted({command for page in PAGES for command in commands(page)})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_every_link_leads_to_a_file(page):
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    for link in links:
        assert link.startswith("https://") or (page.parent / link).exists(), f"{page}: {link}"


def test_every_page_can_be_reached_from_the_index():
    index = (TOP / "docs" / "index.md").read_text(encoding="utf-8")
    for page in PAGES:
        relative = page.relative_to(TOP / "docs") if page.is_relative_to(TOP / "docs") else None
        if relative is not None and relative.parts[0] not in ("index.md", "decisions"):
            assert f"({relative})" in index, f"docs/index.md does not link {relative}"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_in_the_documentation_is_understood(command):
    words = [PLACEHOLDERS.get(word, word) for word in shlex.split(command)]
    app.parse_args(words, exit_on_error=False, print_error=False)


def test_there_are_commands_to_judge():
    assert len(COMMANDS) > 20


def test_no_page_names_a_machine():
    for page in PAGES:
        assert f"{TOP}/" not in page.read_text(encoding="utf-8"), page
