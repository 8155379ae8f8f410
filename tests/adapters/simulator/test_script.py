"""The night script: built-in ones, a person's, and every mistake in one."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.simulator.devices.faults import FAULT_KINDS, Fault
from adapters.simulator.script import (
    BUILT_IN,
    DEVICES_WITH_FAULTS,
    STORAGE_FAULTS,
    STORAGES_WITH_FAULTS,
    NightScript,
    NightScriptInvalid,
    load_script,
)
from adapters.simulator.weather import SPELL_KINDS, Spell
from tomoe_es.clock import HOUR, MINUTE, SECOND
from tomoe_es.night import night_span

NIGHT = "2023-12-12"
NOON, _ = night_span(NIGHT)
REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "night-script.md"


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_script_has_the_weather_of_its_name(name: str) -> None:
    script = load_script(name, NIGHT)
    assert name == "clear" or name in {spell.kind for spell in script.weather}
    assert (script.weather == ()) == (name == "clear")
    assert script.faults == ()


def test_times_are_moments_of_the_night_in_japan() -> None:
    script = load_script(
        """
        weather:
          - {kind: clouds, from: '22:00', to: '03:30', strength: 0.5}
          - {kind: rain, from: 5:30, to: 11:59}
        faults:
          - {device: mount, kind: slow, from: 20:00:30, to: 20:01, factor: 2.5}
          - {device: focus, kind: drop, from: '12:00', to: '23:59'}
        """,
        NIGHT,
    )
    assert script == NightScript(
        weather=(
            Spell(
                kind="clouds", strength=0.5,
                from_us=NOON + 10 * HOUR, to_us=NOON + 15 * HOUR + 30 * MINUTE,
            ),
            Spell(kind="rain", from_us=NOON + 17 * HOUR + 30 * MINUTE, to_us=NOON + 24 * HOUR - MINUTE),
        ),
        faults=(
            Fault(
                device="mount", kind="slow", factor=2.5,
                from_us=NOON + 8 * HOUR + 30 * SECOND, to_us=NOON + 8 * HOUR + MINUTE,
            ),
            Fault(device="focus", kind="drop", from_us=NOON, to_us=NOON + 12 * HOUR - MINUTE),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("text", ["# nothing\n", "weather:\nfaults: []\n", "{}"])
def test_an_empty_script_is_a_clear_night(text: str) -> None:
    assert load_script(text, NIGHT) == NightScript()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("weather: [", "2: is not YAML"),
        ("- 1\n- 2", "1: the script is not a map"),
        ("wether: []", "1: the script: unknown field 'wether': did you mean 'weather'?"),
        ("weather: []\nweather: []", "2: the script: field 'weather' is there twice: remove one"),
        ("weather: cloudy", "1: weather is not a list"),
        ("weather:\n- cloudy", "2: weather entry 1 is not a map"),
        (
            "weather:\n- {kind: clouds, from: '20:00'}",
            "2: weather entry 1: field 'to' is missing: add it",
        ),
        (
            "weather:\n- {kind: snow, from: '20:00', to: '21:00'}",
            "2: weather entry 1: field 'kind': unknown kind 'snow': "
            "use one of 'clear', 'clouds', 'rain', 'wind'",
        ),
        (
            "weather:\n- kind: clouds\n  from: '24:00'\n  to: '21:00'",
            "3: weather entry 1: field 'from': '24:00' is not a time of day: write it as 'HH:MM' (JST)",
        ),
        (
            "weather:\n- kind: wind\n  from: '21:00'\n  to: '21:00'",
            "4: weather entry 1: field 'to': ends before it begins",
        ),
        (
            "weather:\n- {kind: wind, from: '20:00', to: [1]}",
            "2: weather entry 1: field 'to' is a list or a map: give one value",
        ),
        (
            "weather:\n- {kind: wind, from: '20:00', to: '21:00', strength: .nan}",
            "2: weather entry 1: field 'strength': '.nan' is not a number above 0 to 1",
        ),
        (
            "weather:\n- {kind: wind, from: '20:00', to: '21:00', strength: nan}",
            "2: weather entry 1: field 'strength': 'nan' is not a number above 0 to 1",
        ),
        (
            "weather:\n- {kind: rain, from: '20:00', to: '21:00', strength: 1}",
            "2: weather entry 1: field 'strength': rain has none: remove it",
        ),
        (
            "faults:\n- {device: mont, kind: fail, from: '20:00', to: '21:00'}",
            "2: faults entry 1: field 'device': unknown device 'mont': did you mean 'mount'?",
        ),
        (
            "faults:\n- {device: mount, kind: slow, from: '20:00', to: '21:00'}",
            "2: faults entry 1: field 'factor' is missing",
        ),
        (
            "faults:\n- {device: mount, kind: slow, from: '20:00', to: '21:00', factor: 1}",
            "2: faults entry 1: field 'factor': '1' is not a number above 1 to 1000",
        ),
        (
            "faults:\n- {device: mount, kind: lie, from: '20:00', to: '21:00', factor: 2}",
            "2: faults entry 1: field 'factor': lie has none: remove it",
        ),
        (
            "faults:\n- {device: mount, kind: lie, from: '20:00', to: '21:00'}\n"
            "- {device: mount, kind: lie, from: '20:59', to: '22:00'}",
            "3: faults entry 2: overlaps an earlier lie fault of mount",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line_field_and_remedy(text: str, problem: str) -> None:
    with pytest.raises(NightScriptInvalid) as caught:
        load_script(text + "\n", NIGHT)
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith(f"night script:{problem}")


def test_all_mistakes_of_all_entries_are_told_at_once() -> None:
    with pytest.raises(NightScriptInvalid) as caught:
        load_script(
            """
