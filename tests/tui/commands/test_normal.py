"""`tomoe normal`: what is declared, and whether past nights are judged as they were live."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.tomoe_es.control.observatory import Observatory, copy_log, plan, survey
from tomoe_es.events.monitor import ViolationDetected
from tomoe_es.machines.catalogue import TABLES
from tomoe_es.machines.deadlines import DEADLINES
from tomoe_es.machines.rules import RULES
from tomoe_es.reduction.unsolved_causes import CAUSES
from tui.cli import app
from tui.commands.normal import NotDeclared


def run(*arguments: str) -> int:
    code = app(list(arguments), result_action="return_value")
    assert isinstance(code, int)
    return code


@pytest.fixture
def night(tmp_path: Path) -> Path:
    """The data folder of a night in which the mount fails for a while."""
    observatory = Observatory(tmp_path / "log", plan(end="17:12"))
    observatory.fault("mount", "fail", "16:52", "16:58")
    observatory.start(survey(2))
    observatory.run_to_end()
    observatory.close()
    return tmp_path


def test_the_list_names_every_machine_rule_and_deadline(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("normal") == 0
    listed = {line.split(" ")[0] for line in capsys.readouterr().out.splitlines() if line}
    assert {*TABLES, *RULES, *DEADLINES, "MovedWithoutCommand", "MountTransitionUndeclared"} <= listed


def test_the_list_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("normal", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert {each["name"] for each in listed["machines"]} == set(TABLES)
    told = {each["name"]: each for each in listed["violations"]}
    assert told["SlitDidNotClose"]["kind"] == "deadline"
    assert told["MovedWithoutCommand"]["severity"] == "critical"  # the highest of its machines
    assert told["DomeOpenInDaylight"]["needs_acknowledgement"] is True


def test_one_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("normal", "show", "ExposureNotTransferred") == 0
    assert capsys.readouterr().out.splitlines() == [
        "name        ExposureNotTransferred",
        "kind        deadline",
        "severity    serious",
        "means       the frames of an exposure are still in the ring buffer, where they will be overwritten",
        "do          see what slows the transfer: the network, the buffer storage, or other processes",
        "normal      after ExposureFinished: ExposureTransferred within 120 s",
        "reads       ExposureFinished, ExposureTransferred",
        "ends        by itself, which is recorded",
    ]


def test_a_machine(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("normal", "show", "worker") == 0
    shown = capsys.readouterr().out
    assert "free, leased, silent" in shown
    assert "docs/states/worker.svg" in shown


def test_the_condition_of_a_failed_reduction(capsys: pytest.CaptureFixture[str]) -> None:
    told = [
        "name        RawCubeCorrupt",
        "kind        error: no departure from what is declared normal",
        "means       A raw cube is truncated, its header is damaged, or it isn't one",
        "do          look at the disk of the buffer storage; take the exposure again if it is still wanted",
    ]
    for name in ("RawCubeCorrupt", "ReductionFailed (RawCubeCorrupt)"):
        assert run("normal", "show", name) == 0
        assert capsys.readouterr().out.splitlines() == told


def test_each_check_that_a_chip_was_rejected_by(capsys: pytest.CaptureFixture[str]) -> None:
    run("normal", "show", "ProductRejected (cloud, noise)")
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("name")] == ["name        cloud", "name        noise"]
    run("normal", "show", "ProductRejected (cloud, noise)", "--json")
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["kind"] for each in told] == ["quality check", "quality check"]


def test_a_name_that_nothing_has_among_others_is_told_beside_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(NotDeclared, match=r"^nothing is called 'nois': did you mean 'noise'"):
        run("normal", "show", "ProductRejected (cloud, nois)", "--json")
    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line)["name"] == "cloud"


@pytest.mark.parametrize("cause", CAUSES)
def test_why_chips_were_not_solved(cause: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("normal", "show", f"FieldsUnsolved ({cause})", "--json") == 0
    [line] = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert (told["kind"], told["meaning"]) == ("unsolved chips", CAUSES[cause].meaning)


def test_every_condition_of_a_name_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    run("normal", "show", "pointing", "--json")
    told = [json.loads(line)["kind"] for line in capsys.readouterr().out.splitlines()]
    assert told == ["quality check", "unsolved chips"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("RawCubeCorupt", "did you mean 'RawCubeCorrupt'"),
        ("ReductionFailed", "it is a type of events, which 'tomoe log tail --types ReductionFailed' shows"),
    ],
)
def test_a_name_of_something_else_has_its_remedy(name: str, hint: str) -> None:
    with pytest.raises(NotDeclared, match=hint):
        run("normal", "show", name)


def test_a_name_that_nothing_has(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Exception, match="nothing is called 'Nonsense'") as raised:
        run("normal", "show", "Nonsense")
    assert type(raised.value).__name__ == "NotDeclared"
    with pytest.raises(NotDeclared, match="did you mean 'SlitDidNotClose'"):
        run("normal", "show", "SlitDidntClose")


def test_a_night_judged_again_is_the_same(night: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("normal", "check", "--data", str(night)) == 0
    assert "1 violation and 1 end of violations are the same, 0 differ" in capsys.readouterr().out
    assert run("normal", "check", "--data", str(night), "--night", "2023-12-12", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["equal_violations"] == 1
    assert (told["equal"], told["only_live"], told["only_again"]) == (2, [], [])


def test_a_violation_that_is_missing_in_the_log_is_told_by_line(
    night: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # given a log that was written without a monitor
    unwatched = Observatory(
        None, plan(end="17:12"), only=["weather watch", "executor", "scheduler", "night course"]
    )
    unwatched.fault("mount", "fail", "16:52", "16:58")
    unwatched.start(survey(2))
    unwatched.run_until("17:20")
    assert not unwatched.of(ViolationDetected)
    copy_log(unwatched.all(), tmp_path / "other" / "log")
    # when
    code = run("normal", "check", "--data", str(tmp_path / "other"))
    # then
    lines = capsys.readouterr().out.splitlines()
    assert code == 1
    assert any(line.startswith("found again, not recorded: ViolationDetected DeviceFault") for line in lines)
    assert lines[-1].endswith("differ")


def test_a_night_that_the_log_does_not_hold(night: Path) -> None:
    with pytest.raises(Exception, match="holds no night 2024-01-01"):
        run("normal", "check", "--data", str(night), "--night", "2024-01-01")
