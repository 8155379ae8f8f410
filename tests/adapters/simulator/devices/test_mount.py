"""The mount: its motion, what it tells, and where it really points."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.simulator.devices.faults import Faults
from adapters.simulator.devices.mount import Mount, slew_us, way_left
from tomoe_es.clock import SECOND
from tomoe_es.events.telescope import (
    DeviceCommandFailed,
    DeviceReached,
    MountParkCommanded,
    MountRead,
    MountSlewCommanded,
)
from tomoe_es.observatory import LATITUDE_DEG
from tomoe_es.scheduling.sky import equatorial, horizontal, offset, separation_arcsec

HIGH = (60.0, 70.0)  # azimuth, altitude at the beginning of the bench


@pytest.fixture
def mount(bench: Any) -> Mount:
    return Mount(bench, bench.record, bench.faults, seed=1)


def target_at(bench: Any, azimuth: float, altitude: float) -> tuple[float, float]:
    return equatorial(azimuth, altitude, bench.now())


def slew(bench: Any, mount: Mount, target: tuple[float, float]) -> Any:
    return bench.command(mount, MountSlewCommanded(ra_deg=target[0], dec_deg=target[1]))


def tracking_since(bench: Any) -> float:
    [*_, (since, state)] = bench.states(MountRead)
    assert state == "tracking"
    return float(since)


@pytest.mark.parametrize(("way_deg", "seconds"), [(0, 0), (0.25, 1), (1, 2), (4, 4), (10, 7), (90, 47)])
def test_an_axis_speeds_up_runs_and_slows_down(way_deg: float, seconds: float) -> None:
    assert slew_us(way_deg) == seconds * SECOND


@given(st.floats(-180, 180), st.floats(0, 1), st.floats(0, 1))
@example(1.0, 0.5, 0.375)  # exactly half of a way too short for the top speed
def test_what_is_left_of_the_way_only_shrinks(way_deg: float, first: float, second: float) -> None:
    whole = slew_us(abs(way_deg))
    earlier, later = sorted((int(whole * first), int(whole * second)))
    assert abs(way_left(way_deg, 0)) == pytest.approx(abs(way_deg), abs=1e-5)
    assert way_left(way_deg, whole) == 0
    assert abs(way_left(way_deg, later)) <= abs(way_left(way_deg, earlier)) + 1e-5
    moved = abs(way_left(way_deg, earlier)) - abs(way_left(way_deg, later))
    assert moved <= 2.0 * (later - earlier) / SECOND + 1e-5


def test_it_begins_parked_at_the_zenith(bench: Any, mount: Mount) -> None:
    mount.start()
    bench.run_until(65)
    assert bench.reading_times(MountRead) == [0, 30, 60]
    first, *_, last = (each.payload for each in bench.of(MountRead))
    assert (last.state, last.altitude_deg) == ("parked", pytest.approx(90, abs=1e-5))
    assert last.ra_deg - first.ra_deg == pytest.approx(15.041 * 60 / 3600, abs=1e-3)  # the sky moves on
    assert (last.target_ra_deg, last.target_dec_deg) == (last.ra_deg, last.dec_deg)


def test_it_slews_settles_and_tracks(bench: Any, mount: Mount) -> None:
    mount.start()
    target = target_at(bench, 0.0, LATITUDE_DEG + 90 - 80)  # declination 80: 44.2 degrees along that axis
    command = slew(bench, mount, target)
    bench.run_until(100)
    arrived = (80 - LATITUDE_DEG) / 2 + 2
    assert bench.states(MountRead) == [
        (0, "parked"),
        (0.2, "slewing"),
        (pytest.approx(arrived, abs=1e-3), "settling"),
        (pytest.approx(arrived + 2, abs=1e-3), "tracking"),
    ]
    on_the_way = [time for time in bench.reading_times(MountRead) if time < arrived]
    assert on_the_way == pytest.approx([0, *(0.2 + second for second in range(len(on_the_way) - 1))])
    causes = {each.payload.state: each.cause for each in bench.of(MountRead)}
    assert causes == {"parked": 0, "slewing": command.position, "settling": command.position, "tracking": 0}
    first_tracking = next(each for each in bench.of(MountRead) if each.payload.state == "tracking")
    assert first_tracking.cause == command.position


def test_tracking_it_tells_the_target_and_its_changing_direction(bench: Any, mount: Mount) -> None:
    mount.start()
    target = target_at(bench, *HIGH)
    slew(bench, mount, target)
    bench.run_until(600)
    readings = [each for each in bench.of(MountRead) if each.payload.state == "tracking"]
    for each in readings:
        assert (each.payload.ra_deg, each.payload.dec_deg) == target
        assert (each.payload.target_ra_deg, each.payload.target_dec_deg) == target
        there = horizontal(*target, each.time)
        assert each.payload.azimuth_deg == pytest.approx(there.azimuth_deg, abs=1e-6)
        assert each.payload.altitude_deg == pytest.approx(there.altitude_deg, abs=1e-6)
    assert readings[-1].payload.altitude_deg - readings[0].payload.altitude_deg > 1
    times = [bench.seconds(each) for each in readings]
    assert {round(after - before, 6) for before, after in itertools.pairwise(times)} == {30}


def test_it_moves_at_no_more_than_its_top_speed(bench: Any, mount: Mount) -> None:
    mount.start()
    slew(bench, mount, target_at(bench, 100.0, 25.0))
    bench.run_until(60)
    moving = [each for each in bench.of(MountRead) if each.payload.state == "slewing"]
    for before, after in itertools.pairwise(moving):
        there = separation_arcsec(
            before.payload.ra_deg, before.payload.dec_deg, after.payload.ra_deg, after.payload.dec_deg
        )
        assert there / 3600 <= 2.0 * math.sqrt(2) + 0.01  # both axes at once
    left = [
        separation_arcsec(
            each.payload.ra_deg,
            each.payload.dec_deg,
            *(each.payload.target_ra_deg, each.payload.target_dec_deg),
        )
        for each in moving
    ]
    assert left == sorted(left, reverse=True)


def test_a_dither_takes_seconds(bench: Any, mount: Mount) -> None:
    mount.start()
    target = target_at(bench, *HIGH)
    slew(bench, mount, target)
    bench.run_until(100)
    slew(bench, mount, offset(*target, 0.0, 1440.0))
    bench.run_until(110)
    assert tracking_since(bench) == pytest.approx(100 + 2 * math.sqrt(0.4) + 2, abs=0.01)


def test_a_new_target_on_the_way_is_taken_up_from_there(bench: Any, mount: Mount) -> None:
    mount.start()
    slew(bench, mount, target_at(bench, 180.0, 30.0))  # 60 degrees south
    bench.run_until(12)  # 2 degrees while speeding up, then 20
    second = slew(bench, mount, target_at(bench, 180.0, 90.0 - 22.0))
    bench.run_until(13)
    reading = bench.of(MountRead)[-1]
    assert reading.cause == second.position
    assert reading.payload.altitude_deg == pytest.approx(90.0 - 22.0, abs=0.2)
    bench.run_until(60)
    assert tracking_since(bench) < 15


def test_it_parks(bench: Any, mount: Mount) -> None:
    mount.start()
    slew(bench, mount, target_at(bench, 180.0, 60.0))
    bench.run_until(100)
    command = bench.command(mount, MountParkCommanded(reason="test"))
    bench.run_until(200)
    (_, parking), (parked_at, parked) = bench.states(MountRead)[-2:]
    assert (parking, parked) == ("parking", "parked")
    assert parked_at == pytest.approx(100 + 30 / 2 + 2, abs=0.5)
    assert {each.cause for each in bench.of(MountRead) if each.payload.state == "parking"} == {
        command.position
    }
    assert bench.last(MountRead).altitude_deg == pytest.approx(90, abs=1e-5)


def test_a_target_below_the_drive_limit_is_refused(bench: Any, mount: Mount) -> None:
    mount.start()
    slew(bench, mount, target_at(bench, 90.0, 14.9))
    bench.run_until(10)
    [failed] = bench.of(DeviceCommandFailed)
    assert "14.9 degrees: choose one above 15" in failed.payload.message
    assert bench.last(MountRead).state == "parked"


def test_it_never_goes_through_twelve_hours(bench: Any, mount: Mount) -> None:
    mount.start()
    slew(bench, mount, target_at(bench, 5.0, 30.0))  # below the pole, east of the meridian
    bench.run_until(200)
    slew(bench, mount, target_at(bench, 355.0, 30.0))
    bench.run_until(260)
    highest = max(each.payload.altitude_deg for each in bench.of(MountRead) if bench.seconds(each) > 200)
    assert highest > 36  # it went over the pole's far side, not the short way beneath it


def test_the_true_position_is_off_by_some_arcseconds_that_depend_on_seed_and_target(bench: Any) -> None:
    errors: list[float] = []
    for number in range(200):
        target = target_at(bench, 1.8 * number, 60.0)
        for seed in (1, 1, 2):
            mount = Mount(bench, bench.record, Faults(), seed)
            mount.start(
                MountRead(
                    state="tracking", ra_deg=target[0], dec_deg=target[1], azimuth_deg=0, altitude_deg=60,
                    target_ra_deg=target[0], target_dec_deg=target[1],
                )
            )  # fmt: skip
            errors.append(separation_arcsec(*target, *mount.true_position()))
    assert errors[0::3] == errors[1::3]
    assert errors[0::3] != errors[2::3]
    rms = math.sqrt(sum(error**2 for error in errors[0::3]) / 200)
    assert 12 < rms < 17


def test_slow(bench: Any, mount: Mount) -> None:
    bench.plan_fault("mount", "slow", 0, None, factor=3)
    mount.start()
    target = target_at(bench, 0.0, LATITUDE_DEG + 90 - 80)
    slew(bench, mount, target)
    bench.run_until(200)
    assert tracking_since(bench) == pytest.approx(3 * ((80 - LATITUDE_DEG) / 2 + 4), abs=0.01)
    assert (bench.last(MountRead).ra_deg, bench.last(MountRead).dec_deg) == target


def test_failed_it_stops_and_the_sky_moves_on(bench: Any, mount: Mount) -> None:
    bench.plan_fault("mount", "fail", 10, 100)
    mount.start()
    target = target_at(bench, 180.0, 30.0)
    slew(bench, mount, target)
    bench.run_until(50)
    refused = bench.command(mount, MountParkCommanded(reason="test"))
    bench.run_until(110)
    assert [each.cause for each in bench.of(DeviceCommandFailed)] == [refused.position]
    assert bench.states(MountRead)[-1] == (10, "fault")  # standing where it is not parked stays a fault
    stood = [each.payload for each in bench.of(MountRead) if bench.seconds(each) >= 10]
    assert stood[-1].altitude_deg == pytest.approx(stood[0].altitude_deg, abs=1e-5)
    assert stood[-1].ra_deg > stood[0].ra_deg
    assert (stood[-1].target_ra_deg, stood[-1].target_dec_deg) == target
    bench.command(mount, MountParkCommanded(reason="test"))
    bench.run_until(200)
    assert bench.states(MountRead)[-1][1] == "parked"


def test_failed_while_parked_it_is_parked_afterwards(bench: Any, mount: Mount) -> None:
    bench.plan_fault("mount", "fail", 10, 20)
    mount.start()
    bench.run_until(30)
    assert bench.states(MountRead) == [(0, "parked"), (10, "fault"), (20, "parked")]


def test_frozen_it_moves_but_tells_the_old_position(bench: Any, mount: Mount) -> None:
    bench.plan_fault("mount", "freeze", 5, 100)
    mount.start()
    bench.run_until(10)
    target = target_at(bench, *HIGH)
    slew(bench, mount, target)
    bench.run_until(99)
    frozen = [each.payload for each in bench.of(MountRead) if bench.seconds(each) >= 5]
    assert len(set(frozen)) == 1
    assert frozen[0].state == "parked"
    assert separation_arcsec(*target, *mount.true_position()) < 60
    bench.run_until(100)
    assert bench.states(MountRead)[-1] == (100, "tracking")


def test_lying_it_tells_the_target_but_stays(bench: Any, mount: Mount) -> None:
    mount.start()
    first = target_at(bench, *HIGH)
    slew(bench, mount, first)
    bench.run_until(60)
    bench.plan_fault("mount", "lie", 60, 200)
    second = target_at(bench, 180.0, 60.0)
    slew(bench, mount, second)
    bench.run_until(150)
    assert (bench.last(MountRead).ra_deg, bench.last(MountRead).dec_deg) == second
    assert bench.states(MountRead)[-1][1] == "tracking"
    assert separation_arcsec(*first, *mount.true_position()) < 60
    bench.run_until(200)
    assert (bench.last(MountRead).ra_deg, bench.last(MountRead).dec_deg) == first


def test_dropped(bench: Any, mount: Mount) -> None:
    bench.plan_fault("mount", "drop", 5, 100)
    mount.start()
    target = target_at(bench, *HIGH)
    slew(bench, mount, target)
    bench.run_until(50)
    refused = bench.command(mount, MountParkCommanded(reason="test"))
    bench.run_until(100)
    assert bench.unreachable_times() == [5]
    assert [each.cause for each in bench.of(DeviceCommandFailed)] == [refused.position]
    assert [bench.seconds(each) for each in bench.of(DeviceReached)] == [100]
    assert (bench.last(MountRead).state, bench.last(MountRead).ra_deg) == ("tracking", target[0])


@pytest.mark.parametrize(
    ("before", "first", "last"),
    [
        ("parked", "parked", "parked"),
        ("parking", "parking", "parked"),
        ("slewing", "slewing", "tracking"),
        ("settling", "settling", "tracking"),
        ("tracking", "tracking", "tracking"),
        ("fault", "fault", "fault"),
    ],
)
def test_a_resumed_night_finds_it_as_it_was(
    bench: Any, mount: Mount, before: str, first: str, last: str
) -> None:
    ra, dec = target_at(bench, *HIGH)
    target = target_at(bench, 180.0, 60.0) if before == "slewing" else (ra, dec)
    mount.start(
        MountRead(
            state=before, ra_deg=ra, dec_deg=dec, azimuth_deg=HIGH[0], altitude_deg=HIGH[1],
            target_ra_deg=target[0], target_dec_deg=target[1],
        )
    )  # fmt: skip
    begun = bench.last(MountRead)
    assert begun.state == first
    if before != "parked":
        assert (begun.ra_deg, begun.dec_deg) == pytest.approx((ra, dec), abs=1e-5)
    bench.run_until(60)
    assert bench.last(MountRead).state == last


def test_another_top_speed_counts_for_long_ways_only() -> None:
    assert slew_us(60.0, 4.0) < slew_us(60.0, 2.0) < slew_us(60.0, 1.0)
    assert slew_us(0.5, 4.0) == slew_us(0.5, 2.0)
    half = slew_us(60.0, 4.0) // 2
    assert way_left(60.0, half, 4.0) == pytest.approx(30.0, abs=1e-3)
