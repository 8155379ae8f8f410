"""events.schema.json is what the event types say."""

from __future__ import annotations

from pathlib import Path

from jsonschema import Draft202012Validator

from tomoe_es.events import EVENT_TYPES
from tomoe_es.events.schema import SCHEMA_FILE, events_schema, main, schema_text

TOP = Path(__file__).parents[3]


def test_the_committed_schema_is_the_generated_one() -> None:
    committed = (TOP / SCHEMA_FILE).read_text(encoding="utf-8")
    assert committed == schema_text(), (
        "the event types changed: run `make schema` and commit events.schema.json"
    )


def test_the_schema_is_a_schema_and_knows_every_type() -> None:
    schema = events_schema()
    Draft202012Validator.check_schema(schema)
    assert set(EVENT_TYPES) <= set(schema["$defs"])


def test_the_command_writes_the_file_named(tmp_path: Path) -> None:
    main([str(tmp_path / "schema.json")])
    assert (tmp_path / "schema.json").read_text(encoding="utf-8") == schema_text()
