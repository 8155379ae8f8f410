"""Every way in which a recipe is refused, with the exact place and words."""

# ruff: noqa: E501  the tables hold whole messages, as people see them
from __future__ import annotations

import pytest

from tomoe_es.recipe.file_errors import ERROR_CONDITIONS, MOST_ERRORS
from tomoe_es.recipe.parsing import parse_recipe
from tomoe_es.recipe.yaml_tree import LARGEST_BYTES

SET_PARAMETER = "SetParameter: { gain: high, tinteg_sec: 0.5, nframe: 18 }"
SET_PIPELINE = "SetPipeline: [wcs, stack]"
POINTING = "Pointing: { ra: 19.75, dec: 29.71 }"
AN_EXAMPLE = f"put a SetParameter before it, as '{SET_PARAMETER}'"
HEAD = "Observer: A\nProject: B\nPriority: 1\nTime Window: ['08:00', '10:30']\nOperations:\n"


def errors_of(data: bytes) -> list[tuple[str, str]]:
    checked = parse_recipe(data, "test.yaml", "2023-12-12")
    assert checked.recipe is None
    assert all(error.remedy and error.condition in ERROR_CONDITIONS for error in checked.errors)
    assert list(checked.errors) == sorted(checked.errors, key=lambda each: (each.line, each.column))
    return [(error.condition, str(error).removeprefix("test.yaml:")) for error in checked.errors]


