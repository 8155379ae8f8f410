"""`tomoe replay names`: what a condition may speak of."""

from __future__ import annotations

import sys

import msgspec

from replay import names
from replay.night import state_names
from tomoe_es.machines.catalogue import TABLES
from tui.commands.replay.parameters import Json


def list_names(*, json: Json = False) -> int:
    """List what a condition may speak of: machines with their states, states with their fields, events."""
    machines = {name: list(table.machine.states) for name, table in TABLES.items()}
    fields = {name: list(kind.__struct_fields__) for name, kind in names.STATE_TYPES.items()}
    if json:
        known = {
            "machines": machines,
            "states": fields,
            "event": sorted(names.EVENT_FIELDS),
            "whole": state_names(),
        }
        sys.stdout.write(msgspec.json.encode(known).decode() + "\n")
        return 0
    for name, states in machines.items():
        several = "" if not TABLES[name].machine.instance else f"[{TABLES[name].machine.instance}]"
        sys.stdout.write(f"{name + several:28} {' | '.join(states)}\n")
    for name, known_fields in fields.items():
        sys.stdout.write(f"{name + '.':28} {' '.join(known_fields)}\n")
    sys.stdout.write(f"{'event.':28} {' '.join(sorted(names.EVENT_FIELDS))}\n")
    sys.stdout.write(f"{'for show --state':28} {', '.join(state_names())}\n")
    return 0
