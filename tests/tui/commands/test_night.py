"""`tomoe night`: mistakes in its options are told before anything begins."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path

import pytest

from adapters.simulator.script import NightScriptInvalid
from tomoe_es.errors import NothingToResume, TomoeError, UsageError
from tomoe_es.log import open_log
from tomoe_es.reduction.engine import EngineLost
from tui.commands.night import FixedByTheLog, NoRecipes, SpeedOutOfRange, night
from tui.data_folder import DataFolder
from tui.night.first_recipes import RecipeUnreadable
from tui.night.options import FIRST_NIGHT, NightOptions
from tui.night.plan import OptionInvalid
from tui.night.run import run_night


@pytest.mark.parametrize(
    ("options", "condition", "told"),
    [
        ({"chips": 0}, OptionInvalid, "--chips 0"),
        ({"chips": 85}, OptionInvalid, "1 to 84"),
        ({"exposures": -1}, OptionInvalid, "--exposures -1"),
        ({"observing_hours": 0.0}, OptionInvalid, "--observing-hours 0 is outside 0 to 24"),
        ({"observing_hours": float("inf")}, OptionInvalid, "--observing-hours inf"),
        ({"seed": -1}, OptionInvalid, "--seed -1"),
        ({"workers": 0}, OptionInvalid, "--workers 0"),
        ({"dark_frames": 4}, OptionInvalid, "--dark-frames 4"),
        ({"flat_frames": 3601}, OptionInvalid, "--flat-frames 3601"),
        ({"buffer_ttl_hours": -1.0}, OptionInvalid, "--buffer-ttl-hours -1"),
        ({"buffer_ttl_hours": float("nan")}, OptionInvalid, "--buffer-ttl-hours nan"),
        ({"night": "2023-13-01"}, OptionInvalid, "2023-13-01 is not a date"),
        ({"night": "20231213"}, OptionInvalid, "20231213 is not a date: write it as 2023-12-12"),
        ({"night": "9999-12-31"}, OptionInvalid, "9999-12-31 is not a date"),
        ({"script": "hail"}, NightScriptInvalid, "hail"),
        ({"speed": 0.5}, SpeedOutOfRange, "--speed 0.5 is outside 1 to 1000"),
        ({"speed": float("nan")}, SpeedOutOfRange, "--speed nan"),
        ({"speed": float("inf")}, SpeedOutOfRange, "--speed inf"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_made(
    tmp_path: Path, options: dict[str, object], condition: type[TomoeError], told: str
) -> None:
    data = tmp_path / "data"
    with pytest.raises(condition, match=told):
        night(data=data, plain=True, **options)  # type: ignore[arg-type]
    assert issubclass(condition, UsageError), "exit code 2"
    assert not data.exists()


@pytest.mark.parametrize("listens", [False, True])
def test_a_scheduler_that_does_not_answer_is_told_before_anything_is_made(
    tmp_path: Path, listens: bool
) -> None:
    data = tmp_path / "data"
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        if listens:  # and never speaks
            somebody.listen()
        address = f"tcp://127.0.0.1:{somebody.getsockname()[1]}"
        with pytest.raises(EngineLost, match=f"no Dask scheduler with workers at {address}"):
            night(data=data, plain=True, engine=address)
    assert not data.exists()


def test_a_night_that_gets_no_workers_has_made_nothing(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        address = f"tcp://127.0.0.1:{somebody.getsockname()[1]}"
        with pytest.raises(EngineLost):
            run_night(NightOptions(engine=address), data)
    assert not data.top.exists()


def _events(data: Path) -> int:
    with closing(open_log(DataFolder(data).log_url)) as log:
        return log.head()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"recipes": Path("recipes")}, "--recipes"),
        ({"chips": 3}, "--chips"),
        ({"exposures": 3}, "--exposures"),
        ({"observing_hours": 2.0}, "--observing-hours"),
        ({"seed": 3}, "--seed"),
        ({"night": "2023-12-24"}, "--night"),
        ({"script": "rain"}, "--script"),
        ({"pixels": False}, "--no-pixels"),
        ({"dark_frames": 9}, "--dark-frames"),
        ({"flat_frames": 9}, "--flat-frames"),
        ({"buffer_ttl_hours": 1.0}, "--buffer-ttl-hours"),
    ],
)
def test_what_the_plan_has_decided_is_not_given_again_to_resume(
    tmp_path: Path, options: dict[str, object], told: str
) -> None:
    with pytest.raises(FixedByTheLog, match=f"{told} can't be given with --resume"):
        night(data=tmp_path / "data", plain=True, resume=True, **options)  # type: ignore[arg-type]
    assert not (tmp_path / "data").exists()


def test_to_resume_speed_and_workers_may_be_given(tmp_path: Path) -> None:
    with pytest.raises(NothingToResume):
        night(data=tmp_path / "data", plain=True, resume=True, speed=10.0, workers=1)


@pytest.mark.parametrize(
    ("content", "told"), [(b"weather: \xff", "is not UTF-8"), (b"", "is empty"), (b"hail: 1\n", "hail")]
)
def test_a_script_file_that_can_not_be_used_is_named(tmp_path: Path, content: bytes, told: str) -> None:
    script = tmp_path / "script.yaml"
    script.write_bytes(content)
    with pytest.raises(NightScriptInvalid, match=f"script.yaml.*{told}"):
        night(data=tmp_path / "data", plain=True, script=str(script))


def test_a_recipe_file_that_can_not_be_read_stops_it_before_anything_is_recorded(tmp_path: Path) -> None:
    data = tmp_path / "data"
    gone = NightOptions(recipes=(tmp_path / "gone.yaml",), pixels=False)
    with pytest.raises(RecipeUnreadable, match=r"gone\.yaml"):
        run_night(gone, DataFolder(data))
    assert _events(data) == 0


def test_a_folder_without_recipes_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoRecipes, match=str(tmp_path)):
        night(recipes=tmp_path, data=tmp_path / "data", plain=True)


def test_its_checkpoint_is_told_before_it_is_compared_with_the_truth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A night of events only, for which somebody made a folder of truth files."""
    data = DataFolder(tmp_path / "data")
    (data.truth / FIRST_NIGHT).mkdir(parents=True)
    assert night(data=data.top, plain=True, pixels=False, chips=1, exposures=1, observing_hours=0.1) == 0
    told = capsys.readouterr().out
    places = [told.index(each) for each in ("The log's checkpoint", "is compared with its", "\ntruth: ")]
    assert places == sorted(places)