LINES = [
    # numbers
    ("SetFocus: .nan", "NotANumber", "6:15: Operations[1].SetFocus: '.nan' is not a finite number; "
     "write a number from 0 to 50 mm"),
    ("SetFocus: -.inf", "NotANumber", "6:15: Operations[1].SetFocus: '-.inf' is not a finite number; "
     "write a number from 0 to 50 mm"),
    ("SetFocus: 1e999", "NotANumber", "6:15: Operations[1].SetFocus: '1e999' is not a finite number; "
     "write a number from 0 to 50 mm"),
    ("SetFocus: 50.01", "OutOfRange", "6:15: Operations[1].SetFocus: 50.01 is outside 0 to 50 mm; "
     "write a number from 0 to 50 mm"),
    ("SetFocus: 010", "NotANumber", "6:15: Operations[1].SetFocus: '010' is read as octal, hexadecimal or "
     "decimal by different programs; write a number from 0 to 50 mm"),
    ("SetFocus: 0x1F", "NotANumber", "6:15: Operations[1].SetFocus: '0x1F' is read as octal, hexadecimal or "
     "decimal by different programs; write a number from 0 to 50 mm"),
    ("SetFocus: 1_0", "NotANumber", "6:15: Operations[1].SetFocus: '1_0' has underscores; "
     "leave them out and write a number from 0 to 50 mm"),
    ("SetFocus: on", "NotANumber", "6:15: Operations[1].SetFocus: 'on' is not a number; "
     "write a number from 0 to 50 mm"),
    ("SetFocus: 1,5", "NotANumber", "6:15: Operations[1].SetFocus: '1,5' is not a number; "
     "write a number from 0 to 50 mm"),
    ("SetFocus: ２８", "NotANumber", "6:15: Operations[1].SetFocus: '２８' is not a number; "
     "write a number from 0 to 50 mm"),
    ("SetFocus: '28.13'", "WrongType", "6:15: Operations[1].SetFocus: '28.13' is a text in quotes; "
     "take the quotes away"),
    ("SetFocus:", "NotANumber", "6:14: Operations[1].SetFocus: there is no value; "
     "write a number from 0 to 50 mm"),
    ("SetFocus: [28]", "WrongType", "6:15: Operations[1].SetFocus: a list is not a number; "
     "write a number from 0 to 50 mm"),
    ("Pointing: { ra: 1:18:59.9, dec: 0 }", "NotANumber", "6:21: Operations[1].Pointing.ra: '1:18:59.9' is "
     "sexagesimal; convert it and write a number from 0 to below 360 deg"),
    ("Pointing: { ra: 360, dec: 0 }", "OutOfRange", "6:21: Operations[1].Pointing.ra: 360 is outside "
     "0 to below 360 deg; write a number from 0 to below 360 deg"),
    ("SetParameter: { gain: high, tinteg_sec: 0.5, nframe: 1.5 }", "WrongType",
     "6:58: Operations[1].SetParameter.nframe: 1.5 is not a whole number; "
     "write a whole number from 1 to 3600 frames"),
    # words
    ("MirrorCover: opne", "UnknownName", "6:18: Operations[1].MirrorCover: 'opne' is not known here; "
     "did you mean 'open'?"),
    ("MirrorCover: [open]", "WrongType", "6:18: Operations[1].MirrorCover: a list stands where a word is "
     "expected; write `open` or `close`"),
    ("SetTelescopeLock: off", "WrongType", "6:23: Operations[1].SetTelescopeLock: 'off' is neither true nor "
     "false; write `true` or `false`"),
    ("SetTelescopeLock: 'true'", "WrongType", "6:23: Operations[1].SetTelescopeLock: 'true' is neither true nor "
     "false; write `true` or `false`"),
    ("Wait: domslit_open", "UnknownCondition", "6:11: Operations[1].Wait: 'domslit_open' is not known; "
     "did you mean 'domeslit_open'?"),
    ("Wait: [night, Weather_Safe]", "UnknownCondition", "6:19: Operations[1].Wait[2]: 'Weather_Safe' is not "
     "known; did you mean 'weather_safe'?"),
    ("Wait: night, night", "DuplicateName", "6:11: Operations[1].Wait: 'night' stands there twice; "
     "leave one out"),
    ("SetPipeline: [wcs, stack, stack]", "DuplicateName", "6:31: Operations[1].SetPipeline[3]: 'stack' stands "
     "there twice; leave one out"),
    ("SetPipeline: [flux]", "UnknownName", "6:19: Operations[1].SetPipeline[1]: 'flux' is not known; "
     "known are wcs, stack, clip, neo, cube"),
    ("SetPipeline: []", "WrongType", "6:18: Operations[1].SetPipeline: an empty list stands where a list of "
     "names is expected; write one or more of `wcs`, `stack`, `clip`, `neo`, `cube`"),
    ("SetPipeline: [neo, stack]", "MissingField", "6:18: Operations[1].SetPipeline: 'neo' needs wcs: moving "
     "objects are what differs from the stack, at the positions that the astrometry gives; add wcs"),
    ("SetPipeline: [wcs, clip]", "MissingField", "6:18: Operations[1].SetPipeline: 'clip' needs stack: it says "
     "how the mean over time is made; add stack"),
    # texts
    ("SendMessage: ''", "OutOfRange", "6:18: Operations[1].SendMessage: there is no text; "
     "write 1 to 500 characters"),
    ("SendMessage: ~", "WrongType", "6:18: Operations[1].SendMessage: '~' means 'no value'; "
     "put it in quotes if it is meant as a text"),
    ('SendMessage: "a\\x07b"', "OutOfRange", "6:18: Operations[1].SendMessage: the control character '\\x07' "
     "can't stand here; write 1 to 500 characters"),
    ('SendMessage: "\\uD800"', "OutOfRange", "6:18: Operations[1].SendMessage: the control character '\\ud800' "
     "can't stand here; write 1 to 500 characters"),
    # maps, rows, nothing
    ("Pointing: { ra: 1, decl: 2 }", "UnknownField", "6:24: Operations[1].Pointing.decl: 'decl' is not a field "
     "of it; did you mean 'dec'?"),
    ("Pointing: [1, 2]", "WrongType", "6:15: Operations[1].Pointing: a list stands where { ra, dec } is "
     "expected; write `ra`: a number from 0 to below 360 deg; `dec`: a number from -90 to 90 deg"),
    ("Pointing", "WrongType", "6:5: Operations[1].Pointing: nothing stands where { ra, dec } is "
     "expected; write `ra`: a number from 0 to below 360 deg; `dec`: a number from -90 to 90 deg"),
    ("Dithering: [1]", "WrongType", "6:16: Operations[1].Dithering: a list of 1 stands where [east, north] is "
     "expected; write `[east, north]`, each a number from -7200 to 7200 arcsec"),
    ("Park: now", "WrongType", "6:11: Operations[1].Park: 'now' is more than it takes; leave it out"),
    # operations
    ("Pointin: { ra: 1, dec: 2 }", "UnknownOperation", "6:5: Operations[1].Pointin: the operation 'Pointin' is "
     "not defined; did you mean 'Pointing'?"),
    ("exposure: x", "UnknownOperation", "6:5: Operations[1].exposure: the operation 'exposure' is "
     "not defined; did you mean 'Exposure'?"),
    ("[SetFocus, 28]", "WrongType", "6:5: Operations[1]: an operation is expected there; "
     "write '  - Operation: argument'"),
    ("{ SetFocus: 28, Park: ~ }", "WrongType", "6:5: Operations[1]: 2 operations stand in one item; "
     "begin each operation with '  - ' on a line of its own"),
    # YAML
    ("SetFocus: &f 28", "AliasRefused", "6:15: Operations[1].SetFocus: the anchor '&f' stands there; "
     "delete it, and write out what is meant"),
    ("SetFocus: *f", "AliasRefused", "6:15: Operations[1].SetFocus: the alias '*f' stands there; "
     "write out what is meant"),
    ("SetFocus: !!float 28", "TagRefused", "6:15: Operations[1].SetFocus: the tag 'tag:yaml.org,2002:float' "
     "stands there; delete it"),
    ("Pointing: { ra: 1, dec: 2, ra: 3 }", "DuplicateKey", "6:32: Operations[1].Pointing.ra: 'ra' stands twice, "
     "first in line 6; leave one of them out"),
    ("Wait: [[[[[[night]]]]]]", "TooDeep", "6:16: Operations[1].Wait[1][1][1][1][1]: lists or maps are nested "
     "more than 8 deep; see the form of a recipe in the reference"),
    ("SendMessage: a: b", "NotYaml", "6:19: this is not YAML: mapping values are not allowed here; "
     "see the form of a recipe in the reference; put a text with ': ' or ' #' in quotes"),
    ('SendMessage: "\\UFFFFFFFF"', "NotYaml", "6:21: the escape names no character; "
     "write the character itself"),
    ("SetPipeline: [wcs]", "MissingField", "6:18: Operations[1].SetPipeline: without 'stack' or 'cube' nothing of "
     "the exposure would be archived; add stack"),
    # targets
    ("Pointing: { ra: 10, dec: -60 }", "NeverRises", "6:5: Operations[1].Pointing: the target (ra 10.0000, dec "
     "-60.0000) never rises above -5.8 deg at Kiso on any night; it can't be observed from here: choose another "
     "target"),
    ("Pointing: { ra: 180, dec: 0 }", "NeverRises", "6:5: Operations[1].Pointing: the target (ra 180.0000, dec "
     "+0.0000) reaches no more than -48.9 deg of altitude between 08:00 and 10:30 UTC in the night of "
     "2023-12-12; 20 deg are needed; choose another time window, another night or another target"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "condition", "expected"), LINES, ids=[line for line, _, _ in LINES])
