"""`tomoe replay whatif`: the same up to the branch, otherwise from there on, and marked everywhere."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from adapters.simulator.disks import SimulatedDisks, contents
from adapters.simulator.no_pixels import NoImaging, NoReducing
from adapters.storage_monitor import StorageMonitor
from projections.overview import read_overview
from replay.errors import PlaceUnknown, WhatIfImpossible, WhatIfInvalid
from tests.incidents.incident import register
from tests.replay.conftest import SCRIPT
from tests.tomoe_es.control.observatory import Observatory, copy_log, plan, survey
from tomoe_es.events.envelope import Recorded
from tomoe_es.events.queue import QueueStarted
from tomoe_es.events.recipe import RecipeSubmitted
from tomoe_es.events.reduction import ProductArchived
from tomoe_es.events.system import CodeRegistered, StorageRead, WhatIfBegun
from tomoe_es.log import open_log
from tui.commands.replay import diff, export, show, whatif
from tui.commands.status_text import status_text
from tui.data_folder import DataFolder
from tui.night.options import NightOptions
from tui.night.plan import DataOfWhatIf
from tui.night.run import run_night
from tui.whole_log import LogBeingMade, whole_log

pytestmark = pytest.mark.xdist_group("replay whatif")

FAULTS = "{ device: focus, kind: slow, from: '16:50', to: '17:00', factor: 3 }"


class Night(Observatory):
    """As `tomoe night --no-pixels`: the reduction solves the field that the telescope points at, disks
    are looked at."""

    def _start_devices(self) -> None:
        super()._start_devices()
        holding = contents()
        self.conductor.add_fold(holding)
        disks = SimulatedDisks(self.clock, self.telescope.faults, holding, None, writes_chips=0)
        StorageMonitor(self.clock, self.conductor.record, disks).start()

    def make_imaging(self) -> NoImaging:
        self._imaging = NoImaging(self.telescope.truth)
        return self._imaging

    def make_reducing(self) -> NoReducing:
        return NoReducing(self.telescope.transparency, self._imaging.offset_arcsec)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night with rain from 16:54 to 16:57; somebody submits the second recipe at 16:58."""
    night = Night(None, plan(end="17:10", script=SCRIPT))
    register(night)
    night.start(survey(8))
    night.run_until("16:58")
    night.submit(survey(2, at="17:05", comment="alert"))
    night.run_to_end()
    folder = DataFolder(tmp_path_factory.mktemp("true"))
    copy_log(night.all(), folder.log)
    return folder.top


def events(top: Path) -> list[Recorded]:
    with closing(open_log(f"sqlite:///{top}/log")) as log:
        return list(log.read())


def read_and_written(told: list[Recorded]) -> tuple[int, int]:
    """Bytes in the archive as it was read last, and as they were written before."""
    *_, last = [each for each in told if getattr(each.payload, "storage", "") == "archive"]
    assert isinstance(last.payload, StorageRead)
    before = [each.payload for each in told[: last.position]]
    return last.payload.used_bytes, sum(
        each.size_bytes for each in before if isinstance(each, ProductArchived)
    )


def branched(told: list[Recorded]) -> int:
    """Position of the mark."""
    [mark] = [each.position for each in told if isinstance(each.payload, WhatIfBegun)]
    return mark


def happened(told: list[Recorded]) -> list[tuple[int, str, str]]:
    """Without what tells of the log itself."""
    kept = [each for each in told if not isinstance(each.payload, WhatIfBegun | CodeRegistered)]
    return [(each.time, each.actor, type(each.payload).__name__) for each in kept]


@pytest.mark.parametrize("place", ["16:52:12", "16:56:20"])
def test_with_nothing_otherwise_the_night_is_the_same_to_its_end(
    data: Path, tmp_path: Path, place: str
) -> None:
    """Also in the middle of an exposure, and of the closing of the dome."""
    (tmp_path / "same.yaml").write_text(f"faults: [{FAULTS}]\n")

    assert whatif.whatif(into=tmp_path / "same", changes=tmp_path / "same.yaml", start=place, data=data) == 0

    true, same = events(data), events(tmp_path / "same")
    mark = branched(same)
    assert 500 < mark < len(true)
    assert same[: mark - 1] == true[: mark - 1]
    assert happened(same) == happened(true)


