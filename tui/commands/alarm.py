"""`tomoe alarm`: see what departed from normal, and answer it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from projections import alarms
from projections.alarms import TROUBLES_WITH_CHIPS, trouble_with_chips
from projections.causal_chain import causal_chain
from projections.overview_model import AlarmLine, MutedAlarm
from projections.store import ProjectionReader
from tomoe_es.conditions import condition, conditions
from tomoe_es.control import alarm_answers
from tomoe_es.control.alarm_answers import NoSuchAlarm
from tomoe_es.errors import UsageError
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.monitor import ViolationDetected
from tomoe_es.log import open_log
from tomoe_es.log.port import EventLog
from tui import answering
from tui.commands.alarm_text import alarm_lines, muted_lines, trouble_lines, violation_lines
from tui.conditions import named_in
from tui.data_folder import DataFolder, data_folder
from tui.duration import duration_us
from tui.numbers import Whole
from tui.person import person
from tui.said import said, said_or_not

app = App(name="alarm", help="See what departed from normal, and answer it.")

ACTOR = "tomoe alarm"


class ViolationUnknown(UsageError):
    """No violation has this name, so that nothing would be muted."""

    what_to_do = "copy the name from `tomoe alarm list`, or from the page Conditions"


class AlarmList(msgspec.Struct):
    """What `tomoe alarm list --json` prints."""

    alarms: Sequence[AlarmLine]
    muted: Sequence[MutedAlarm]


@app.command(name="list")
def list_alarms(
    *,
    all: Annotated[bool, Parameter(name="--all", negative="")] = False,  # noqa: A002  the option's name
    json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    data: Path | None = None,
) -> int:
    """Print open alarms, the loudest first, a burst of one name on one line; and the muted names.

    Parameters
    ----------
    all
        Also what is over: cleared or acknowledged alarms, and chips that were rejected, failed or lost.
    json
        As one line of JSON, with times in UTC microseconds since 1970.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    with ProjectionReader(data_folder(data).projections, alarms.PROJECTION) as reader:
        snapshot = reader.load()
    lines = tuple(each for each in snapshot.state.lines(snapshot.time_us) if all or each.open)
    muted = snapshot.state.muted_names(snapshot.time_us)
    if json:
        sys.stdout.write(msgspec.json.encode(AlarmList(lines, muted)).decode() + "\n")
        return 0
    for text in [*alarm_lines(lines), *muted_lines(muted)]:
        sys.stdout.write(f"{text}\n")
    if not lines:
        sys.stderr.write("nothing is open\n" if not all else "there was no alarm\n")
    return 0


@app.command
def show(position: Whole, *, data: Path | None = None) -> int:
    """Print one alarm in full: meaning, what to do, evidence, and the events that led to it as a tree.

    Parameters
    ----------
    position
        Position of the alarm's event, as `tomoe alarm list` prints it.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    folder = data_folder(data)
    folder.require()
    with closing(open_log(folder.log_url)) as log:
        found = _event(log, position)
        trouble = trouble_with_chips(found) if found is not None else None
        if found is None or not (isinstance(found.payload, ViolationDetected) or trouble):
            raise NoSuchAlarm(_no_alarm(log, position, found))
        chain = causal_chain(log, position)
        if trouble is not None:
            lines = trouble_lines(trouble, named_in(trouble.name), chain)
        else:
            violation = _answers(log, after=found.version - 1).violations[position]
            known = condition(violation.detected.name, ("violation",))
            lines = violation_lines(position, found.time, violation, known, chain)
    for text in lines:
        sys.stdout.write(f"{text}\n")
    return 0


@app.command
def ack(alarm: str, *, why: str, data: Path | None = None) -> int:
    """Acknowledge a violation: it has been seen, by whom and why is in the log.

    Exit code 1 when somebody else was first; the message says who and when.

    Parameters
    ----------
    alarm
        Position of one violation, or a name for all open ones of it.
    why
        What was seen or done.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    why = said(why)
    folder = data_folder(data)
    chosen = int(alarm) if alarm.isdecimal() else alarm
    try:
        recorded = answering.acknowledge(folder, chosen, person(), why, f"{ACTOR} ack")
    except NoSuchAlarm:
        _require_no_trouble_with_chips(folder, chosen)
        raise
    sys.stdout.write(f"{len(recorded)} acknowledged: {alarm}\n")
    return 0


@app.command
def mute(
    name: str, *, duration: Annotated[str, Parameter(name="--for")], why: str, data: Path | None = None
) -> int:
    """Have violations of a name recorded, but not announced, for a while.

    Parameters
    ----------
    name
        Of the violations.
    duration
        For how long, as 90s, 30m, 2h or 1d; 7 days at most.
    why
        The reason, for the next person.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    _require_violation(name)
    why = said(why)
    answering.mute(data_folder(data), name, duration_us(duration), person(), why, f"{ACTOR} mute")
    sys.stdout.write(f"{name} is muted for {duration}\n")
    return 0


@app.command
def unmute(name: str, *, why: str = "", data: Path | None = None) -> int:
    """Have violations of a name announced again.

    Parameters
    ----------
    name
        Of the violations.
    why
        The reason, if there is one to tell.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    """
    answering.unmute(data_folder(data), name, person(), said_or_not(why), f"{ACTOR} unmute")
    sys.stdout.write(f"{name} is announced again\n")
    return 0


def _event(log: EventLog, position: int) -> Recorded | None:
    return next(iter(log.read(after=position - 1, until=position)), None) if position > 0 else None


def _answers(log: EventLog, after: int = 0) -> alarm_answers.Answers:
    state = alarm_answers.initial()
    for recorded in log.read_stream(answering.STREAM, after=after):
        alarm_answers.evolve(state, recorded)
    return state


def _no_alarm(log: EventLog, position: int, found: Recorded | None) -> str:
    what = f"is no alarm but {type(found.payload).__name__}" if found is not None else "is not in the log"
    return f"event {position} {what}: {alarm_answers.nearest(_answers(log), position)}"


def _require_no_trouble_with_chips(folder: DataFolder, alarm: int | str) -> None:
    """Raise NoSuchAlarm with its own remedy where the alarm is a line of the list that is never open."""
    with closing(open_log(folder.log_url)) as log:
        if isinstance(alarm, int):
            found = _event(log, alarm)
            lines = [trouble_with_chips(found)] if found is not None else []
        else:
            lines = [trouble_with_chips(each) for each in log.read(types=TROUBLES_WITH_CHIPS)]
    named = [each for each in lines if each and alarm in (each.position, each.name, each.name.split()[0])]
    if named:
        trouble = named[-1]
        raise NoSuchAlarm(
            f"{alarm} is no violation but {trouble.name}, which nobody needs to acknowledge: "
            f"'tomoe alarm show {trouble.position}' says what to do"
        )


def _require_violation(name: str) -> None:
    if condition(name, ("violation",)) is None:
        names = [each.name for each in conditions() if each.kind == "violation"]
        near = get_close_matches(name, names, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "'tomoe alarm list' shows those that are open"
        raise ViolationUnknown(f"no violation is named '{name}': {hint}")
