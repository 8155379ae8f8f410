"""What a worker sends back can be written into the log, whatever numbers the reduction computed with."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from tomoe_es.reduction.job import Failure, PhotometryResult, ReductionResult
from tomoe_es.reduction.pipeline import plain


def result(sky: object) -> ReductionResult:
    photometry = PhotometryResult(
        sources=np.int64(3),  # type: ignore[arg-type]
        sky_counts=sky,  # type: ignore[arg-type]
        noise_counts=1.5,
        temporal_noise_counts=2.5,
        saturated_fraction=0.0,
        fwhm_arcsec=None,
    )
    return ReductionResult(
        job_id="j",
        frame_id="f",
        exposure_number=1,
        data_type="OBJECT",
        failure=Failure("Cloudy", "no star"),
        photometry=photometry,
        stage_seconds={"read": np.float32(0.5)},  # type: ignore[dict-item]
    )


@pytest.mark.parametrize("sky", [100.5, np.float64(100.5), np.float32(100.5)])
def test_numbers_of_numpy_are_made_plain(sky: object) -> None:
    made = plain(result(sky))
    assert made.photometry is not None
    assert (made.photometry.sky_counts, made.photometry.sources) == (100.5, 3)
    assert made == plain(made)
    msgspec.json.encode(made)


def test_what_is_no_number_is_told_in_the_worker() -> None:
    with pytest.raises(TypeError, match="ndarray"):
        plain(result(np.zeros(2)))
