"""FRAME_ID and file names: round trips, and refusals that say why."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomoe_es.camera.focal_plane import CHIPS
from tomoe_es.camera.frame_id import FrameId, FrameIdError, det_id_of, parse_frame_id

frame_ids = st.builds(
    FrameId,
    utc_date=st.dates(min_value=dt.date(2000, 1, 1)),
    exposure_number=st.integers(0, 99_999_999),
    det_id=st.sampled_from(list(CHIPS)),
)


def test_the_archives_example() -> None:
    frame_id = parse_frame_id("TMQ1202201040065228212")
    assert frame_id == FrameId(utc_date=dt.date(2022, 1, 4), exposure_number=652282, det_id=112)
    assert (frame_id.quadrant, frame_id.chip) == (1, 12)


@given(frame_ids)
def test_reading_what_was_written_gives_it_back(frame_id: FrameId) -> None:
    assert parse_frame_id(str(frame_id)) == frame_id
    assert det_id_of(str(frame_id)) == frame_id.det_id


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "its form is wrong"),
        ("TMQ120220104006522821", "its form is wrong"),
        ("TMQ12022010400652282123", "its form is wrong"),
        ("TMQ1202201040065228212\n", "its form is wrong"),
        ("TMQ120220104006522821２", "its form is wrong"),
        ("TMQ5202201040065228212", "no chip with DET_ID 512"),
        ("TMQ1202201040065228222", "no chip with DET_ID 122"),
        ("TMQ1202201040065228200", "no chip with DET_ID 100"),
        ("TMQ1202202300065228212", "20220230 is not a date"),
    ],
)
def test_a_wrong_frame_id_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(FrameIdError, match=reason):
        parse_frame_id(text)


def test_an_exposure_number_of_nine_digits_is_refused() -> None:
    with pytest.raises(FrameIdError, match="does not fit in 8 digits"):
        FrameId(utc_date=dt.date(2022, 1, 4), exposure_number=100_000_000, det_id=112)
