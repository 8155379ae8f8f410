"""A single operation that is refused, with the exact place and words."""

# ruff: noqa: E501  the tables hold whole messages, as people see them
from __future__ import annotations

import pytest

from tests.tomoe_es.recipe.bad_recipes.refused import HEAD, errors_of

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
