"""The reference pages are current."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tomoe_es.machines.reference import PAGE, RULES_PAGE, main, reference, rules_reference

REPOSITORY = Path(__file__).parents[3]
PAGES = [(PAGE, reference), (RULES_PAGE, rules_reference)]


@pytest.mark.parametrize(("page", "text"), PAGES)
def test_each_page_is_current(page: Path, text: Callable[[], str]) -> None:
    written = (REPOSITORY / page).read_text(encoding="utf-8")
    assert written == text(), f"{page} is not what the declarations say: run make docs"


def test_the_pages_are_written_into_the_folder_named(tmp_path: Path) -> None:
    main([str(tmp_path)])
    for page, text in PAGES:
        assert (tmp_path / page.name).read_text(encoding="utf-8") == text()
