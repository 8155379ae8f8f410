"""Whether a log begins where a night does: of an imported part, nobody can tell on what was decided."""

from __future__ import annotations

from replay.errors import BeginningMissing
from tomoe_es.control.deciders_of_a_night import deciders_of_a_night, folds_of_a_night
from tomoe_es.events.system import NightPlanned
from tomoe_es.log.port import EventLog


def require_beginning(log: EventLog) -> None:
    """Raise BeginningMissing when something was decided in the log before its first night was planned.

    A night is planned before anybody may decide. In a part of a night, the states on which its decisions
    were made are unknown, so that judging them again gives differences that are none.
    """
    deciders = frozenset(each.name for each in deciders_of_a_night(folds_of_a_night()))
    for each in log.read():
        if isinstance(each.payload, NightPlanned):
            return
        if each.actor in deciders:
            raise BeginningMissing(
                f"event {each.position} was decided by '{each.actor}' before any night was planned: "
                "the beginning of the night is missing, and with it what was decided on, "
                "as in an imported part of a log"
            )