def test_a_line_that_is_wrong(line, condition, expected):
    found = errors_of(f"{HEAD}  - {line}\nComment: test\n".encode())
    assert (condition, expected) in found
    assert len(found) == 1 or condition == "UnknownField"  # the field that is missing then comes too


SEQUENCES = [
    (("Exposure: a",), [
        ("MissingOperation", f"6:5: Operations[1].Exposure: Exposure comes before any SetParameter; {AN_EXAMPLE}"),
        ("MissingOperation", "6:5: Operations[1].Exposure: Exposure comes before any SetPipeline; put a "
         "SetPipeline before it, as 'SetPipeline: [wcs, stack, neo]'"),
        ("MissingOperation", "6:5: Operations[1].Exposure: Exposure comes before any Pointing; put a Pointing "
         "before it, as 'Pointing: { ra: 19.7498221, dec: 29.7107127 }'"),
    ]),
    (("Dark: a",), [
        ("MissingOperation", f"6:5: Operations[1].Dark: Dark comes before any SetParameter; {AN_EXAMPLE}"),
    ]),
    (("Dithering: [0, 1]",), [
        ("MissingOperation", "6:5: Operations[1].Dithering: Dithering comes before any Pointing; put a Pointing "
         "before it, as 'Pointing: { ra: 19.7498221, dec: 29.7107127 }'"),
    ]),
    ((SET_PARAMETER, SET_PIPELINE, POINTING, "Exposure: a", "Dithering: [0, 1]", "Exposure: b", "Exposure: c"), [
        ("NotWaitedFor", "9:5: Operations[4].Exposure: Exposure needs pointing, and begins while that is still "
         "on the way; add 'Wait: pointing' before it"),
        ("NotWaitedFor", "11:5: Operations[6].Exposure: Exposure needs pointing, and begins while that is still "
         "on the way; add 'Wait: pointing' before it"),
    ]),
    ((SET_PARAMETER, "MirrorCover: close", "Dark: a"), [
        ("NotWaitedFor", "8:5: Operations[3].Dark: Dark needs mirrorcover_closed, and begins while that is still "
         "on the way; add 'Wait: mirrorcover_closed' before it"),
    ]),
    (("Wait: pointing",), [
        ("NeverHolds", "6:5: Operations[1].Wait: pointing can't come about: no Pointing comes before; "
         "put 'Pointing: { ra: DEG, dec: DEG }' before it"),
    ]),
    (("MirrorCover: close", "Wait: mirrorcover_open"), [
        ("NeverHolds", "7:5: Operations[2].Wait: mirrorcover_open can't come about: the operations before lead to "
         "mirrorcover_closed; put 'MirrorCover: open' before it"),
    ]),
    (("DomeSlit: close", "Assert: domeslit_open"), [
        ("NeverHolds", "7:5: Operations[2].Assert: domeslit_open can't come about: the operations before lead to "
         "domeslit_closed; put 'DomeSlit: open' before it"),
    ]),
    (("Wait: night, twilight_flat",), [
        ("NeverHolds", "6:5: Operations[1].Wait: twilight_flat and night never hold together; "
         "leave one of them out"),
    ]),
    (("SetTelescopeLock: true", POINTING), [
        ("NeverHolds", "7:5: Operations[2].Pointing: Pointing needs telescope_unlocked, but the operations before "
         "lead to telescope_locked; put 'SetTelescopeLock: false' before it"),
    ]),
    ((POINTING, "Park", "Wait: pointing"), [
        ("NeverHolds", "8:5: Operations[3].Wait: pointing can't come about: the operations before lead to parked; "
         "put 'Pointing: { ra: DEG, dec: DEG }' before it"),
    ]),
    ((SET_PARAMETER, "Dark: a", "Dark: a"), [
        ("DuplicateName", "8:5: Operations[3].Dark: an exposure 'a' comes before; give each its own name"),
    ]),
    (("Pointing: { ra: 400, dec: -100 }", "Dithering: [9999, nan]", SET_PARAMETER, SET_PIPELINE, "Exposure: a/b"), [
        ("OutOfRange", "6:21: Operations[1].Pointing.ra: 400 is outside 0 to below 360 deg; "
         "write a number from 0 to below 360 deg"),
        ("OutOfRange", "6:31: Operations[1].Pointing.dec: -100 is outside -90 to 90 deg; "
         "write a number from -90 to 90 deg"),
        ("OutOfRange", "7:17: Operations[2].Dithering[1]: 9999 is outside -7200 to 7200 arcsec; "
         "write a number from -7200 to 7200 arcsec"),
        ("NotANumber", "7:23: Operations[2].Dithering[2]: 'nan' is not a finite number; "
         "write a number from -7200 to 7200 arcsec"),
        ("OutOfRange", "10:15: Operations[5].Exposure: the character '/' can't stand here; "
         "write 1 to 68 printable ASCII characters without ' \" / \\"),
    ]),
    ((SET_PARAMETER, SET_PIPELINE, "Pointng: { ra: 19.75, dec: 29.71 }", "Wait: pointing", "Exposure: a"), [
        ("UnknownOperation", "8:5: Operations[3].Pointng: the operation 'Pointng' is not defined; "
         "did you mean 'Pointing'?"),
    ]),
    (("SetParameter: { gain: high, tinteg_sec: 0.5, nframe: 2 }", "SetPipeline: [stack, clip]", POINTING,
      "Wait: pointing", "Exposure: a"), [
        ("TooFewFrames", "10:5: Operations[5].Exposure: a clipped stack needs 6 frames, and nframe is 2; set nframe "
         "to 6 or more in the SetParameter before it, or leave 'clip' out of SetPipeline"),
    ]),
    (("SetParameter: { gain: high, tinteg_sec: 0.5, nframe: 7 }", "SetPipeline: [wcs, stack, clip, neo]", POINTING,
      "Wait: pointing", "Exposure: a"), [
        ("TooFewFrames", "10:5: Operations[5].Exposure: a search for moving objects needs 8 frames, and nframe is 7; "
         "set nframe to 8 or more in the SetParameter before it, or leave 'neo' out of SetPipeline"),
    ]),
    (("SetParameter: { gain: high, tinteg_sec: 0.5, nframe: 2 }", "SetPipeline: [cube]", POINTING,
      "Wait: pointing", "Exposure: a", "Dark: b"), [
        ("TooFewFrames", "10:5: Operations[5].Exposure: a stack needs 3 frames, and nframe is 2; set nframe to 3 or "
         "more in the SetParameter before it"),
        ("TooFewFrames", "11:5: Operations[6].Dark: a master of a dark needs 5 frames, and nframe is 2; set nframe "
         "to 5 or more in the SetParameter before it"),
    ]),
    (("SetParameter: { gain: high, tinteg_sec: 10, nframe: 3600 }", "Dark: a", "Dark: b"), [
        ("WindowTooShort", "7:5: Operations[2].Dark: it takes 36000 s, and the time window from 08:00 to 10:30 UTC "
         "has 9000 s; widen the time window, or take fewer or shorter frames"),
    ]),
    (("SetParameter: { gain: high, tinteg_sec: 10, nframe: 600 }", "Dark: a", "Dark: b"), [
        ("WindowTooShort", "8:5: Operations[3].Dark: it takes 6000 s, 12000 s with the exposures before it, and the "
         "time window from 08:00 to 10:30 UTC has 9000 s; widen the time window, or take fewer or shorter frames"),
    ]),
    (("Pointing: { ra: 200, dec: -30 }", "Dithering: [0, 1]", "Dithering: [1, 0]"), [
        ("NeverRises", "6:5: Operations[1].Pointing: the target (ra 200.0000, dec -30.0000) reaches no more than "
         "-54.6 deg of altitude between 08:00 and 10:30 UTC in the night of 2023-12-12; 20 deg are needed; "
         "choose another time window, another night or another target"),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "expected"), SEQUENCES, ids=[" / ".join(lines) for lines, _ in SEQUENCES])
def test_operations_that_do_not_fit_together(lines, expected):
    found = errors_of(f"{HEAD}{''.join(f'  - {line}{chr(10)}' for line in lines)}Comment: test\n".encode())
    assert found == expected


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (("Wait: domeslit_open, weather_safe",), []),
        (("Wait: mirrorcover_open",), []),
        (("MirrorCover: close", "MirrorCover: open", "Wait: mirrorcover_open"), []),
        (("SetTelescopeLock: true", "SetTelescopeLock: false", POINTING), []),
        (("Park", POINTING, "Wait: pointing"), []),
    ],
)
def test_what_can_come_about_is_good(check, lines, found):
    assert list(check(*lines).errors) == found


