"""`tomoe queue`: hand in recipes while the observatory runs."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from pathlib import Path

from cyclopts import App

from tomoe_es.control import evolution
from tomoe_es.control import state as control_state
from tomoe_es.control.submission import submission
from tomoe_es.errors import TomoeError
from tomoe_es.events.envelope import Draft
from tomoe_es.events.recipe import RecipeRefused
from tomoe_es.events.system import NIGHT_OVER
from tomoe_es.log import open_log
from tomoe_es.log.port import EventLog
from tomoe_es.recipe.yaml_tree import LARGEST_BYTES
from tui.data_folder import data_folder
from tui.person import person

app = App(name="queue", help="Hand in recipes.")

ACTOR = "tomoe queue submit"


class NoNightRuns(TomoeError):
    """Recipes are observed in a night, and none has begun or the last one has ended."""

    what_to_do = "start a night with `tomoe night`, then hand the recipe in again"


class FileUnreadable(TomoeError):
    """A file that was named can't be read."""

    what_to_do = "check the path, and that the file may be read"


@app.command
def submit(file: Path, *, direct: bool = False, data: Path | None = None) -> int:
    """Check a recipe and put it into the pool of the night that runs.

    Exit code 1 when the recipe is refused: its errors are printed, and the refusal is in the log.

    Parameters
    ----------
    file
        The recipe.
    direct
        Straight to the observation queue, before the scheduled recipes: a target of opportunity.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    folder = data_folder(data)
    folder.require()
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_BYTES + 1)  # a larger one is refused, without being read whole
    except OSError as error:
        raise FileUnreadable(f"{file}: {error.strerror}: check the path") from error
    with closing(open_log(folder.log_url)) as log:
        night, now = _night_and_time(log)
        event = submission(content, str(file), submitted_by=person(), night=night, now=now, direct=direct)
        new = None if isinstance(event, RecipeRefused) else 0
        appended = log.append(event.stream(), [Draft(event, now, actor=ACTOR)], expected_version=new)
    if isinstance(event, RecipeRefused):
        sys.stderr.write("".join(f"{error}\n" for error in event.errors))
        return 1
    where = "queue" if direct else "pool"
    sys.stdout.write(f"{event.recipe_id}  in the {where} of {night}, event {appended.first_position}\n")
    return 0


def _night_and_time(log: EventLog) -> tuple[str, int]:
    """The night that runs, and the time in it: right after its newest event when it is simulated."""
    state = control_state.initial()
    for recorded in log.read(types=("NightPlanned", "NightPhaseEntered", "NightResumed")):
        evolution.evolve(state, recorded)
    plan = state.night.plan
    if plan is None or state.night.phase in NIGHT_OVER:
        raise NoNightRuns("no night runs on this data folder: start one with 'tomoe night', then submit")
    if not plan.simulated:
        return plan.night, time.time_ns() // 1000
    newest = next(iter(log.read(after=log.head() - 1)))
    return plan.night, newest.time + 1
