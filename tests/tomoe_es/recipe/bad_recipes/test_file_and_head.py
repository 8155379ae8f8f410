"""Files that are no recipe and heads that are wrong, with the exact place and words."""

# ruff: noqa: E501  the tables hold whole messages, as people see them
from __future__ import annotations

import pytest

from tests.tomoe_es.recipe.bad_recipes.refused import HEAD, errors_of
from tomoe_es.recipe.file_errors import MOST_ERRORS
from tomoe_es.recipe.yaml_tree import LARGEST_BYTES

FILES = [
    (b"", "WrongType", "1:1: the file is empty; "
     "see the form of a recipe in docs/reference/recipe-language.md"),
    (b"- a\n- b\n", "WrongType", "1:1: the file is not a map of fields; "
     "see the form of a recipe in docs/reference/recipe-language.md"),
    (b"Observer: \xff\n", "NotUtf8", "1:11: byte 0xff is not UTF-8; save the file in UTF-8"),
    ("観測: \u65e5".encode("shift_jis"), "NotUtf8", "1:1: byte 0x8a is not UTF-8; save the file in UTF-8"),
    ("Observer: A\n".encode("utf-16"), "NotUtf8", "1:1: the file is UTF-16; save the file in UTF-8"),
    (b"Observer: A\nProject: \x07\x08\n", "ControlCharacter", "2:10: the control character '\\x07' stands there, "
     "the first of 2; delete it"),
    (b"x" * (LARGEST_BYTES + 1), "FileTooLarge", "1:1: the file is larger than 1,000,000 bytes; "
     "give a recipe, or divide it into several"),
    (b"Observer: 'A\n", "NotYaml", "2:1: this is not YAML: while scanning a quoted scalar found unexpected end "
     "of stream; see the form of a recipe in the reference; put a text with ': ' or ' #' in quotes"),
    (f"{HEAD}  - SendMessage: ping\n---\n{HEAD}".encode(), "SeveralDocuments", "7:1: a second document begins; "
     "give each its own file"),
    (f"{HEAD}  - SendMessage: ping\nObserver: B\n".encode(), "DuplicateKey", "7:1: Observer: 'Observer' stands "
     "twice, first in line 1; leave one of them out"),
    (f"{HEAD}  - SendMessage: ping\n[a]: B\n".encode(), "WrongType", "7:1: a list or map stands where the name of "
     "a field is expected; write 'name: value'"),
    (f"{HEAD}  - SendMessage: ping\nComent: B\n".encode(), "UnknownField", "7:1: Coment: 'Coment' is not a field "
     "of a recipe; did you mean 'Comment'?"),
    (HEAD.encode(), "NoOperations", "5:12: Operations: there are no operations; "
     "list what is to be done, each as '  - Operation: argument'"),
    (f"{HEAD} []\n".encode(), "NoOperations", "6:2: Operations: there are no operations; "
     "list what is to be done, each as '  - Operation: argument'"),
    (f"{HEAD} Park\n".encode(), "WrongType", "6:2: Operations: a list is expected there; "
     "write each operation as '  - Operation: argument'"),
    ((HEAD + "  - Park\n" * 1001).encode(), "TooManyOperations", "6:3: Operations: there are 1001 operations, "
     "over 1000; divide the recipe into several"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "condition", "expected"), FILES, ids=[each[1] + each[2][:4] for each in FILES]
)
def test_a_file_that_is_wrong(data, condition, expected):
    assert errors_of(data) == [(condition, expected)]


HEADS = [
    ("Priority: 1\n", "Priority: 1.01\n", "OutOfRange", "3:11: Priority: 1.01 is outside 0 to 1; "
     "write a number from 0 to 1"),
    ("Priority: 1\n", "", "MissingField", "1:1: Priority: the field 'Priority' is missing; add 'Priority: ...'; "
     "see the form of a recipe in docs/reference/recipe-language.md"),
    ("Observer: A\n", "Observer: 諸隈\n", "OutOfRange", "1:11: Observer: the character '諸' can't stand here; "
     "write 1 to 68 printable ASCII characters"),
    ("Observer: A\n", f"Observer: {'A' * 69}\n", "OutOfRange", f"1:11: Observer: the text '{'A' * 57}...' has 69 "
     "characters; write 1 to 68 printable ASCII characters"),
    ("Project: B\n", "Project: ' B'\n", "OutOfRange", "2:10: Project: the text ' B' begins or ends with a space; "
     "write 1 to 68 printable ASCII characters"),
    ("['08:00', '10:30']", "['08:00', '08:00']", "BadTimeWindow", "4:14: Time Window: the window has no length; "
     "write when it may begin and when it must end, in UTC; a night begins and ends at 03:00"),
    ("['08:00', '10:30']", "['02:00', '04:00']", "BadTimeWindow", "4:14: Time Window: the window is longer than "
     "the night: it runs over 03:00 UTC, local noon; write when it may begin and when it must end, in UTC; "
     "a night begins and ends at 03:00"),
    ("['08:00', '10:30']", "['08:00', '24:00']", "WrongType", "4:24: Time Window[2]: '24:00' is not a time of "
     "day; write two UTC times of day, as ['08:00:00.0', '10:30:00.0']"),
    ("['08:00', '10:30']", "['08:00', 28800]", "WrongType", "4:24: Time Window[2]: '28800' is not a time of "
     "day; write two UTC times of day, as ['08:00:00.0', '10:30:00.0']"),
    ("['08:00', '10:30']", "08:00-10:30", "WrongType", "4:14: Time Window: two times are expected there; "
     "write two UTC times of day, as ['08:00:00.0', '10:30:00.0']"),
    ("['08:00', '10:30']", "*w", "AliasRefused", "4:14: Time Window: the alias '*w' stands there; "
     "write out what is meant"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("good", "bad", "condition", "expected"), HEADS, ids=[each[1] or "-" for each in HEADS]
)
def test_a_head_that_is_wrong(good, bad, condition, expected):
    text = (HEAD + "  - SendMessage: ping\nComment: test\n").replace(good, bad)
    assert errors_of(text.encode()) == [(condition, expected)]


def test_a_target_is_not_judged_without_a_window(check):
    checked = check("Pointing: { ra: 10, dec: -60 }", time_window="[8, 9]")
    assert {error.condition for error in checked.errors} == {"WrongType"}


def test_errors_without_end_are_counted():
    found = errors_of(b"x: y\n" * 1000)
    assert len(found) == MOST_ERRORS + 1
    assert found[-1][0] == "TooManyErrors"