def test_a_dithered_target_is_judged_too(check):
    checked = check(
        "Pointing: { ra: 19.75, dec: -34.1 }", "Dithering: [0, -7200]", time_window="['10:00', '12:00']"
    )
    assert [error.field for error in checked.errors] == ["Operations[2].Dithering"]
    assert "never rises above 18.1 deg at Kiso on any night" in checked.errors[0].message


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


def test_every_condition_is_shown_by_a_test():
    tested = (
        {each[1] for each in LINES + FILES} | {each[2] for each in HEADS} | {"TooManyErrors", "InDaylight"}
    )
    tested |= {condition for _, expected in SEQUENCES for condition, _ in expected}
    assert tested >= set(ERROR_CONDITIONS)


DAY = HEAD.replace("'08:00', '10:30'", "'23:00', '02:00'")
FLATS = (
    SET_PARAMETER,
    "MirrorCover: open",
    "DomeSlit: open",
    "Wait: mirrorcover_open, domeslit_open",
    "Flat: f",
)
CLOSING = ("MirrorCover: close", "Wait: mirrorcover_closed", SET_PARAMETER, "Dark: d")


def lines_of(*lines: str) -> str:
    return "".join(f"  - {line}\n" for line in lines)


def test_the_sky_is_not_exposed_in_daylight():
    assert errors_of(f"{DAY}{lines_of(*FLATS)}".encode()) == [
        ("InDaylight", "10:5: Operations[5].Flat: the Sun is up from 23:00 to 02:00 UTC in the night of 2023-12-12: "
         "the sky can't be exposed then; choose a time window between sunset and sunrise; at Kiso the night is about "
         "08:00 to 21:00 UTC"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("window", "lines"),
    [
        ("'23:00', '02:00'", CLOSING),
        ("'03:00', '02:59'", FLATS),
        ("'07:30', '08:30'", FLATS),
        ("'21:00', '22:30'", FLATS),
    ],
)
def test_what_needs_no_sky_or_a_part_of_the_night_is_good(window, lines):
    head = HEAD.replace("'08:00', '10:30'", window)
    text = f"{head}{lines_of(*lines)}"
    assert parse_recipe(text.encode(), "test.yaml", "2023-12-12").errors == ()
