"""The reference page is current."""

from pathlib import Path

from tomoe_es.machines.reference import PAGE, main, reference

REPOSITORY = Path(__file__).parents[3]


def test_page_of_the_machines_is_current() -> None:
    written = (REPOSITORY / PAGE).read_text(encoding="utf-8")
    assert written == reference(), f"{PAGE} is not what the declarations say: run make docs"


def test_the_page_is_written_to_the_file_named(tmp_path: Path) -> None:
    page = tmp_path / "machines.md"
    main([str(page)])
    assert page.read_text(encoding="utf-8") == reference()
