"""The simulated equatorial mount: two axes with a top speed of 2 degrees a second, then settling (ours).

A slew is added to the motion of the sky: what is left of the way, in hour angle and in declination, shrinks
to nothing at 1 degree a second squared up to the top speed. The axes move separately. The hour angle never
goes through 12 h, where the cables would wrap. A slew on the way to somewhere else begins from standstill.
"""

from __future__ import annotations

import math
from typing import Literal

import erfa
import msgspec

from adapters.simulator.chance import chance
from adapters.simulator.devices.faults import Faults
from adapters.simulator.devices.moving import MovingDevice
from tomoe_es.clock import SECOND
from tomoe_es.control.ports import Effects, Recorder, Timers
from tomoe_es.events import Event
from tomoe_es.events.telescope import (
    MountParkCommanded,
    MountRead,
    MountSlewCommanded,
    MountStopCommanded,
)
from tomoe_es.observatory import LATITUDE_DEG
from tomoe_es.scheduling.sky import Horizontal, equatorial, horizontal, offset

TOP_SPEED_DEG_S = 2.0
ACCELERATION_DEG_S2 = 1.0
SETTLING_US = 2 * SECOND
PARK_HOUR_ANGLE_DEG = 0.0
PARK_DECLINATION_DEG = LATITUDE_DEG
LOWEST_DRIVE_DEG = 15.0
"""The mount refuses a target below this altitude."""
POINTING_ERROR_ARCSEC = 10.0
"""Standard deviation on each axis of the sky: 14 arcsec rms over targets."""


class MountMotion(msgspec.Struct, frozen=True):
    """On the way to a goal, or there. The goal is a target that is tracked, or hour angle and declination.
    It stands after a fault, and halts when it was told to stop.

    Hour angle and declination are degrees, of date and without refraction; `left_*` is start minus goal.
    """

    kind: Literal["track", "park", "stand", "halt"]
    begun_us: int
    target: tuple[float, float] | None = None  # ICRS, degrees; of stand: the last one
    hour_angle_deg: float = PARK_HOUR_ANGLE_DEG
    declination_deg: float = PARK_DECLINATION_DEG
    left_hour_angle_deg: float = 0.0
    left_declination_deg: float = 0.0
    top_speed_deg_s: float = TOP_SPEED_DEG_S

    def slew_us(self) -> int:
        """How long both axes need at the usual speed."""
        ways = (abs(self.left_hour_angle_deg), abs(self.left_declination_deg))
        return max(slew_us(way, self.top_speed_deg_s) for way in ways)


def slew_us(way_deg: float, top_speed_deg_s: float = TOP_SPEED_DEG_S) -> int:
    """Microseconds that one axis needs for a way: speeding up, top speed, slowing down."""
    if way_deg < top_speed_deg_s**2 / ACCELERATION_DEG_S2:  # the top speed is never reached
        return round(2.0 * math.sqrt(way_deg / ACCELERATION_DEG_S2) * SECOND)
    return round((way_deg / top_speed_deg_s + top_speed_deg_s / ACCELERATION_DEG_S2) * SECOND)


def way_left(way_deg: float, worked_us: int, top_speed_deg_s: float = TOP_SPEED_DEG_S) -> float:
    """Part of an axis's way (degrees, signed) that is left after so much work."""
    length, whole_us = abs(way_deg), slew_us(abs(way_deg), top_speed_deg_s)
    if worked_us >= whole_us:
        return 0.0
    done, rest = worked_us / SECOND, (whole_us - worked_us) / SECOND
    speeding_up = min(top_speed_deg_s / ACCELERATION_DEG_S2, whole_us / SECOND / 2.0)
    if done < speeding_up:
        left = length - ACCELERATION_DEG_S2 * done**2 / 2.0
    elif rest <= speeding_up:
        left = ACCELERATION_DEG_S2 * rest**2 / 2.0
    else:
        left = length - top_speed_deg_s * (done - speeding_up / 2.0)
    return math.copysign(left, way_deg)


