"""A night on real stars agrees with its truth files; spoilt in what it tells, it does not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from astropy.io import fits

from replay.truth.findings import Findings
from tomoe_es.camera.frame_id import parse_frame_id
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.reduction import MovingObjectDetected, QualityJudged
from tui.commands.truth import truth
from tui.truth_of_night import compared, say_truth_of_night

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


def test_where_the_truth_is_another_it_names_the_chip_and_ends_with_1(
    pixel_night: FinishedNight, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A chip that was rejected under clouds, of which the truth says that the sky was clear."""
    for name in ("log", "archive"):
        (tmp_path / name).symlink_to(pixel_night.data.top / name)
    shutil.copytree(pixel_night.data.truth, tmp_path / "truth")
    rejected = pixel_night.of_type("ProductRejected")[0].payload
    [path] = (tmp_path / "truth").rglob(f"r{rejected.frame_id}.fits")
    with fits.open(path, mode="update", memmap=False) as hdus:
        hdus["FRAMES"].data["TRANSPARENCY"][:] = 1.0
    assert truth(data=tmp_path) == 1
    told = capsys.readouterr().out.splitlines()
    chip = parse_frame_id(rejected.frame_id)
    where = f"disagrees: rejected chips, exposure {chip.exposure_number} chip {chip.det_id}: rejected by "
    assert [line for line in told if line.startswith("disagrees: rejected chips")] == [
        f"{where}{', '.join(rejected.reasons)}, and nothing is wrong with it"
    ]


def test_its_summary_has_a_line_of_it(pixel_night: FinishedNight) -> None:
    said: list[str] = []
    say_truth_of_night(pixel_night.data, name_of(pixel_night), said.append)
    assert said[1].startswith("truth: agrees: ")


def name_of(night: FinishedNight) -> str:
    [planned] = night.of_type("NightPlanned")
    return str(planned.payload.night)


def spoilt(night: FinishedNight, change: Any) -> Findings:
    """The same night of which the log tells something else."""

    def told() -> Iterator[Recorded]:
        for each in night.events:
            for payload in change(each.payload):
                yield msgspec.structs.replace(each, payload=payload)

    return compared(night.data, name_of(night), told())


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
