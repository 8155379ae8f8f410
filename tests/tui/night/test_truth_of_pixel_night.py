"""A night on real stars agrees with its truth files; spoilt in what it tells, it does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from replay.truth.findings import Findings
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import MovingObjectDetected, QualityJudged
from tui.commands.truth import truth
from tui.truth_of_night import compared, line_of_last_night

from .conftest import FinishedNight

pytestmark = pytest.mark.xdist_group("pixel night")


def test_it_agrees_with_its_truth(pixel_night: FinishedNight, capsys: pytest.CaptureFixture[str]) -> None:
    assert truth(data=pixel_night.data.top) == 0
    told = capsys.readouterr().out
    assert "the night agrees with its truth" in told
    assert "disagrees" not in told
    assert truth(data=pixel_night.data.top, json=True) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["agrees"]
    assert found["counts"]["rejected chips"]["found"] >= 4, "the recipe under clouds"
    assert found["counts"]["moving objects"]["found"] >= 3
    assert found["counts"]["solutions"]["false"] == 0
    assert {each["name"] for each in found["distances"]} >= {"zero point", "positions of moving objects"}


def test_its_summary_has_a_line_of_it(pixel_night: FinishedNight) -> None:
    assert line_of_last_night(pixel_night.data).startswith("truth: agrees: ")


def spoilt(night: FinishedNight, change: Any) -> Findings:
    """The same night of which the log tells something else."""

    def told() -> Iterator[Recorded]:
        for each in night.events:
            for payload in change(each.payload):
                yield msgspec.structs.replace(each, payload=payload)

    name = next(each.payload.night for each in night.of_type("NightPlanned"))
    return compared(night.data, name, told())


def test_movers_that_it_does_not_tell_are_missed(pixel_night: FinishedNight) -> None:
    found = spoilt(pixel_night, lambda each: [] if isinstance(each, MovingObjectDetected) else [each])
    assert found.counts["moving objects"].missed >= 2
    assert any("is missed, and must be found" in line.said for line in found.disagreements)


def test_movers_elsewhere_are_false(pixel_night: FinishedNight) -> None:
    def elsewhere(each: Any) -> list[Any]:
        if not isinstance(each, MovingObjectDetected):
            return [each]
        moved = [msgspec.structs.replace(at, x=at.x + 50) for at in each.sightings]
        return [msgspec.structs.replace(each, sightings=moved)]

    assert spoilt(pixel_night, elsewhere).counts["moving objects"].false >= 3


@pytest.mark.parametrize(("passed", "column"), [(True, "missed"), (False, "false")])
def test_chips_judged_the_wrong_way_are_noticed(
    pixel_night: FinishedNight, passed: bool, column: str
) -> None:
    """All pass, those under clouds too; or all fail, also the good ones."""

    def judged(each: Any) -> list[Any]:
        if not isinstance(each, QualityJudged):
            return [each]
        verdicts = [msgspec.structs.replace(verdict, passed=passed) for verdict in each.verdicts]
        return [msgspec.structs.replace(each, passed=passed, verdicts=verdicts)]

    found = spoilt(pixel_night, judged)
    assert getattr(found.counts["rejected chips"], column) >= 4