def _axes(direction: Horizontal) -> tuple[float, float]:
    """Hour angle (within -180 to 180) and declination, degrees, of a direction."""
    hour_angle, declination = erfa.ae2hd(
        math.radians(direction.azimuth_deg), math.radians(direction.altitude_deg), math.radians(LATITUDE_DEG)
    )
    return math.degrees(hour_angle), math.degrees(declination)


def _direction(hour_angle_deg: float, declination_deg: float) -> Horizontal:
    azimuth, altitude = erfa.hd2ae(
        math.radians(hour_angle_deg), math.radians(declination_deg), math.radians(LATITUDE_DEG)
    )
    return Horizontal(math.degrees(azimuth), math.degrees(altitude))


class Mount(MovingDevice[MountMotion]):
    """Slews, tracks and parks; parked until a resumed night says otherwise."""

    name = "mount"

    def __init__(self, timers: Timers, record: Recorder, faults: Faults, seed: int) -> None:
        super().__init__(timers, record, faults, MountMotion("park", 0))
        self._seed = seed
        self.top_speed_deg_s = TOP_SPEED_DEG_S
        """Of the slews that begin from now on."""

    def effects(self) -> Effects:
        """What the mount carries out."""
        return dict.fromkeys((MountSlewCommanded, MountParkCommanded, MountStopCommanded), self.carry_out)

    def start(self, initial: MountRead | None = None, *, unreachable: bool = False) -> None:
        """Begin to give readings, from where the last one of a night that is resumed had it."""
        if initial is not None:
            self._truth = self._told = self._resumed(initial, self._timers.now())
        self._start(unreachable=unreachable)

    def true_position(self) -> tuple[float, float]:
        """ICRS position (degrees) of the optical axis now, for the sky simulator alone.

        It is off the position that the mount tells by an error that depends on seed and target.
        """
        motion = self._truth
        ra, dec, _ = self._where(motion, self._timers.now())
        if motion.kind != "track" or motion.target is None:
            return ra, dec
        key = [round(degrees * 1e6) for degrees in motion.target]
        error = POINTING_ERROR_ARCSEC * math.sqrt(
            -2.0 * math.log(1.0 - chance(self._seed, "pointing size", *key))
        )
        toward = 2.0 * math.pi * chance(self._seed, "pointing direction", *key)
        return offset(ra, dec, error * math.sin(toward), error * math.cos(toward))

    def truly_parked(self) -> bool:
        """Tell whether it really stands in its park position, whatever its encoders say."""
        return self._state(self._truth, self._timers.now()) == "parked"

    def _resumed(self, initial: MountRead, now: int) -> MountMotion:
        target = (initial.target_ra_deg, initial.target_dec_deg)
        hour_angle, declination = _axes(horizontal(initial.ra_deg, initial.dec_deg, now))
        standing = MountMotion("stand", now, target, hour_angle, declination)
        match initial.state:
            case "parked":
                return MountMotion("park", now)
            case "parking":
                return self._park(standing, now)
            case "slewing":
                return self._slew(target, standing, now)
            case "settling":
                return MountMotion("track", now, target)
            case "tracking":
                return MountMotion("track", now - SETTLING_US, target)
            case "stopped":
                return msgspec.structs.replace(standing, kind="halt")
            case "fault":
                return standing

    def _refusal(self, command: Event, now: int) -> str | None:
        if isinstance(command, MountSlewCommanded):
            altitude = horizontal(command.ra_deg, command.dec_deg, now).altitude_deg
            if altitude < LOWEST_DRIVE_DEG:
                return (
                    f"the target is at an altitude of {altitude:.1f} degrees: "
                    f"choose one above {LOWEST_DRIVE_DEG:g}"
                )
        return None

    def _plan(self, command: Event, motion: MountMotion, now: int) -> MountMotion:
        if isinstance(command, MountSlewCommanded):
            return self._slew((command.ra_deg, command.dec_deg), motion, now)
        if isinstance(command, MountStopCommanded):
            stopped = self._stopped(motion, now)
            return stopped if stopped is motion else msgspec.structs.replace(stopped, kind="halt")
        return self._park(motion, now)

    def _slew(self, target: tuple[float, float], motion: MountMotion, now: int) -> MountMotion:
        hour_angle, declination = self._axes_now(motion, now)
        goal_hour_angle, goal_declination = _axes(horizontal(*target, now))
        return MountMotion(
            "track",
            now,
            target,
            left_hour_angle_deg=hour_angle - goal_hour_angle,
            left_declination_deg=declination - goal_declination,
            top_speed_deg_s=self.top_speed_deg_s,
        )

    def _park(self, motion: MountMotion, now: int) -> MountMotion:
        hour_angle, declination = self._axes_now(motion, now)
        return MountMotion(
            "park",
            now,
            left_hour_angle_deg=hour_angle - PARK_HOUR_ANGLE_DEG,
            left_declination_deg=declination - PARK_DECLINATION_DEG,
            top_speed_deg_s=self.top_speed_deg_s,
        )

    def _stopped(self, motion: MountMotion, now: int) -> MountMotion:
        if self._state(motion, now) == "parked":
            return motion
        target = self._target(motion, now)
        return MountMotion("stand", now, target, *self._axes_now(motion, now))

    def _begun_and_phases(self, motion: MountMotion) -> tuple[int, tuple[int, ...]]:
        slewed = motion.slew_us()
        return motion.begun_us, (slewed, slewed + SETTLING_US) if motion.kind == "track" else (slewed,)

    def _state(
        self, motion: MountMotion, now: int
    ) -> Literal["parked", "parking", "slewing", "settling", "tracking", "stopped", "fault"]:
        if motion.kind == "stand":
            return "fault"
        if motion.kind == "halt":
            return "stopped"
        rest = self._worked(motion.begun_us, now) - motion.slew_us()
        if motion.kind == "park":
            return "parked" if rest >= 0 else "parking"
        if rest < 0:
            return "slewing"
        return "tracking" if rest >= SETTLING_US else "settling"

    def _axes_now(self, motion: MountMotion, now: int) -> tuple[float, float]:
        """Hour angle and declination, degrees, where a motion has come to."""
        worked = self._worked(motion.begun_us, now)
        hour_angle, declination = motion.hour_angle_deg, motion.declination_deg
        if motion.kind == "track" and motion.target is not None:
            hour_angle, declination = _axes(horizontal(*motion.target, now))
        speed = motion.top_speed_deg_s
        return (
            hour_angle + way_left(motion.left_hour_angle_deg, worked, speed),
            declination + way_left(motion.left_declination_deg, worked, speed),
        )

    def _where(self, motion: MountMotion, now: int) -> tuple[float, float, Horizontal]:
        """ICRS right ascension and declination (degrees) and direction where a motion has come to."""
        arrived = self._worked(motion.begun_us, now) >= motion.slew_us()
        if motion.kind == "track" and motion.target is not None and arrived:
            return *motion.target, horizontal(*motion.target, now)
        direction = _direction(*self._axes_now(motion, now))
        ra, dec = equatorial(*direction, now)
        return round(ra, 7) % 360.0, round(dec, 7), direction

    def _target(self, motion: MountMotion, now: int) -> tuple[float, float]:
        if motion.target is not None:
            return motion.target
        park = _direction(PARK_HOUR_ANGLE_DEG, PARK_DECLINATION_DEG)
        ra, dec = equatorial(*park, now)
        return round(ra, 7) % 360.0, round(dec, 7)

    def _read_motion(self, motion: MountMotion, now: int, *, failed: bool) -> MountRead:
        ra, dec, direction = self._where(motion, now)
        target_ra, target_dec = self._target(motion, now)
        return MountRead(
            state="fault" if failed else self._state(motion, now),
            ra_deg=ra,
            dec_deg=dec,
            azimuth_deg=round(direction.azimuth_deg, 6) % 360.0,
            altitude_deg=round(direction.altitude_deg, 6),
            target_ra_deg=target_ra,
            target_dec_deg=target_dec,
        )
