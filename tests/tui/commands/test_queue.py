"""`tomoe queue submit`: what a person hands in while a night runs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tomoe_es.events.base import Event
from tomoe_es.events.envelope import Draft, Recorded
from tomoe_es.events.system import NightPhaseEntered, NightPlanned
from tomoe_es.log import open_log
from tomoe_es.scheduling.twilight import night_times
from tui.commands.queue import submit
from tui.data_folder import DataFolder, NoDataFolder
from tui.named_file import FileUnusable
from tui.running_night import NoNightRuns

NIGHT = "2023-12-12"
EXAMPLE = Path(__file__).parents[3] / "recipes" / "examples" / "all-sky-survey.yaml"


def planned() -> NightPlanned:
    times = night_times(NIGHT)
    return NightPlanned(
        night=NIGHT,
        start_up_us=times.start_up_us,
        sunset_us=times.sunset_us,
        calibration_us=times.calibration_us,
        observing_start_us=times.observing_start_us,
        observing_end_us=times.observing_end_us,
        sunrise_us=times.sunrise_us,
        chips=[101],
        simulated=True,
        pixels=False,
        seed=1,
        dark_frames=5,
        flat_frames=5,
        buffer_ttl_seconds=60.0,
        script="clear",
    )


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A data folder whose night has been planned."""
    data = DataFolder(tmp_path / "data")
    data.make()
    record(data, planned())
    return data


def record(data: DataFolder, event: Event) -> None:
    with closing(open_log(data.log_url)) as log:
        log.append(event.stream(), [Draft(event, night_times(NIGHT).start_up_us)])


def events(data: DataFolder) -> list[Recorded]:
    with closing(open_log(data.log_url)) as log:
        return list(log.read(after=1))


def test_a_good_recipe_enters_the_pool(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert submit(EXAMPLE, data=folder.top) == 0
    [submitted] = events(folder)
    payload = submitted.payload
    assert type(payload).__name__ == "RecipeSubmitted"
    assert payload.source == EXAMPLE.read_text()  # type: ignore[attr-defined]
    assert not payload.direct  # type: ignore[attr-defined]
    assert capsys.readouterr().out.startswith(f"{payload.recipe_id}  in the pool of {NIGHT}")  # type: ignore[attr-defined]


def test_a_target_of_opportunity_goes_to_the_queue_directly(folder: DataFolder) -> None:
    assert submit(EXAMPLE, direct=True, data=folder.top) == 0
    [submitted] = events(folder)
    assert submitted.payload.direct  # type: ignore[attr-defined]


def test_the_same_file_handed_in_twice_is_two_recipes(folder: DataFolder) -> None:
    submit(EXAMPLE, data=folder.top)
    submit(EXAMPLE, data=folder.top)
    first, second = events(folder)
    assert first.payload.recipe_id != second.payload.recipe_id  # type: ignore[attr-defined]


def test_a_bad_recipe_is_refused_with_its_errors_and_the_refusal_recorded(
    folder: DataFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(EXAMPLE.read_text().replace("SetFocus", "SetFokus"))
    assert submit(bad, data=folder.top) == 1
    [refused] = events(folder)
    assert type(refused.payload).__name__ == "RecipeRefused"
    assert "SetFocus" in capsys.readouterr().err


@pytest.mark.parametrize("make", [lambda path: path / "missing.yaml", lambda path: path])
def test_a_file_that_cannot_be_read_is_named(
    folder: DataFolder, tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    with pytest.raises(FileUnusable, match=str(make(tmp_path))):
        submit(make(tmp_path), data=folder.top)


def test_without_a_night_nothing_is_submitted(folder: DataFolder, tmp_path: Path) -> None:
    record(folder, NightPhaseEntered(night=NIGHT, phase="ended", reason="done"))
    with pytest.raises(NoNightRuns, match="start one"):
        submit(EXAMPLE, data=folder.top)
    with pytest.raises(NoDataFolder, match="tomoe night"):
        submit(EXAMPLE, data=tmp_path / "nowhere")
