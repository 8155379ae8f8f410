from __future__ import annotations

from pathlib import Path

import pytest

from tomoe_es.events import EVENT_TYPES
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reference import PAGE, main, reference

COMMITTED = Path(__file__).parents[3] / PAGE


def test_the_committed_page_is_current():
    assert COMMITTED.read_text(encoding="utf-8") == reference(), (
        "the event types have changed: refresh their page with `make docs`"
    )


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_every_event_type_has_its_docstring_its_stream_and_all_its_fields(name):
    [section] = [each for each in reference().split("\n### ") if each.startswith(f"{name}\n")]
    assert "\n\nNone\n" not in section
    assert "Stream: `" in section
    fields = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
    assert fields == list(EVENT_TYPES[name].__struct_fields__)


def test_the_envelope_has_all_its_fields():
    envelope = reference().split("\n## ")[1]
    for field in Recorded.__struct_fields__:
        assert f"| `{field}` |" in envelope


def test_a_stream_is_told_with_the_fields_that_name_it():
    sections = reference().split("\n### ")
    [read] = [each for each in sections if each.startswith("MountRead\n")]
    [started] = [each for each in sections if each.startswith("ExposureStarted\n")]
    [unreachable] = [each for each in sections if each.startswith("DeviceUnreachable\n")]
    assert "Stream: `mount`" in read
    assert "Stream: `exposure/{exposure_number}`" in started
    assert "Stream: `{device}`" in unreachable


def test_the_page_is_written_to_the_file_named(tmp_path):
    main([str(tmp_path / "page.md")])
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == reference()
