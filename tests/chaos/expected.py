"""The violations that each fault shows, and in which operations: no other, and not in others.

`all`, some names of moments (`operations.py`), or `all but` some.
"""

from __future__ import annotations

from tests.chaos.operations import MOMENTS

# ruff: noqa: E501
EXPECTED: dict[str, dict[str, str]] = {
    "mount slow": {},
    "mount fail": {
        "DeviceFault": "all",
        "MountDidNotPark": "SetTelescopeLock, start-up, Park, shutdown",
        "ExposureWithoutCalibration": "Dark",
    },
    "mount freeze": {
        "MountDidNotSlew": "all but SetTelescopeLock, start-up, Dark, idle, Park, shutdown",
        "MountDidNotPark": "idle, Park",
    },
    "mount lie": {
        "MovedWithoutCommand": "Dark, DomeSlit, idle",
        "ExposureWithoutCalibration": "Dark",
        "MountDidNotSlew": "Dark",
    },
    "mount drop": {
        "DeviceUnreachable": "all",
        "MountDidNotPark": "all",
    },
    "dome_slit slow": {
        "ExposureWithoutCalibration": "DomeSlit",
        "SlitDidNotClose": "shutdown",
        "SlitDidNotOpen": "DomeSlit",
    },
    "dome_slit fail": {
        "DeviceFault": "all",
        "SlitDidNotClose": "SetTelescopeLock, start-up, shutdown",
        "ExposureWithoutCalibration": "Dark",
    },
    "dome_slit freeze": {
        "ExposureWithoutCalibration": "DomeSlit",
        "SlitDidNotClose": "shutdown",
        "SlitDidNotOpen": "DomeSlit",
    },
    "dome_slit lie": {
        "ExposureWithoutCalibration": "Dark",
        "MovedWithoutCommand": "Dark",
        "SlitDidNotOpen": "Dark",
    },
    "dome_slit drop": {
        "DeviceUnreachable": "all",
        "SlitDidNotClose": "all",
        "SlitOpenAfterSuspension": "all but SetTelescopeLock, start-up, Dark",
    },
    "dome_rotation slow": {
        "DomeDidNotTurn": "DomeSlit, Flat, SendMessage, SetFocus, Assert, Pointing, MirrorCover, Wait",
    },
    "dome_rotation fail": {
        "DeviceFault": "all",
        "ExposureWithoutCalibration": "Dark",
    },
    "dome_rotation freeze": {
        "DomeDidNotTurn": "DomeSlit, Flat, SendMessage, SetFocus, Assert, Pointing, MirrorCover, Wait, Dithering",
        "ExposureWithoutCalibration": "DomeSlit",
    },
    "dome_rotation lie": {
        "DomeDidNotTurn": "Dark",
        "ExposureWithoutCalibration": "Dark",
    },
    "dome_rotation drop": {
        "DeviceUnreachable": "all",
    },
    "mirror_cover slow": {
        "CoverDidNotClose": "idle, Park",
        "CoverDidNotOpen": "DomeSlit",
    },
    "mirror_cover fail": {
        "DeviceFault": "all",
        "CoverDidNotClose": "SetTelescopeLock, start-up, Dark, idle, Park, shutdown",
        "ExposureWithoutCalibration": "Dark",
    },
    "mirror_cover freeze": {
        "CoverDidNotClose": "idle, Park",
        "CoverDidNotOpen": "DomeSlit",
    },
    "mirror_cover lie": {
        "MovedWithoutCommand": "Dark, DomeSlit, idle",
        "CoverDidNotOpen": "Dark",
        "ExposureWithoutCalibration": "Dark",
    },
    "mirror_cover drop": {
        "CoverDidNotClose": "all",
        "DeviceUnreachable": "all",
    },
    "focus slow": {},
    "focus fail": {
        "DeviceFault": "all",
    },
    "focus freeze": {
        "FocusDidNotArrive": "SetTelescopeLock, start-up, DomeSlit, Flat, SendMessage, SetFocus",
    },
    "focus lie": {},
    "focus drop": {
        "DeviceUnreachable": "all",
    },
    "camera slow": {
        "ExposureNotFinished": "all but idle, Park, shutdown",
        "FramesInconsistent": "SetTelescopeLock, start-up, Dark, DomeSlit, Flat, Exposure",
    },
    "camera fail": {
        "DeviceFault": "all",
    },
    "camera freeze": {
        "ExposureNotStarted": "all but Dark, Flat, Exposure, idle, Park, shutdown",
        "ExposedWithoutCommand": "Dark, Flat, Exposure",
        "ExposureNotFinished": "Dark, Flat, Exposure",
        "ExposureWithoutCalibration": "DomeSlit",
    },
    "camera lie": {
        "CubeLost": "all but idle, Park, shutdown",
    },
    "camera drop": {
        "DeviceUnreachable": "all",
    },
    "weather slow": {
        "WeatherNotKnown": "all but shutdown",
    },
    "weather fail": {
        "WeatherNotKnown": "all but shutdown",
    },
    "weather freeze": {
        "WeatherNotKnown": "all",
    },
    "weather lie": {},
    "weather drop": {
        "WeatherNotKnown": "all",
    },
    "power slow": {
        "PowerNotKnown": "all but shutdown",
    },
    "power fail": {
        "PowerOnBattery": "all",
        "PowerFailing": "all but shutdown",
    },
    "power freeze": {},
    "power lie": {},
    "power drop": {
        "PowerNotKnown": "all",
    },
    "weather: rain": {},
    "weather: wind": {},
    "weather: clouds": {},
    "weather: rain that comes and goes": {},
    "executor killed": {
        "ProcessSilent": "all",
        "RecipeNotProgressing": "all but Wait, idle, Park",
        "ExposureNotFinished": "Dark, Flat, Exposure",
        "CubeLost": "Dithering",
        "ExposureNotTransferred": "Dithering",
    },
    "executor killed, back at once": {
        "CubeLost": "Dithering",
    },
    "executor hangs": {
        "ProcessSilent": "all",
        "RecipeNotProgressing": "all but SendMessage, Wait, idle, Park",
        "ExposureNotFinished": "Dark, Flat, Exposure",
        "ExposureNotStarted": "SetPipeline, SetParameter",
        "ExposureNotTransferred": "Dithering",
    },
    "guardian killed": {},
    "the whole machine killed": {
        "WeatherNotKnown": "all",
        "RecipeNotProgressing": "SetTelescopeLock, DomeSlit, SendMessage, Pointing, MirrorCover, SetPipeline, SetParameter, Dithering, shutdown",
        "ExposureNotFinished": "Dark, Flat, Exposure",
        "ObservingWithStaleWeather": "Flat, Exposure",
        "CubeLost": "Dithering",
    },
    "the log's disk full": {
        "ProcessSilent": "all",
        "RecipeNotProgressing": "all but Wait, idle, Park",
        "ExposureNotFinished": "Dark, Flat, Exposure",
        "CubeLost": "Dithering",
        "ExposureNotTransferred": "Dithering",
    },
    "two executors": {
        "TwoExecutors": "all",
    },
    "projector killed": {
        "ProcessSilent": "all",
    },
    "reduction worker killed": {
        "WorkerSilent": "Dark, Flat, Exposure, Dithering",
    },
    "reduction worker hangs": {
        "WorkerSilent": "all but idle, Park, shutdown",
    },
    "ring overwritten": {
        "CubeLost": "all but idle, Park, shutdown",
        "FramesOverwritten": "all but idle, Park, shutdown",
    },
    "buffer storage full": {
        "StorageNearlyFull": "all",
        "NoRoomToObserve": "all",
    },
    "lock set": {},
    "recipe with an unknown operation": {},
    "recipe that points below the horizon": {},
    "recipe with another focus": {},
    "two people's opposite recipes": {},
    "queue stopped": {},
    "two people at the queue": {},
    "abort": {},
    "emergency": {},
}


def moments_of(where: str) -> set[str]:
    """Names of the moments that a word of the table stands for."""
    every = {each.name for each in MOMENTS}
    if where == "all":
        return every
    named = set(where.removeprefix("all but ").split(", "))
    return every - named if where.startswith("all but ") else named


def expected_in(fault: str, moment: str) -> set[str]:
    """Violations of a fault that strikes in a moment."""
    return {name for name, where in EXPECTED.get(fault, {}).items() if moment in moments_of(where)}
