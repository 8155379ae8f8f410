"""`tomoe stats` on a night that was told as a story."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.projections.night_story import Story, record
from tomoe_es.events.reduction import ReductionFailed
from tomoe_es.log import open_log
from tui.commands.stats import reduction
from tui.data_folder import DataFolder


def test_it_tells_stages_and_the_bottleneck(data: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert reduction(data=data.top) == 0
    told = capsys.readouterr().out
    assert "STACK: " in told
    assert "bottleneck: wcs" in told
    assert "from lease to result" in told


def test_chips_that_were_given_up_are_told(data: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    about: dict[str, Any] = {"exposure_number": 1, "frame_id": "TMQ1202312120000000101", "job_id": "j"}
    failed = ReductionFailed(**about, attempt=1, condition="RawCubeCorrupt", message="", given_up=True)
    log = open_log(data.log_url)
    record(log, iter([Story().at(failed)]))
    log.close()
    assert reduction(data=data.top) == 0
    assert "given up: 1 chip (RawCubeCorrupt: 1)" in capsys.readouterr().out


def test_as_json_it_has_the_same(data: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert reduction(json=True, data=data.top) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["given_up"] == {}
    kinds = {each["kind"]: each for each in told["kinds"]}
    assert kinds["STACK"]["bottleneck"] == "wcs"
    assert {"p50", "p95", "longest"} <= set(kinds["STACK"]["stages"][0])
