"""The JSON Schema of stored events, made of the event types: `python -m tomoe_es.events.schema [FILE]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from tomoe_es.events.envelope import Recorded

SCHEMA_FILE = "events.schema.json"


def events_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of an event as it is recorded: the envelope with any of the payloads."""
    (recorded,), definitions = msgspec.json.schema_components([Recorded])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **recorded, "$defs": definitions}


def schema_text() -> str:
    """The schema as it is committed: sorted, so that a difference shows what changed."""
    return json.dumps(events_schema(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> None:
    """Write the schema to the file named, or to the one of the current folder."""
    Path(arguments[0] if arguments else SCHEMA_FILE).write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
