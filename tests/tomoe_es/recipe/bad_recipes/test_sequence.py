"""Operations that do not fit together, with the exact place and words."""

# ruff: noqa: E501  the tables hold whole messages, as people see them
from __future__ import annotations

import pytest

from tests.tomoe_es.recipe.bad_recipes.refused import (
    AN_EXAMPLE,
    HEAD,
    POINTING,
    SET_PARAMETER,
    SET_PIPELINE,
    errors_of,
)

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
        ("TooFewFrames", "10:5: Operations[5].Exposure: a stack needs 3 frames, and nframe is 2; set nframe to 3 or "
         "more in the SetParameter before it"),
        ("TooFewFrames", "10:5: Operations[5].Exposure: a clipped stack needs 6 frames, and nframe is 2; set nframe "
         "to 6 or more in the SetParameter before it, or leave 'clip' out of SetPipeline"),
    ]),
    (("SetParameter: { gain: high, tinteg_sec: 0.5, nframe: 5 }", "SetPipeline: [wcs, stack, clip, neo]", POINTING,
      "Wait: pointing", "Exposure: a"), [
        ("TooFewFrames", "10:5: Operations[5].Exposure: a clipped stack needs 6 frames, and nframe is 5; set nframe "
         "to 6 or more in the SetParameter before it, or leave 'clip' out of SetPipeline"),
        ("TooFewFrames", "10:5: Operations[5].Exposure: a search for moving objects needs 8 frames, and nframe is 5; "
         "set nframe to 8 or more in the SetParameter before it, or leave 'neo' out of SetPipeline"),
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
    (("SetParameter: { gain: high, tinteg_sec: 10, nframe: 600 }", "Dark: a", "Dark: b",
      "SetParameter: { gain: high, tinteg_sec: 10, nframe: 901 }", "Dark: c"), [
        ("WindowTooShort", "8:5: Operations[3].Dark: it takes 6000 s, 12000 s with the exposures before it, and the "
         "time window from 08:00 to 10:30 UTC has 9000 s; widen the time window, or take fewer or shorter frames"),
        ("WindowTooShort", "10:5: Operations[5].Dark: it takes 9010 s, 21010 s with the exposures before it, and the "
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
