"""`tomoe cube light-curve` prints what `light_curve` measures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.tomoe_es.reduction.test_light_curve import FLUXES, X, Y, write_cube
from tomoe_es.reduction.light_curve import PositionOutsideCube
from tui.commands.cube import PositionMissing, light_curve


@pytest.fixture(scope="module")
def cube(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cube(tmp_path_factory.mktemp("cube") / "cube.fits")


def test_each_frame_is_a_line(cube: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert light_curve(cube, x=X + 1, y=Y + 1) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "# pixel 701.30 501.60"
    assert len([each for each in lines if not each.startswith("#")]) == len(FLUXES)


def test_as_json_it_has_the_same(cube: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert light_curve(cube, x=X + 1, y=Y + 1, json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["flux_counts"] == pytest.approx(FLUXES, rel=0.15)
    assert (told["x"], told["y"], told["flagged"]) == (X + 1, Y + 1, False)


def test_a_pixel_too_near_the_edge_is_told_as_it_was_given(cube: Path) -> None:
    with pytest.raises(PositionOutsideCube, match=r"pixel 15\.9, 500\.0 .* within 15 of its edge"):
        light_curve(cube, x=15.9, y=500)
    assert light_curve(cube, x=16, y=1128 - 15) == 0


def test_a_position_must_be_given_once_and_whole(cube: Path) -> None:
    for given in ({}, {"ra": 1.0}, {"x": 1.0, "ra": 2.0}, {"ra": 1.0, "dec": 2.0, "x": 3.0, "y": 4.0}):
        with pytest.raises(PositionMissing, match="--ra and --dec"):
            light_curve(cube, **given)  # type: ignore[arg-type]
