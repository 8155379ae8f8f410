from pathlib import Path

from tomoe_es.recipe.conditions import CONDITIONS
from tomoe_es.recipe.file_errors import ERROR_CONDITIONS
from tomoe_es.recipe.operations import OPERATIONS
from tomoe_es.recipe.reference import PAGE, main, reference

COMMITTED = Path(__file__).parents[3] / PAGE


def test_the_committed_page_is_current():
    assert COMMITTED.read_text() == reference(), (
        "the recipe language has changed: refresh its page with `make docs`"
    )


def test_the_page_names_everything():
    page = reference()
    for name in [*CONDITIONS, *ERROR_CONDITIONS]:
        assert f"| `{name}` |" in page
    for name in OPERATIONS:
        assert f"### {name}\n" in page


def test_the_page_is_written_to_the_file_named(tmp_path):
    main([str(tmp_path / "page.md")])
    assert (tmp_path / "page.md").read_text() == reference()
