"""Laws of the recipe language: writing and reading are inverse, and no input makes the check fail itself."""

from __future__ import annotations

import string
from pathlib import Path

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from tomoe_es.recipe.file_errors import RecipeError
from tomoe_es.recipe.identity import recipe_id
from tomoe_es.recipe.model import OperationCall, Recipe
from tomoe_es.recipe.parsing import parse_recipe
from tomoe_es.recipe.writing import number_text, write_recipe

NIGHT = "2023-12-12"
EXAMPLE = (Path(__file__).parents[3] / "recipes" / "examples" / "all-sky-survey.yaml").read_bytes()

ASCII = "".join(chr(code) for code in range(32, 127))
header_texts = st.text(ASCII, min_size=1, max_size=34).filter(lambda text: text == text.strip())
names = st.text([c for c in ASCII if c not in "'\"/\\"], min_size=1, max_size=68).filter(
    lambda text: text == text.strip()
)
printable = st.characters(exclude_categories=["Cc", "Cs"])
messages = st.text(printable, min_size=1, max_size=50).filter(lambda text: text == text.strip())
comments = st.text(printable | st.sampled_from("\n\t"), max_size=200)


def numbers(lowest: float, highest: float, exclude_max: bool = False) -> st.SearchStrategy[float]:
    written = st.floats(lowest, highest, exclude_max=exclude_max)
    return written.map(lambda value: int(value) if value == int(value) else value)


@st.composite
def operations(draw: st.DrawFn) -> tuple[OperationCall, ...]:
    """Operations in an order that is good, of targets that are up all night."""
    dec = draw(numbers(86, 89))
    calls = [
        OperationCall("SetFocus", draw(numbers(0, 50))),
        OperationCall("SendMessage", draw(messages)),
        OperationCall(
            "SetParameter",
            {
                "gain": draw(st.sampled_from(["high", "low"])),
                "tinteg_sec": draw(numbers(0.1, 10)),
                "nframe": draw(st.integers(5, 180)),
            },
        ),
        OperationCall(
            "SetPipeline", draw(st.sampled_from([["stack"], ["wcs", "stack"], ["cube", "wcs"], ["cube"]]))
        ),
        OperationCall("SetTelescopeLock", False),
        OperationCall("DomeSlit", draw(st.sampled_from(["open"]))),
        OperationCall("Pointing", {"ra": draw(numbers(0, 360, exclude_max=True)), "dec": dec}),
        OperationCall("Wait", "pointing, domeslit_open"),
    ]
    for name in draw(st.lists(names, max_size=4, unique=True)):
        calls.append(OperationCall("Dithering", [draw(numbers(-7200, 7200)), draw(numbers(-7200, 7200))]))
        calls.append(OperationCall("Wait", "pointing"))
        calls.append(OperationCall("Exposure", name))
    calls.append(OperationCall("Park", None))
    return tuple(calls)


recipes = st.builds(
    Recipe,
    observer=header_texts,
    project=header_texts,
    priority=st.floats(0, 1).map(lambda value: value + 0.0),
    time_window=st.sampled_from([("08:00:00.0", "10:30:00.0"), ("18:00", "02:00:00.123456")]),
    operations=operations(),
    comment=comments,
)


@given(recipes)
def test_a_recipe_written_and_read_is_the_same(recipe):
    text = write_recipe(recipe)
    checked = parse_recipe(text.encode(), "x.yaml", NIGHT)
    assert checked.errors == ()
    assert checked.recipe == recipe
    assert write_recipe(checked.recipe) == text


@given(recipes)
def test_any_yaml_reader_sees_the_same_texts(recipe):
    read = yaml.safe_load(write_recipe(recipe))
    assert (read["Observer"], read["Project"], read["Comment"]) == (
        recipe.observer,
        recipe.project,
        recipe.comment,
    )
    assert read["Operations"][2]["SetParameter"] == recipe.operations[2].argument


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_written_in_decimal_digits_and_exactly(value):
    text = number_text(value)
    assert float(text) == value
    assert set(text) <= set("-.0123456789")


@given(recipes, st.integers(0, 2**53))
def test_the_identity_depends_on_content_and_time_alone(recipe, submitted_us):
    again = parse_recipe(write_recipe(recipe).encode(), "other name.yaml", NIGHT).recipe
    assert recipe_id(again, submitted_us) == recipe_id(recipe, submitted_us)
    assert recipe_id(again, submitted_us + 1) != recipe_id(recipe, submitted_us)


def test_the_identity_of_the_example_never_changes():
    recipe = parse_recipe(EXAMPLE, "x.yaml", NIGHT).recipe
    assert recipe_id(recipe, 1_702_382_400_000_000) == "41042ce9-fecb-5388-950f-a553a7934a90"


def judge(data: bytes) -> None:
    checked = parse_recipe(data, "fuzz.yaml", NIGHT)
    assert (checked.recipe is None) == bool(checked.errors)
    for error in checked.errors:
        assert isinstance(error, RecipeError)
        assert error.line >= 1
        assert error.column >= 1
        assert error.message
        assert error.remedy


@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbf")
@example(b"\x85")
@example(b'"\\UFFFFFFFF"')
@example(b"%YAML 9.9\n---\na: b\n")
@example(b"%TAG ! x\n---\n!a b\n")
@example(b"? [a]\n: b\n")
@example(b"<<: {a: b}\n")
def test_any_bytes_give_errors_and_never_an_exception(data):
    judge(data)


@given(st.text(string.ascii_letters[:4] + "01.:-,[]{}&*!|>'\"%@`#?~ \n\t\u2028\ufeff", max_size=80))
def test_any_text_of_yaml_signs_gives_errors_and_never_an_exception(text):
    judge(text.encode())


@given(
    st.lists(
        st.tuples(st.integers(0, len(EXAMPLE)), st.integers(0, 4), st.binary(max_size=4)),
        min_size=1,
        max_size=4,
    )
)
def test_a_damaged_recipe_gives_errors_and_never_an_exception(damages):
    data = bytearray(EXAMPLE)
    for place, deleted, inserted in damages:
        data[place : place + deleted] = inserted
    judge(bytes(data))


tree = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
operation_names = st.sampled_from(
    [
        "SetFocus",
        "Wait",
        "Pointing",
        "Dithering",
        "MirrorCover",
        "SetPipeline",
        "SetParameter",
        "Exposure",
        "Park",
    ]
)


@given(st.lists(st.dictionaries(operation_names, tree, min_size=1, max_size=1), max_size=4), tree, tree)
def test_any_arguments_give_errors_and_never_an_exception(operations, window, priority):
    recipe = {"Observer": "A", "Project": "B", "Priority": priority, "Time Window": window}
    judge(yaml.safe_dump(recipe | {"Operations": operations}, allow_unicode=True).encode())
