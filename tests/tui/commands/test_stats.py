"""`tomoe stats` on a night that was told as a story."""

from __future__ import annotations

import json

import pytest

from tui.commands.stats import reduction
from tui.data_folder import DataFolder


def test_it_tells_stages_and_the_bottleneck(data: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert reduction(data=data.top) == 0
    told = capsys.readouterr().out
    assert "STACK: " in told
    assert "bottleneck: wcs" in told
    assert "from lease to result" in told


def test_as_json_it_has_the_same(data: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert reduction(json=True, data=data.top) == 0
    told = json.loads(capsys.readouterr().out)
    kinds = {each["kind"]: each for each in told["kinds"]}
    assert kinds["STACK"]["bottleneck"] == "wcs"
    assert {"p50", "p95", "longest"} <= set(kinds["STACK"]["stages"][0])
