"""A weather watch in weather that has been safe for a while."""

from __future__ import annotations

import pytest

from tests.tomoe_es.control.weather_watch.watch import Watch, names


@pytest.fixture
def watch() -> Watch:
    """It has been safe for a while."""
    made = Watch()
    assert names(made.read(11)) == ["WeatherBecameSafe"]
    return made
