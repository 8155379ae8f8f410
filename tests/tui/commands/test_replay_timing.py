"""`tomoe replay timing`: the table, the bars in the terminal, the picture."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.critical_path import critical_paths
from replay.errors import PlotsNotInstalled
from replay.timing import timing as timing_of
from tests.projections.night_story import record, whole_night
from tests.replay.test_timing import told
from tomoe_es.log import open_log
from tui.commands.replay import timing
from tui.commands.replay.timing_text import BAR, bar, path_lines, plot_lines
from tui.data_folder import DataFolder


@pytest.fixture(scope="module")
def told_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = DataFolder(tmp_path_factory.mktemp("timed"))
    log = open_log(folder.log_url)
    record(log, whole_night())
    log.close()
    return folder.top


def test_the_way_to_the_archive_follows_the_table(
    told_night: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert timing.timing(data=told_night) == 0
    lines = capsys.readouterr().out.splitlines()
    begin = lines.index("from the shutter to the archive, 12 products")
    assert lines[begin + 1 : begin + 12] == [
        "                                        p50      p90      p99   share   longest of",
        "  read out                             0.00     0.00     0.00   0.0 %   0",
        "  ring to buffer                       4.00     4.00     4.00  69.6 %   12",
        "  wait for the other chips             1.00     1.00     1.00  17.4 %   0",
        "  wait for a slot                      0.00     0.50     0.50   4.3 %   0",
        "  earlier attempts                     0.00     0.00     0.00   0.0 %   0",
        "  reduce: stack                        0.10     0.10     0.10   1.7 %   0",
        "  reduce: wcs                          0.30     0.30     0.30   5.2 %   0",
        "  reduce: beside its stages            0.10     0.10     0.10   1.7 %   0",
        "  shutter to archive                   5.50     6.00     6.00",
        "slowest",
    ]
    assert lines[begin + 12].startswith(
        "  DARK TMQ1202312120000000102          6.00 s, of which 4.00 s ring to buf"
    )


def test_bars_in_the_terminal(told_night: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert timing.timing(plot=True, data=told_night) == 0
    lines = capsys.readouterr().out.splitlines()
    at = lines.index("shutter to archive, seconds: the products at p50, p90, p99 of 12")
    assert lines[at + 1].startswith("  p50      5.50  ████████")
    assert lines[at + 4] == "       ██ ring to buffer"
    assert any(line.startswith("  Exposure ") and line.endswith("█") for line in lines)


def test_the_picture_is_a_png_that_names_the_night(told_night: Path, tmp_path: Path) -> None:
    out = tmp_path / "night.png"
    assert timing.timing(png=out, data=told_night) == 0
    content = out.read_bytes()
    assert content.startswith(b"\x89PNG\r\n")
    assert b"night 2023-12-12, tree root of " in content


def test_without_matplotlib_it_says_what_to_install(
    told_night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(PlotsNotInstalled):
        timing.timing(png=tmp_path / "night.png", data=told_night)
    assert "tomoe-es[plots]" in PlotsNotInstalled.what_to_do


def test_json_has_the_ways(told_night: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert timing.timing(json=True, data=told_night) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["critical_path"]["products"] == 12
    assert said["critical_path"]["examples"]["p99"]["parts"]["ring to buffer"] == 4.0


def test_a_night_without_products_says_so() -> None:
    ways = critical_paths([])
    assert list(path_lines(ways)) == [
        "no product was archived: there is no way from the shutter to the archive"
    ]
    assert list(plot_lines(timing_of(told()), ways)) == []


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_bar_is_as_long_as_its_number_and_something_always_shows(one: float, other: float) -> None:
    assert len(bar(one)) <= BAR
    assert bool(bar(one)) == (one > 0)
    if one <= other:
        assert len(bar(one)) <= len(bar(other))
