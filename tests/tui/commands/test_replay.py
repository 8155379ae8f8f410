"""`tomoe replay`: every command says which night of which log by which code, and leaves the log as it is."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import pytest

from replay.errors import ConditionInvalid, ImportRefused, NightUnknown, PlaceUnknown
from tests.replay.conftest import SCRIPT
from tests.tomoe_es.control.observatory import Observatory, plan, survey
from tomoe_es.control import weather_limits
from tomoe_es.log import open_log
from tomoe_es.log.sealing import seal
from tui.commands import replay
from tui.commands.replay import bisect, causes, check, diff, export, names, play, show, timing, whatif, when
from tui.data_folder import DataFolder

pytestmark = pytest.mark.xdist_group("replay command")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = DataFolder(tmp_path_factory.mktemp("replayed"))
    observatory = Observatory(folder.log, plan(end="17:10", script=SCRIPT))
    observatory.start(survey(2), survey(1, at="17:02", comment="other"))
    observatory.run_to_end()
    observatory.close()
    return folder.top


@pytest.fixture(scope="module", autouse=True)
def log_is_left_as_it_is(data: Path):  # type: ignore[no-untyped-def]
    def contents() -> dict[str, str]:
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (data / "log").iterdir()}

    before = contents()
    yield
    assert contents() == before


COMMANDS = {
    "show": lambda data, **how: show.show("16:55", data=data, **how),
    "why": lambda data, **how: causes.why("exposure:2", data=data, **how),
    "effects": lambda data, **how: causes.effects("exposure:2", data=data, **how),
    "when": lambda data, **how: when.when("dome.slit == 'closing'", data=data, **how),
    "bisect": lambda data, **how: bisect.bisect("control.last_exposure_number >= 2", data=data, **how),
    "diff": lambda data, **how: diff.diff("16:50", "end", data=data, **how),
    "timing": lambda data, **how: timing.timing(data=data, **how),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_text_begins_with_night_log_and_code(
    name: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert COMMANDS[name](data) == 0

    night, log, then, now, empty, *rest = capsys.readouterr().out.splitlines()
    assert night.startswith("night 2023-12-12   events 1 to ")
    assert log.startswith("log   tree root of ")
    assert then.startswith("code  then ")
    assert now.startswith("      now  0.1.0 source ")
    assert empty == ""
    assert rest


@pytest.mark.parametrize("name", COMMANDS)
def test_json_has_them_too(name: str, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert COMMANDS[name](data, json=True) == 0

    said = json.loads(capsys.readouterr().out)
    assert said["replay"]["night"] == "2023-12-12"
    assert {"log_digest", "code_then", "code_now"} <= set(said["replay"])
    assert len(said) > 1


def _exported(form: Literal["jsonl", "csv", "trace"]) -> Callable[[Path, Path], object]:
    return lambda data, _: export.export(form=form, end="3", data=data)


def _imported(data: Path, tmp_path: Path) -> None:
    export.export(out=tmp_path / "night.jsonl", data=data)
    export.import_(tmp_path / "night.jsonl", data=tmp_path / "imported")


def _minimal(data: Path, tmp_path: Path) -> None:
    wanted = "control.last_exposure_number >= 1"
    export.export(minimal=True, condition=wanted, out=tmp_path / "few.jsonl", data=data)
    sys.stdout.write((tmp_path / "few.jsonl").read_text())


EVERY_OTHER: dict[str, Callable[[Path, Path], object]] = {
    "play": lambda data, _: play.play(end="3", speed=1e9, data=data),
    "export": _exported("jsonl"),
    "export csv": _exported("csv"),
    "export trace": _exported("trace"),
    "export minimal": _minimal,
    "import": _imported,
    "bisect rule": lambda data, _: bisect.bisect(rule="TwoExecutors", data=data),
    "whatif": lambda data, tmp_path: whatif.whatif(
        into=tmp_path / "dry", start="17:05", weather="clear", data=data
    ),
    "check": lambda data, _: check.check(data=data),
}


@pytest.mark.parametrize("name", EVERY_OTHER)
def test_every_other_output_names_night_log_and_both_codes(
    name: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    EVERY_OTHER[name](data, tmp_path)

    said = capsys.readouterr().out
    assert "2023-12-12" in said
    assert "tree root of" in said
    assert "not registered" in said  # the code of then: this night was run without saying it
    assert "0.1.0 source " in said


def test_no_command_is_forgotten() -> None:
    tried = {each.split()[0] for each in (*COMMANDS, *EVERY_OTHER)}
    about_no_night, a_screen = "names", "screen"  # what the screen says is tested in tests/tui/replay_screen
    assert tried | {about_no_night, a_screen} == set(replay.COMMANDS)


def test_show_names_what_is_where(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show.show("end", data=data)
    lines = capsys.readouterr().out.splitlines()
    assert "dome_slit        closed" in lines
    assert "telescope_lock   locked" in lines
    assert "phase            ended" in lines


def test_show_steps(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show.show("end", step="exposure", count=-1, data=data)
    assert "ExposureRequested" in capsys.readouterr().out


def test_one_state_whole(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show.show("16:55", state="projection queue", data=data)
    assert list(json.loads(capsys.readouterr().out)["states"]) == ["projection queue"]
    with pytest.raises(PlaceUnknown, match="did you mean 'control'"):
        show.show("16:55", state="contrl", data=data)


def test_when_goes_back_too_and_says_where_nothing_is(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    when.when("dome.slit == 'closing'", limit=9, json=True, data=data)
    places = [each["position"] for each in json.loads(capsys.readouterr().out)["events"]]
    when.when("dome.slit == 'closing'", back=True, json=True, data=data)
    [last] = json.loads(capsys.readouterr().out)["events"]
    assert last["position"] == places[-1]
    when.when("dome.slit == 'closing'", back=True, limit=2, json=True, data=data)
    assert [each["position"] for each in json.loads(capsys.readouterr().out)["events"]] == places[:-3:-1]
    assert len(places) > 1

    assert when.when("control.last_exposure_number > 999", data=data) == 1
    assert bisect.bisect("control.last_exposure_number > 999", data=data) == 1


def test_what_holds_only_before_the_place_to_go_on_from_never_is_called_never(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    condition = "event.position == 3"
    assert when.when(condition, start="10", data=data) == 1
    told = f"nowhere from there: {condition}\n         in the night it holds first at event 3\n"
    assert told in capsys.readouterr().out
    assert bisect.bisect(condition, monotone=True, data=data) == 1
    told = f"nowhere by halves: {condition}\n         in the night it holds first at event 3\n"
    assert told in capsys.readouterr().out


@pytest.mark.parametrize("condition", ["1 == 1", "control.last_exposure_number < 5"])
def test_what_holds_from_the_start_is_found_there(
    condition: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bisect.bisect(condition, data=data) == 0
    assert "(holds from the start on: event 1)" in capsys.readouterr().out
    assert when.when(condition, data=data) == 0
    assert "(holds from the start on: event 1)" in capsys.readouterr().out
    assert show.show(f"when:{condition}", data=data) == 0
    assert "(holds from the start on: event 1)" in capsys.readouterr().out

    assert when.when(condition, start="1", data=data) == 1
    assert "but at event 1 itself it holds" in capsys.readouterr().out


def test_when_knows_times_of_the_night(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert when.when("event.time >= at('16:55') and dome.slit == 'closed'", data=data, json=True) == 0
    assert json.loads(capsys.readouterr().out)["events"][0]["time"] >= 1_702_367_700_000_000


def test_mistakes_are_told(data: Path) -> None:
    with pytest.raises(ConditionInvalid):
        when.when("dome.slit = 3", data=data)
    with pytest.raises(NightUnknown):
        show.show(night="2024-01-01", data=data)
    with pytest.raises(PlaceUnknown):
        play.play(speed=0, data=data)


@pytest.mark.slow
def test_check_says_same_or_shows_the_first_difference(
    data: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert check.check(data=data) == 0
    assert "same   2023-12-12" in capsys.readouterr().out

    # given a log in which a decision was recorded that this code does not make
    changed = DataFolder(tmp_path / "changed")
    before = weather_limits.SAFE_AFTER
    weather_limits.SAFE_AFTER = before * 2
    try:
        observatory = Observatory(changed.log, plan(end="16:56"))
        observatory.start()
        observatory.run_to_end()
        observatory.close()
    finally:
        weather_limits.SAFE_AFTER = before

    assert check.check(every_night=True, data=changed.top) == 1
    said = capsys.readouterr().out
    assert "DIFFERS   2023-12-12" in said
    assert "then  nothing" in said
    assert "now   WeatherBecameSafe" in said
    assert "dome_slit        closed" in said


def test_exported_and_imported_it_is_the_same_log(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "night.jsonl"
    assert export.export(out=file, data=data) == 0
    assert export.import_(file, data=tmp_path / "again") == 0

    with (
        closing(open_log(f"sqlite:///{data}/log")) as one,
        closing(open_log(f"sqlite:///{tmp_path}/again/log")) as two,
    ):
        assert list(one.read()) == list(two.read())
    with pytest.raises(ImportRefused):
        export.import_(file, data=tmp_path / "again")


def test_trace_and_csv_are_written(data: Path, tmp_path: Path) -> None:
    export.export(form="trace", out=tmp_path / "night.json", data=data)
    assert json.loads((tmp_path / "night.json").read_text())["otherData"]["night"] == "2023-12-12"
    export.export(form="csv", start="10", end="20", out=tmp_path / "night.csv", data=data)
    assert len((tmp_path / "night.csv").read_text().splitlines()) == 4 + 1 + 11


def test_play_prints_the_events(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    play.play(start="10", end="20", speed=1e9, data=data)
    assert len(capsys.readouterr().out.splitlines()) == 5 + 11


def test_names_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    names.list_names()
    assert "dome_slit" in capsys.readouterr().out
    names.list_names(json=True)
    assert "closed" in json.loads(capsys.readouterr().out)["machines"]["dome_slit"]


def test_a_sealed_night_is_told_by_the_root_of_its_tree(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export.export(out=tmp_path / "night.jsonl", data=data)
    export.import_(tmp_path / "night.jsonl", data=tmp_path)
    seal(tmp_path / "log", "2023-12-12")
    capsys.readouterr()

    show.show("end", data=tmp_path)

    assert "log   tree root of" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("place", "steps", "said"),
    [
        ("03:00", {}, "past the end"),
        ("12:01", {}, "before the start"),
        ("end", {"count": 3}, "past the end"),
        ("start", {"count": -5}, "before the start"),
        ("start", {"count": -1, "step": "recipe"}, "before the start"),
        ("end", {"count": 1, "step": "exposure"}, "past the end"),
        ("end", {}, ""),
        ("16:55", {"count": 1}, ""),
        ("end", {"count": -1, "step": "recipe"}, ""),
    ],
)
def test_a_place_outside_the_night_is_said_to_be(
    place: str,
    steps: dict[str, Any],
    said: str,
    data: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert show.show(place, data=data, **steps) == 0

    assert (f"{said} of the night: shown is event" in capsys.readouterr().err) == bool(said)


def test_a_condition_and_a_rule_at_once_are_refused(data: Path) -> None:
    with pytest.raises(ConditionInvalid, match="give one, not both"):
        bisect.bisect("phase == 'ended'", rule="TwoExecutors", data=data)


def test_an_export_into_a_file_says_how_many_events_went_there(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export.export(start="3", end="7", out=tmp_path / "part.jsonl", data=data)

    assert capsys.readouterr() == ("", f"5 events, 3 to 7, written to {tmp_path / 'part.jsonl'}\n")