weather:
- {kind: snow, from: '24:00', to: x, strength: 7, wind: 3}
- {kind: rain, to: '25:00', strength: 1}
faults:
- device: mont
  kind: slow
  from: '20:00'
  to: '19:00'
- {device: storage/buffer, kind: lie, from: '20:00', to: '21:00', factor: 0}
""",
            NIGHT,
        )
    told = [each.removeprefix("night script:") for each in caught.value.problems]
    assert [each.partition("entry ")[2][:18] for each in told] == [
        "1: unknown field '",
        "1: field 'kind': u",
        "1: field 'from': '",
        "1: field 'to': 'x'",
        "1: field 'strength",
        "2: field 'from' is",
        "2: field 'to': '25",
        "2: field 'strength",
        "1: field 'device':",
        "1: field 'to': end",
        "2: field 'kind': u",
        "2: field 'factor':",
    ]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("slow", []),
        ("lie", []),
        ("freez", ["field 'kind': no device has a fault 'freez'"]),
        ("[slow]", ["field 'kind' is a list or a map: give one value"]),
    ],
)
def test_of_a_mistyped_device_nothing_is_told_that_depends_on_which_it_is(kind: str, told: list[str]) -> None:
    with pytest.raises(NightScriptInvalid) as caught:
        load_script(
            f"faults:\n- {{device: storage/bufer, kind: {kind}, from: '20:00', to: '21:00'}}\n", NIGHT
        )
    assert [each.partition("entry 1: ")[2] for each in caught.value.problems] == [
        "field 'device': unknown device 'storage/bufer': did you mean 'storage/buffer'?",
        *told,
    ]


def test_all_mistakes_are_named_at_once_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "stormy.yaml"
    file.write_text("weather:\n- {kind: hail, from: '20:00', to: '21:00'}\nfault: []\n")
    with pytest.raises(NightScriptInvalid) as caught:
        load_script(file, NIGHT)
    assert caught.value.problems == [
        f"{file}:3: the script: unknown field 'fault': did you mean 'faults'?",
        f"{file}:2: weather entry 1: field 'kind': unknown kind 'hail': "
        "use one of 'clear', 'clouds', 'rain', 'wind'",
    ]


def test_a_name_that_is_not_built_in_is_refused() -> None:
    with pytest.raises(NightScriptInvalid, match="no night script 'storm': use clear, clouds, rain, wind"):
        load_script("storm", NIGHT)


@pytest.mark.parametrize(
    ("content", "problem"),
    [(None, "can't be read"), (b"\xff\xfe", "is not UTF-8"), (b"#" * 1_000_001, "larger than 1 MB")],
)
def test_a_file_that_can_not_be_used_is_refused(tmp_path: Path, content: bytes | None, problem: str) -> None:
    file = tmp_path / "night.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(NightScriptInvalid, match=problem):
        load_script(file, NIGHT)


@pytest.mark.parametrize("kind", STORAGE_FAULTS)
def test_a_storage_has_faults(kind: str) -> None:
    fault = f"{{device: storage/buffer, kind: {kind}, from: '20:00', to: '21:00'}}"
    [read] = load_script(f"faults: [{fault}]", NIGHT).faults
    assert (read.device, read.kind) == ("storage/buffer", kind)


def test_a_storage_can_not_lie() -> None:
    fault = "{device: storage/log, kind: lie, from: '20:00', to: '21:00'}"
    with pytest.raises(NightScriptInvalid, match="unknown kind 'lie': use one of 'drop', 'fail', 'freeze'"):
        load_script(f"faults: [{fault}]", NIGHT)


def test_control_characters_are_refused() -> None:
    with pytest.raises(NightScriptInvalid, match="is not YAML"):
        load_script("weather: \x00\n", NIGHT)


def test_the_reference_names_every_kind_and_its_example_is_valid() -> None:
    text = REFERENCE.read_text("utf-8")
    for word in (*SPELL_KINDS, *FAULT_KINDS, *DEVICES_WITH_FAULTS, *STORAGES_WITH_FAULTS):
        assert f"`{word}`" in text
    example = text.split("```yaml\n")[1].split("```")[0]
    script = load_script(example, NIGHT)
    assert script.weather
    assert script.faults