def test_what_if_the_weather_had_stayed_good(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = tmp_path / "dry"
    assert whatif.whatif(into=into, start="16:53", weather="clear", json=True, data=data) == 0

    true, dry = events(data), events(into)
    mark = branched(dry)
    assert dry[: mark - 1] == true[: mark - 1]
    assert "WeatherBecameUnsafe" in {type(each.payload).__name__ for each in true[mark:]}
    assert "WeatherBecameUnsafe" not in {type(each.payload).__name__ for each in dry[mark:]}
    told = json.loads(capsys.readouterr().out)
    assert told["simulated"]["not_followed"] == 0 < told["simulated"]["followed"]
    assert told["simulated"]["ended"]
    assert told["compared"]["parting"]["one"]["payload"]["type"] == "WeatherRead"

    # Every output says so.
    what_if = f"WHAT-IF OF night 2023-12-12 ({told['replay']['log_digest']}): weather: clear"
    assert told["other"]["what_if"].startswith(what_if)
    assert show.show("end", data=into) == 0
    assert capsys.readouterr().out.startswith(what_if)
    export.export(form="csv", end="5", out=tmp_path / "part.csv", data=into)
    assert (tmp_path / "part.csv").read_text().startswith(f"# {what_if}")
    overview = read_overview(DataFolder(into).projections)
    assert status_text(overview).startswith(what_if)
    assert overview.night.phase == "ended"
    with pytest.raises(DataOfWhatIf):
        run_night(NightOptions(), DataFolder(into))

    # And it can be compared again.
    assert diff.diff(data=data, other_data=into) == 0
    said = capsys.readouterr().out
    assert "the first events that differ" in said
    assert what_if in said
    assert diff.diff("end", "end", other_data=into, state="reduction", data=data) == 0
    assert diff.diff(data=data, other_data=data) == 0
    assert "they are the same, event by event" in capsys.readouterr().out


def test_what_if_the_alert_had_come_ten_minutes_earlier_and_the_mount_were_slow(
    data: Path, tmp_path: Path
) -> None:
    true = events(data)
    alert = next(each for each in true if isinstance(each.payload, RecipeSubmitted) and each.position > 700)

    assert whatif.whatif(into=tmp_path, move=(f"{alert.position}=-6",), slew=0.5, data=data) == 0

    told = events(tmp_path)
    mark = branched(told)
    assert told[: mark - 1] == true[: mark - 1]
    [moved] = [each for each in told if each.payload == alert.payload]
    assert moved.time == alert.time - 6 * 60_000_000
    slewing = {"state": "slewing"}
    seconds_slewing = [
        sum(getattr(each.payload, "state", "") == slewing["state"] for each in some[mark:])
        for some in (true, told)
    ]
    assert seconds_slewing[1] > seconds_slewing[0]


def test_what_if_it_had_not_come_and_somebody_had_stopped_the_queue(data: Path, tmp_path: Path) -> None:
    true = events(data)
    alert = next(each for each in true if isinstance(each.payload, RecipeSubmitted) and each.position > 700)
    (tmp_path / "changes.yaml").write_text("insert:\n  - { at: '17:01', stop: 'visitors' }\n")

    whatif.whatif(
        into=tmp_path / "without",
        changes=tmp_path / "changes.yaml",
        leave_out=(f"recipe:{alert.payload.recipe_id[:12]}",),
        data=data,
    )

    told = events(tmp_path / "without")
    assert alert.payload not in [each.payload for each in told]
    assert "QueuePaused" in {type(each.payload).__name__ for each in told[branched(told) :]}


def test_the_disks_hold_what_the_night_simulated_anew_wrote(data: Path, tmp_path: Path) -> None:
    (tmp_path / "changes.yaml").write_text("insert:\n  - { at: '16:46', stop: 'visitors' }\n")
    whatif.whatif(into=tmp_path / "stopped", changes=tmp_path / "changes.yaml", data=data)

    true, stopped = read_and_written(events(data)), read_and_written(events(tmp_path / "stopped"))
    assert true[0] == true[1] > stopped[0] == stopped[1] > 0


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({}, WhatIfInvalid, "nothing is otherwise"),
        ({"weather": "clear"}, WhatIfInvalid, "say it with --from"),
        ({"weather": "claer", "start": "16:53"}, WhatIfInvalid, "no night script 'claer'"),
        ({"slew": 99.0, "start": "16:53"}, WhatIfInvalid, "no speed of a mount"),
        ({"slew": 0.0, "start": "16:53"}, WhatIfInvalid, "no speed of a mount"),
        ({"move": ("4=nan",)}, WhatIfInvalid, "can't be moved by nan minutes"),
        ({"leave_out": ("800",)}, WhatIfInvalid, "no input from outside"),
        ({"leave_out": ("4",), "start": "16:53"}, WhatIfInvalid, "branch earlier, with --from"),
        ({"move": ("4",)}, WhatIfInvalid, "recipe:3f2a=-10"),
        ({"insert": ("nothing.yaml",)}, WhatIfInvalid, "alert.yaml@22:04"),
        ({"insert": ("nothing.yaml@16:55",)}, WhatIfInvalid, "check the path"),
        ({"weather": "clear", "start": "recipe:zzz"}, PlaceUnknown, "no recipe"),
    ],
)
def test_what_can_not_be_is_told(
    data: Path, tmp_path: Path, options: dict[str, object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        whatif.whatif(into=tmp_path / "none", data=data, **options)
    assert not (tmp_path / "none" / "log").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("wether: clear", "unknown field `wether`"),
        ("insert: [{ at: '16:55' }]", "is nothing"),
        ("insert: [{ at: '16:55', stop: a, lock: b }]", "stop and lock"),
        ("move: [{ input: '4' }]", "by_minutes"),
        ("faults: [{ device: mont, kind: lie, from: '16:55', to: '17:00' }]", "did you mean 'mount'"),
        ("from: [", "is not YAML"),
    ],
)
def test_a_file_of_changes_is_checked(data: Path, tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "changes.yaml").write_text(content)
    with pytest.raises(WhatIfInvalid, match=says):
        whatif.whatif(into=tmp_path / "none", changes=tmp_path / "changes.yaml", start="16:53", data=data)


