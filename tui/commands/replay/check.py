"""`tomoe replay check`: whether the code of now decides as was decided then."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from adapters.code_identity import code_identity
from replay import checking
from replay.night import ReplayedNight, code_name
from replay.opening import identity as identity_of
from tomoe_es.log.read_only import ReadOnlyLog
from tui.commands import replay_text as text
from tui.commands.replay.opened import existing_folder, print_json, print_lines
from tui.commands.replay.parameters import Data, Json, Night


def check(
    *,
    night: Night = None,
    every_night: Annotated[bool, Parameter(name="--all", negative="")] = False,
    differences: Annotated[int, Parameter(name="--differences", validator=Number(gte=0))] = 1,
    json: Json = False,
    data: Data = None,
) -> int:
    """Decide the night again with the code of now, and compare; exit code 1 when a decision differs.

    Parameters
    ----------
    every_night
        Every night of the log.
    differences
        How many differences to tell of each night; 0: all.
    """
    folder = existing_folder(data)
    code = code_name(code_identity())
    good = True
    with closing(ReadOnlyLog(folder.log)) as log:
        nights = checking.nights_of(log) if every_night else [ReplayedNight(log, night).night]
        for checked in checking.check(
            folder.log, nights, stop_after=differences or None, workers=os.cpu_count() or 1
        ):
            opened = ReplayedNight(log, checked.night)
            identity = identity_of(folder.log, opened, code)
            good = good and not checked.differences
            if json:
                print_json(identity, checked=checked)
                continue
            print_lines(identity, text.checked_lines(checked))
            for each in checked.differences[:1]:
                event = opened.event(max(1, each.position))
                for line in text.state_lines(event, checking.state_before(opened, each)):
                    sys.stdout.write(f"    {line}\n")
    return 0 if good else 1
