"""The guardian explored by Hypothesis: no way leads to harm, and each of its conditions is needed."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests.tomoe_es.safety.exploring import SUNRISE_US, TRAVEL, Mistake, World
from tomoe_es.clock import SECOND
from tomoe_es.events.telescope import DomeSlitCommanded
from tomoe_es.safety import guardian, making_safe

STEPS = int(os.environ.get("TOMOE_EXPLORE_STEPS", "1000"))
"""Of the short profile; `make test-chaos` explores 100,000."""
A_RUN = 20
WAYS = settings(
    max_examples=max(1, STEPS // A_RUN),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
)

HEALTH = st.sampled_from(["well", "slow", "broken", "cut off", "stuck", "dumb"])
DEVICES = st.sampled_from(sorted(TRAVEL))
ACTION = st.one_of(
    st.tuples(st.just("open"), DEVICES),
    st.tuples(st.just("open all"), st.none()),
    st.tuples(st.just("health"), st.tuples(DEVICES, HEALTH)),
    st.tuples(st.just("well"), st.none()),
    st.tuples(st.just("rain"), st.booleans()),
    st.tuples(st.just("weather"), st.sampled_from(["well", "silent", "frozen"])),
    st.tuples(st.just("power"), st.sampled_from(["mains", "battery", "failing"])),
    st.tuples(st.just("power unread"), st.booleans()),
    st.tuples(st.just("lock"), st.booleans()),
    st.tuples(st.just("executor"), st.booleans()),
    st.tuples(st.just("emergency"), st.none()),
    st.tuples(st.just("sunrise"), st.none()),
)
Step = tuple[tuple[str, Any], int]
STEP = st.tuples(ACTION, st.sampled_from([0, 1, 7, 30, 100, 400]))
"""What somebody does, or what happens; and how many seconds pass then."""
OPENED: list[Step] = [(("open all", None), 100)]
WAY = st.builds(
    lambda opened, steps: [*opened, *steps], st.sampled_from([OPENED, []]), st.lists(STEP, max_size=A_RUN)
)


def take(world: World, step: tuple[str, Any]) -> None:
    name, value = step
    match name:
        case "open":
            world.open(value)
        case "open all":
            for each in TRAVEL:
                world.open(each)
        case "health":
            world.set_health(*value)
        case "well":
            for each in TRAVEL:
                world.set_health(each, "well")
        case "rain":
            world.rain = value
        case "weather":
            world.weather_mode = value
        case "power":
            world.set_power(value)
        case "power unread":
            world.power_unread = value
        case "lock":
            world.set_lock(value)
        case "emergency":
            world.emergency()
        case "executor":
            world.executor_lives = value
        case "sunrise":
            world.now_us = max(world.now_us, SUNRISE_US - 60 * SECOND)


def explore(world: World, steps: list[Step]) -> None:
    """Take all steps; then let the motors obey and the executor die: it must end safe."""
    for action, seconds in steps:
        take(world, action)
        for _ in range(seconds):
            world.second()
    world.set_lock(False)
    world.executor_lives = False
    for name, device in world.devices.items():
        if device.health != "stuck":
            world.set_health(name, "well")
    for _ in range(400):
        world.second()
    if world.is_open or world.devices["mount"].way > 0:
        raise Mistake("it does not end safe, though every device obeys")


FOUND: list[list[Step]] = [
    [*OPENED, (("lock", True), 0), (("executor", False), 100)],
    [*OPENED, (("lock", True), 0), (("health", ("mount", "stuck")), 0), (("executor", False), 100)],
]
"""Ways that did lead to harm: a lock that is released in a silence which was answered while it was set."""


@WAYS
@example(FOUND[0])
@example(FOUND[1])
@given(WAY)
def test_no_way_leads_to_harm(steps: list[Step]) -> None:
    explore(World(), steps)


def test_a_quiet_night_needs_no_guardian() -> None:
    world = World()
    for name in TRAVEL:
        world.open(name)

    for _ in range(3000):
        world.second()

    assert world.devices["dome_slit"].way == 1.0


# Mutations: the guardian without one of its conditions, or making safe without one of its rules.

Mutation = Callable[[pytest.MonkeyPatch], None]


def deaf_to(name: str) -> Mutation:
    return lambda patch: patch.setattr(guardian, name, lambda *_: [])


def _never_repeats(patch: pytest.MonkeyPatch) -> None:
    real = making_safe._is_due
    patch.setattr(
        making_safe,
        "_is_due",
        lambda making, seen, device, now: (
            device not in making.commanded_us and real(making, seen, device, now)
        ),
    )


def _skips_what_reads_safe(patch: pytest.MonkeyPatch) -> None:
    real = making_safe._is_due
    patch.setattr(
        making_safe,
        "_is_due",
        lambda making, seen, device, now: (
            getattr(seen, device).state != making_safe.SAFE_STATES[device] and real(making, seen, device, now)
        ),
    )


def _parks_when_locked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(making_safe, "_only_stops", lambda _device, _locked: False)


def _leaves_out(device: str) -> Mutation:
    def mutate(patch: pytest.MonkeyPatch) -> None:
        rest = {each: state for each, state in making_safe.SAFE_STATES.items() if each != device}
        patch.setattr(making_safe, "SAFE_STATES", rest)

    return mutate


def _opens(patch: pytest.MonkeyPatch) -> None:
    real = making_safe._command
    patch.setattr(
        making_safe,
        "_command",
        lambda device, why, locked: (
            DomeSlitCommanded(action="open", reason=why)
            if device == "dome_slit"
            else real(device, why, locked=locked)
        ),
    )


def _waits_too_long(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(guardian, "GRACE", {kind: grace + 300 * SECOND for kind, grace in guardian.GRACE.items()})


def _never_again_after_once(patch: pytest.MonkeyPatch) -> None:
    real = guardian.take_charge

    def take_charge(state: Any, reasons: list[str], now_us: int) -> None:
        real(state, reasons, now_us)
        patch.setattr(guardian, "_reasons", lambda *_: [])

    patch.setattr(guardian, "take_charge", take_charge)


MUTATIONS: dict[str, Mutation] = {
    "deaf to silence": deaf_to("_silence"),
    "deaf to the weather": deaf_to("_weather"),
    "deaf to the power": deaf_to("_power"),
    "deaf to the Sun": deaf_to("_sun"),
    "deaf to missing devices": deaf_to("_missing"),
    "believes old readings": lambda patch: patch.setattr(guardian, "STALE_AFTER", 10**18),
    "never repeats": _never_repeats,
    "skips what reads safe": _skips_what_reads_safe,
    "parks while locked": _parks_when_locked,
    "forgets the slit": _leaves_out("dome_slit"),
    "forgets the cover": _leaves_out("mirror_cover"),
    "forgets the mount": _leaves_out("mount"),
    "opens": _opens,
    "waits too long": _waits_too_long,
    "acts only once": _never_again_after_once,
    "believes an emergency for ever": lambda patch: patch.setattr(guardian, "_hear", lambda *_: None),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_guardian_with_a_mistake_is_caught(name: str) -> None:
    @settings(WAYS, max_examples=600, phases=(Phase.generate,), database=None, derandomize=True)
    @given(WAY)
    def exploration(steps: list[Step]) -> None:
        with pytest.MonkeyPatch.context() as patch:
            MUTATIONS[name](patch)
            explore(World(), steps)

    with pytest.raises(Mistake):
        exploration()
