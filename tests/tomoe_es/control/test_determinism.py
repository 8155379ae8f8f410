"""Two nights with the same seed are the same night."""

from __future__ import annotations

from tests.tomoe_es.control.conftest import Opener
from tests.tomoe_es.control.observatory import plan, survey
from tomoe_es.events import weather
from tomoe_es.events.envelope import Recorded

SCRIPT = """
weather:
  - { kind: clouds, from: '16:52', to: '16:57', strength: 0.9 }
  - { kind: rain, from: '17:05', to: '17:08' }
faults:
  - { device: focus, kind: slow, from: '16:50', to: '17:00', factor: 3 }
"""


def events_of(observatory: Opener, seed: int) -> list[Recorded]:
    night = observatory(plan(end="17:30", script=SCRIPT, seed=seed))
    night.start(*(survey(4, at="17:10", comment=str(number)) for number in range(6)))
    night.run_to_end()
    return night.all()


def test_the_same_seed_gives_the_same_events(observatory: Opener) -> None:
    assert events_of(observatory, 7) == events_of(observatory, 7)


def test_another_seed_gives_other_weather(observatory: Opener) -> None:
    nights = (events_of(observatory, seed) for seed in (7, 8))
    one, other = (
        [each.payload for each in night if isinstance(each.payload, weather.WeatherRead)] for night in nights
    )

    assert one != other