def test_a_folder_that_holds_no_log_yet_can_be_used(data: Path, tmp_path: Path) -> None:
    """Such as one in which a what-if was refused before it began."""
    DataFolder(tmp_path).make()
    with pytest.raises(WhatIfInvalid, match="nothing is otherwise"):
        whatif.whatif(into=tmp_path, data=data)


def test_a_folder_that_holds_a_log_is_left_alone(data: Path) -> None:
    with pytest.raises(WhatIfImpossible, match="a log in"):
        whatif.whatif(into=data, start="16:53", weather="clear", data=data)
    assert QueueStarted in {type(each.payload) for each in events(data)}


def test_the_second_of_two_at_once_into_one_folder_is_refused(data: Path, tmp_path: Path) -> None:
    with whole_log(DataFolder(tmp_path)), pytest.raises(LogBeingMade):
        whatif.whatif(into=tmp_path, start="17:00", weather="clear", data=data)
    assert [each.name for each in tmp_path.iterdir()] == ["log"]


def test_one_in_the_place_of_one_that_was_killed(data: Path, tmp_path: Path) -> None:
    true = events(data)
    copy_log(true[:300], DataFolder(tmp_path).part_of_log)  # as it is left
    assert whatif.whatif(into=tmp_path, start="17:00", weather="clear", data=data) == 0
    told = events(tmp_path)
    assert told[: branched(told) - 1] == true[: branched(told) - 1]
    assert not DataFolder(tmp_path).part_of_log.exists()
