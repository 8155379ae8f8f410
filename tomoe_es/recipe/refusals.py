"""Why an operation is not begun: each reason has a name, and says in words what is in the way."""

from __future__ import annotations

REFUSALS: dict[str, str] = {
    "TelescopeLocked": "somebody has set the telescope lock: nothing moves, and nothing is exposed",
    "ObservingInDanger": "observing is suspended for a danger: nothing opens, and the sky is not exposed",
    "WeatherUnsafe": "the weather exceeds a limit, or is not known",
    "SunIsUp": "the Sun is above the horizon",
    "SunTooNear": "the target is too near to the Sun",
    "TargetTooLow": "the target is below the lowest altitude at this moment",
    "MirrorCoverNotOpen": "the mirror cover does not read open, by a fresh reading",
    "MirrorCoverNotClosed": "the mirror cover does not read closed, by a fresh reading",
    "DomeSlitNotOpen": "the dome slit does not read open, by a fresh reading",
    "NotOnTarget": "mount and dome do not read to be on the target",
    "NoTwilight": "the Sun is not where the sky suits a flat",
    "DeviceNotReady": "a device that the operation needs does not answer, is at fault, or is busy",
    "FocusOutOfRange": "the focus would leave the range in which an image can be",
    "NoExposureTime": "no SetParameter came before the exposure",
    "WindowTooShort": "the exposure would not end within the recipe's time window",
    "NightTooShort": "the exposure would not end before dawn",
    "LockOfSomebodyElse": "a recipe neither sets nor releases a lock that a person or another recipe has set",
}
"""Every reason, and what it means."""

OF_CONDITION: dict[str, str] = {
    "telescope_unlocked": "TelescopeLocked",
    "weather_safe": "WeatherUnsafe",
    "sun_down": "SunIsUp",
    "mirrorcover_open": "MirrorCoverNotOpen",
    "mirrorcover_closed": "MirrorCoverNotClosed",
    "domeslit_open": "DomeSlitNotOpen",
    "pointing": "NotOnTarget",
    "twilight_flat": "NoTwilight",
}
"""The reason that a condition which an operation needs does not hold."""


class Refusal(str):
    """Why an operation can't be begun, in words; `condition` is the reason's name."""

    __slots__ = ("condition",)
    condition: str

    def __new__(cls, condition: str, message: str) -> Refusal:
        """Raises KeyError for a name that is not in `REFUSALS`."""
        assert condition in REFUSALS, f"the reason '{condition}' is not in REFUSALS"
        made = super().__new__(cls, message)
        made.condition = condition
        return made
