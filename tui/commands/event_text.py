"""An event on one line."""

from __future__ import annotations

import msgspec

from tomoe_es.events import Event

LONGEST_VALUE = 60


def event_text(event: Event) -> str:
    """Its type, and its fields as name=value, long values cut."""
    fields = msgspec.json.decode(msgspec.json.encode(event))
    name = fields.pop("type")
    return " ".join([name, *(f"{key}={_short(value)}" for key, value in fields.items())])


def _short(value: object) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."


def evidence_text(position: int) -> str:
    """A position of a violation's evidence; a negative one is not in the log, which is a part of another."""
    if position > 0:
        return f"event {position}"
    return f"event {-position} of the night it was taken from is not in this part"
