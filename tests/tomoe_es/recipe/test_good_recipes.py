"""What a person may write: one good recipe for every operation, the examples, and YAML's freedoms."""

from __future__ import annotations

from pathlib import Path

import pytest

from tomoe_es.recipe.operations import OPERATIONS, operation_of, text_of, total_exposures
from tomoe_es.recipe.parsing import parse_recipe
from tomoe_es.recipe.writing import write_recipe

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "recipes" / "examples").glob("*.yaml"))
READY = (
    "SetParameter: { gain: high, tinteg_sec: 0.5, nframe: 18 }",
    "SetPipeline: [wcs, stack]",
    "Pointing: { ra: 19.75, dec: 29.71 }",
    "Wait: pointing",
)
BEFORE = {
    "Dithering": ("Pointing: { ra: 19.75, dec: 29.71 }",),
    "Wait": ("Pointing: { ra: 19.75, dec: 29.71 }", "MirrorCover: open"),
    "Exposure": READY,
    "Dark": READY[:1],
    "Flat": READY[:1],
}


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_reads_its_own_example(check, name):
    checked = check(*BEFORE.get(name, ()), OPERATIONS[name].example)
    assert checked.errors == ()
    assert checked.recipe.operations[-1].name == name


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_has_a_test_of_its_own(name):
    file = OPERATIONS[name].__module__.rpartition(".")[2]
    assert (Path(__file__).parent / "operations" / f"test_{file}.py").exists()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_are_good_and_written_back_to_the_letter(path):
    checked = parse_recipe(path.read_bytes(), path.name, "2023-12-12")
    assert checked.errors == ()
    assert write_recipe(checked.recipe) == path.read_text()


def test_the_survey_example_in_words_of_the_screens():
    example = (ROOT / "recipes" / "examples" / "all-sky-survey.yaml").read_bytes()
    recipe = parse_recipe(example, "all-sky-survey.yaml", "2023-12-12").recipe
    assert total_exposures(recipe) == 4
    assert [text_of(operation_of(call)) for call in recipe.operations[:9]] == [
        "SetFocus 28.13",
        "Assert domeslit_open",
        "Pointing ra 19.7498 dec +29.7107",
        "MirrorCover open",
        "Wait pointing, mirrorcover_open",
        "SetPipeline wcs, stack, neo",
        "SetParameter gain high tinteg_sec 0.5 nframe 18",
        "Exposure J0118+2942_dith1",
        "Dithering 0, 1440",
    ]


@pytest.mark.parametrize(
    ("line", "argument"),
    [
        ("SetFocus: 1e1", 10),
        ("SetFocus: +5.", 5),
        ("SetFocus: .5", 0.5),
        ("SetFocus: 08.5", 8.5),
        ("SetFocus: -0.0", 0),
        ("SetFocus: 1E-05", 1e-05),
        ("Wait: [domeslit_open, weather_safe]", "domeslit_open, weather_safe"),
        ("Wait: domeslit_open,weather_safe", "domeslit_open, weather_safe"),
        ("SetPipeline: wcs, stack", ["wcs", "stack"]),
        ("MirrorCover: 'open'", "open"),
        ("SetTelescopeLock: True", True),
        ("SendMessage: no", "no"),
        ("SendMessage: 007", "007"),
        ("SendMessage: 1.50", "1.50"),
        ("SendMessage: 'null'", "null"),
        ("SendMessage: 観測開始", "観測開始"),
        ("Park:", None),
        ("Park: ~", None),
        ("Park", None),
    ],
)
def test_a_value_is_judged_by_its_field(check, line, argument):
    checked = check(line)
    assert checked.errors == ()
    assert checked.recipe.operations[0].argument == argument
    assert type(checked.recipe.operations[0].argument) is type(argument)


@pytest.mark.parametrize(
    "window", ["[08:00:00.0, 10:30:00.0]", "['22:00', '02:00']", "['20:00:00', '03:00']"]
)
def test_time_windows(check, window):
    assert check("SendMessage: ping", time_window=window).errors == ()


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm():
    text = (ROOT / "recipes" / "examples" / "all-sky-survey.yaml").read_text()
    data = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    checked = parse_recipe(data, "x.yaml", "2023-12-12")
    assert checked.errors == ()
    assert write_recipe(checked.recipe) == text


def test_comment_may_be_left_out(check):
    text = write_recipe(check("SendMessage: ping").recipe).replace("Comment: test\n", "")
    checked = parse_recipe(text.encode(), "x.yaml", "2023-12-12")
    assert checked.errors == ()
    assert checked.recipe.comment == ""


def test_the_night_must_be_a_date():
    with pytest.raises(ValueError, match="Invalid isoformat"):
        parse_recipe(b"", "x.yaml", "tonight")
