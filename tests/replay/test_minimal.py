"""The fewest events that still break a rule: a log that opens as a night, and a test that runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.delta_debugging import ddmin
from replay.errors import NothingToKeep, PlaceUnknown, RuleUnknown
from replay.judging_rules import departures
from replay.minimal import broken_rules, comes_to_hold, minimal_for_rule
from replay.night import ReplayedNight
from tests.replay.conftest import log_of
from tests.tomoe_es.control.observatory import Observatory, copy_log, plan, survey
from tomoe_es.clock import SECOND
from tomoe_es.events.monitor import ViolationDetected
from tomoe_es.events.system import ProcessStarted
from tomoe_es.events.telescope import DomeSlitCommanded
from tomoe_es.log import open_log
from tomoe_es.machines.judging import steps
from tui.commands.replay import bisect, export, show
from tui.data_folder import DataFolder

pytestmark = pytest.mark.xdist_group("replay minimal")
RULE = "TwoExecutors"
RULE_OF_SLIT = "SlitDidNotClose"
STUCK_SLIT = """
weather:
  - { kind: rain, from: '16:56', to: '17:20' }
faults:
  - { device: dome_slit, kind: slow, from: '16:55', to: '17:10', factor: 100 }
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A night whose process is started a second time beside the first."""
    night = Observatory(None, plan())
    night.record(ProcessStarted(process="night", pid=1, host="kiso"))
    night.start()
    night.run_until("16:40")
    night.record(ProcessStarted(process="night", pid=2, host="kiso"))
    night.run_until("16:43")
    folder = DataFolder(tmp_path_factory.mktemp("two"))
    copy_log(night.all(), folder.log)
    yield folder.top
    night.close()


def test_it_is_the_violation_of_the_night_and_no_other_of_that_name() -> None:
    # given a slit that closed in time when its closing was tried, and stuck when it rained
    night = Observatory(None, plan(end="17:20", script=STUCK_SLIT))
    night.start(survey(2))
    night.run_until("17:05")
    found = next(each for each in night.of(ViolationDetected) if each.payload.name == RULE_OF_SLIT)  # type: ignore[attr-defined]
    events = night.all()
    night.close()
    commanded = events[found.payload.evidence[-1] - 1]  # type: ignore[attr-defined]
    closings = [
        each
        for each in events
        if isinstance(each.payload, DomeSlitCommanded) and each.payload.action == "close"
    ]
    assert closings[0] != commanded

    # when the fewest events are looked for
    minimal = minimal_for_rule(ReplayedNight(log_of(events)), RULE_OF_SLIT).events

    # then they have that command, at its time, and the violation is found at its time
    kept = [(each.time, each.payload) for each in minimal if isinstance(each.payload, DomeSlitCommanded)]
    assert (commanded.time, commanded.payload) in kept
    [(at, violation)] = [
        each for each in departures(steps.initial(), minimal) if each[1].name == RULE_OF_SLIT
    ]
    assert violation.thing == "dome_slit"
    assert 0 <= at.time - found.time < SECOND, "what is overdue is found at the next event"
    assert minimal[violation.evidence[-1] - 1].payload == commanded.payload


@given(st.sets(st.integers(0, 40), max_size=4))
def test_ddmin_leaves_just_what_is_needed(needed: set[int]) -> None:
    found = ddmin(list(range(41)), lambda some: needed <= set(some))

    assert set(found) == needed
    assert found == sorted(found)


def test_of_the_rest_no_unit_can_be_left_out() -> None:
    """Also when what is needed is not one certain part: here, more than a third of all."""
    units = list(range(30))
    found = ddmin(units, lambda some: len(some) > 10)
    assert len(found) == 11


def test_the_fewest_events_are_a_night_and_a_test_that_runs(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, test = tmp_path / "two.jsonl", tmp_path / "test_two.py"
    assert export.export(minimal=True, rule=RULE, out=log, pytest=test, data=data) == 0
    said = capsys.readouterr().out
    assert said.startswith("night 2023-12-12")
    assert f"kept: the rule {RULE} is broken" in said

    # It is short, holds what matters, and breaks no other rule.
    assert len(log.read_text().splitlines()) < 30
    assert log.read_text().count('"ProcessStarted"') == 2
    assert broken_rules(log) == {RULE}

    # It opens as a night.
    export.import_(log, data=tmp_path / "again")
    assert show.show("end", data=tmp_path / "again") == 0
    assert bisect.bisect(rule=RULE, data=tmp_path / "again") == 0
    with closing(open_log(f"sqlite:///{tmp_path}/again/log")) as again:
        assert [each.position for each in again.read()] == list(range(1, again.head() + 1))

    # The test runs: it passes while the rule is broken, and one that expects it kept fails.
    assert _run(test) == 0
    export.export(minimal=True, rule=RULE, out=log, pytest=test, expect="kept", data=data)
    assert _run(test) == 1


def test_of_a_condition_too(data: Path, tmp_path: Path) -> None:
    log, test = tmp_path / "idle.jsonl", tmp_path / "test_idle.py"
    wanted = 'camera == "idle" and dome.slit == "closed"'

    export.export(minimal=True, condition=wanted, out=log, pytest=test, data=data)

    assert comes_to_hold(wanted, log)
    assert not comes_to_hold('camera == "exposing"', log)
    assert _run(test) == 0


def _run(test: Path) -> int:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", test.parent, test],
        cwd=test.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in ran.stdout or "1 failed" in ran.stdout, ran.stdout + ran.stderr
    return ran.returncode


def test_what_can_not_be_is_told(data: Path, tmp_path: Path) -> None:
    with pytest.raises(RuleUnknown):
        export.export(minimal=True, rule="TwoExecutioners", out=tmp_path / "log", data=data)
    with pytest.raises(NothingToKeep, match="SlitDidNotClose"):
        export.export(minimal=True, rule="SlitDidNotClose", out=tmp_path / "log", data=data)
    with pytest.raises(PlaceUnknown, match="--out"):
        export.export(minimal=True, rule=RULE, data=data)
    with pytest.raises(PlaceUnknown, match="beside it"):
        export.export(
            minimal=True, rule=RULE, out=tmp_path / "log", pytest=tmp_path / "far" / "test_it.py", data=data
        )
    with pytest.raises(PlaceUnknown, match="--minimal"):
        export.export(rule=RULE, data=data)
    assert not (tmp_path / "log").exists()
