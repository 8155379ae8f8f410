"""`tomoe replay names`: what a condition may speak of."""

from __future__ import annotations

import sys

import msgspec

from adapters.code_identity import code_identity
from replay import names
from replay.night import code_name, state_names
from tomoe_es.machines.catalogue import TABLES
from tui.commands.replay.parameters import Json


def list_names(*, json: Json = False) -> int:
    """List what a condition may speak of: machines with their states, states with their fields, events.

    It is about no night; it says of which version of the code the names are.
    """
    code = code_name(code_identity())
    machines = {name: list(table.machine.states) for name, table in TABLES.items()}
    fields = {name: list(kind.__struct_fields__) for name, kind in names.STATE_TYPES.items()}
    if json:
        known = {
            "code_now": code,
            "machines": machines,
            "states": fields,
            "event": sorted(names.EVENT_FIELDS),
            "whole": state_names(),
        }
        sys.stdout.write(msgspec.json.encode(known).decode() + "\n")
        return 0
    sys.stdout.write(f"code  now  {code}\n\n")
    for name, states in machines.items():
        several = "" if not TABLES[name].machine.instance else f"[{TABLES[name].machine.instance}]"
        sys.stdout.write(f"{name + several:28} {' | '.join(states)}\n")
    for name, known_fields in fields.items():
        sys.stdout.write(f"{name + '.':28} {' '.join(known_fields)}\n")
    sys.stdout.write(f"{'event.':28} {' '.join(sorted(names.EVENT_FIELDS))}\n")
    sys.stdout.write(f"{'for show --state':28} {', '.join(state_names())}\n")
    return 0
