"""A render request to vary, and the star catalogue."""

from collections.abc import Callable
from typing import Any

import pytest

from adapters.simulator.sky.catalogue import Tycho2, load_tycho2
from adapters.simulator.sky.request import RenderRequest

RequestMaker = Callable[..., RenderRequest]


@pytest.fixture
def request_with() -> RequestMaker:
    """Two frames of 0.5 s of chip 101 under a clear sky, except for what is given."""

    def make(**given: Any) -> RenderRequest:
        fields: dict[str, Any] = {
            "seed": 1,
            "exposure_number": 5,
            "det_id": 101,
            "data_type": "OBJECT",
            "nframe": 2,
            "exposure_seconds": 0.5,
            "start_time_us": 1_733_400_000_000_000,
            "true_ra_deg": 19.7498,
            "true_dec_deg": 29.7107,
        } | given
        return RenderRequest(**({"transparency": (1.0,) * fields["nframe"]} | fields))

    return make


@pytest.fixture(scope="session")
def tycho2() -> Tycho2:
    """The installed catalogue."""
    return load_tycho2()
