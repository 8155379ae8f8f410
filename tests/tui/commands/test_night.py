"""`tomoe night`: mistakes in its options are told before anything begins."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from adapters.simulator.script import NightScriptInvalid
from tomoe_es.errors import TomoeError
from tomoe_es.log import open_log
from tui.commands.night import NoRecipes, SpeedOutOfRange, night
from tui.data_folder import DataFolder
from tui.night.plan import OptionInvalid


@pytest.mark.parametrize(
    ("options", "condition", "told"),
    [
        ({"chips": 0}, OptionInvalid, "--chips 0"),
        ({"chips": 85}, OptionInvalid, "1 to 84"),
        ({"exposures": -1}, OptionInvalid, "--exposures -1"),
        ({"seed": -1}, OptionInvalid, "--seed -1"),
        ({"workers": 0}, OptionInvalid, "--workers 0"),
        ({"dark_frames": 4}, OptionInvalid, "--dark-frames 4"),
        ({"flat_frames": 3601}, OptionInvalid, "--flat-frames 3601"),
        ({"buffer_ttl_hours": -1.0}, OptionInvalid, "--buffer-ttl-hours -1"),
        ({"buffer_ttl_hours": float("nan")}, OptionInvalid, "--buffer-ttl-hours nan"),
        ({"night": "2023-13-01"}, OptionInvalid, "2023-13-01 is not a date"),
        ({"script": "hail"}, NightScriptInvalid, "hail"),
        ({"speed": 0.5}, SpeedOutOfRange, "--speed 0.5 is outside 1 to 1000"),
        ({"speed": float("nan")}, SpeedOutOfRange, "--speed nan"),
        ({"speed": float("inf")}, SpeedOutOfRange, "--speed inf"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_recorded(
    tmp_path: Path, options: dict[str, object], condition: type[TomoeError], told: str
) -> None:
    data = tmp_path / "data"
    with pytest.raises(condition, match=told):
        night(data=data, plain=True, **options)  # type: ignore[arg-type]
    assert not list(data.glob("log/*.sqlite*")) or not _events(data)


def _events(data: Path) -> int:
    with closing(open_log(DataFolder(data).log_url)) as log:
        return log.head()


def test_a_folder_without_recipes_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoRecipes, match=str(tmp_path)):
        night(recipes=tmp_path, data=tmp_path / "data", plain=True)
