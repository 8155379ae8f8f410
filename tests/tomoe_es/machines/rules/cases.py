"""For each rule and deadline: a story that is normal, one that is not, and how that ends."""

from __future__ import annotations

import msgspec

from tests.tomoe_es.control.observatory import NIGHT
from tests.tomoe_es.machines.making import make
from tests.tomoe_es.machines.rules.moments import (
    ABORT,
    ABORTED,
    BEGUN,
    CHIP,
    DEC,
    END,
    EXPOSING,
    EXPOSURE,
    FINISHED,
    RA,
    READY,
    START,
    STARTED,
    TRANSFERRED,
    Moment,
    aborted,
    asked,
    cover,
    cube,
    dome,
    focus,
    heartbeats,
    log_disk,
    mount,
    night,
    of_recipe,
    order,
    phase,
    power,
    queued,
    readings,
    refocus,
    running,
    slew,
    slit,
    started,
    storage,
    submitted,
    taken,
    turn,
    weather,
)
from tomoe_es.clock import SECOND
from tomoe_es.events import (
    monitor,
    queue,
    recipe,
    reduction,
    safety,
    system,
    telescope,
    transfer,
)
from tomoe_es.machines.rules.log_not_growing import LONGEST_GAP_SECONDS


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Events before, then either those that are normal or those that are not, then those that end it."""

    given: tuple[Moment, ...] = ()
    quiet: tuple[Moment, ...]
    firing: tuple[Moment, ...]
    over: tuple[Moment, ...] = ()  # for what lasts
    times: int = 1  # how often `firing` is told


CASES: dict[str, Case] = {
    "TargetBehindClosedSlit": Case(
        given=EXPOSING,
        quiet=(
            (30, slit("open")),
            (39, slit("fault")),
            (40, ABORT),
            (41, slit("closing")),
            (42, ABORTED),
            (50, slit("closed")),
        ),
        firing=((30, slit("closing")), (31, slit("closed"))),
        over=((60, slit("open")), *END),
    ),
    "DomeOffTelescope": Case(
        given=EXPOSING,
        quiet=((30, dome(182.9)), (31, mount(azimuth_deg=10.0, altitude_deg=89.9)), *END),
        firing=((30, dome(200.0)), (60, dome(201.0))),
        over=((62, dome(180.0)), *END),
    ),
    "MirrorCoverOpenAtStartUp": Case(
        given=((0, night()), (0, cover("closed"))),
        quiet=((10, phase("starting_up")), (20, phase("calibrating")), (30, cover("open"))),
        firing=((5, cover("open")), (10, phase("starting_up")), (40, cover("open"))),
        over=((60, cover("closed")),),
    ),
    "MirrorCoverClosedWhileExposing": Case(
        given=EXPOSING,
        quiet=((30, cover("open")), (40, ABORT), (41, cover("closing")), (42, ABORTED)),
        firing=((30, cover("closed")), (60, cover("closed"))),
        over=END,
    ),
    "ExposingBeforeSettled": Case(
        given=EXPOSING,
        quiet=((30, mount()), (40, ABORT), (41, ABORTED), (42, mount("slewing"))),
        firing=((30, mount("settling")), (60, mount("slewing"))),
        over=((62, mount()), *END),
    ),
    "MotionWhileLocked": Case(
        given=((0, mount("slewing")), (1, make(telescope.TelescopeLockSet, who="me"))),
        quiet=((15, mount("tracking")), (30, mount("parking")), (60, slit("closing"))),
        firing=((15, mount("slewing")), (30, mount("slewing")), (60, mount("slewing"))),
        over=((70, mount("tracking")),),
    ),
    "PointingBelowLimit": Case(
        quiet=((0, mount(altitude_deg=19.5)), (1, mount("parking", altitude_deg=5.0))),
        firing=((0, mount(altitude_deg=18.0)), (1, mount(altitude_deg=17.0))),
        over=((2, mount()),),
    ),
    "PointingNearSun": Case(
        quiet=((0, mount()), (1, mount("parked", ra_deg=259.5, dec_deg=-23.0))),
        firing=((0, mount(ra_deg=259.5, dec_deg=-23.0)), (1, mount("slewing", ra_deg=250.0, dec_deg=-23.0))),
        over=((2, mount()),),
    ),
    "PointingNearMoon": Case(
        given=(*READY, (-1, asked()), (0, EXPOSURE)),
        quiet=((5, mount()), (8, FINISHED), (9, TRANSFERRED)),
        firing=((5, mount(ra_deg=254.0, dec_deg=-27.4)), (6, mount(ra_deg=255.0, dec_deg=-27.4))),
        over=((8, FINISHED),),
    ),
    "FocusOutOfRange": Case(
        quiet=((0, focus(20.0)),), firing=((0, focus(19.9)), (1, focus(37.0))), over=((2, focus()),)
    ),
    "FocusMovedWhileExposing": Case(
        given=EXPOSING,
        quiet=((30, focus(28.135)), *END, (66, focus(30.0, "moving"))),
        firing=((30, focus(28.13, "moving")), (60, focus(29.0))),
        over=END,
    ),
    "ObservingInUnsafeWeather": Case(
        given=EXPOSING,
        quiet=(
            (5, weather(rain=True)),
            (6, ABORT),
            (7, ABORTED),
            (10, slit("closed")),
            (60, weather(rain=True)),
        ),
        firing=((5, weather(rain=True)), (20, weather(rain=True)), (25, weather(rain=True))),
        over=((30, weather()), *END),
    ),
    "ObservingWithFrozenWeather": Case(
        given=EXPOSING,
        quiet=(*readings(60, 10), *END),
        firing=tuple((seconds, weather()) for seconds in range(5, 100, 10)),
        over=END,
    ),
    "ObservingWithStaleWeather": Case(
        given=EXPOSING,
        quiet=(*readings(500), (520, ABORT), (521, ABORTED), (522, slit("closed")), (800, mount())),
        firing=((41, mount()), (80, mount())),
        over=((90, weather()),),
    ),
    "ObservingWithoutWeather": Case(
        given=EXPOSING,
        quiet=(
            (5, make(telescope.DeviceUnreachable, device="weather")),
            *((6, ABORT), (7, ABORTED), (10, slit("closed")), (100, mount())),
        ),
        firing=((5, make(telescope.DeviceUnreachable, device="weather")), (20, mount())),
        over=((30, make(telescope.DeviceReached, device="weather")), *END),
    ),
    "DomeOpenInUnsafeWeather": Case(
        given=((0, weather()), (0, slit("open"))),
        quiet=(
            (5, weather(rain=True)),
            (60, slit("closing")),
            (80, slit("closed")),
            (300, weather(rain=True)),
        ),
        firing=(
            (5, weather(rain=True)),
            (60, slit("closing")),
            (126, slit("closing")),
            (200, slit("closing")),
        ),
        over=((210, slit("closed")),),
    ),
    "DomeOpenInDaylight": Case(
        quiet=((0, slit("open")), (1, slit("closed")), (12 * 3600, slit("closed"))),
        firing=((12 * 3600, slit("open")), (12 * 3600 + 30, slit("closing"))),
        over=((12 * 3600 + 60, slit("closed")),),
    ),
    "ExposureWithoutCalibration": Case(
        given=(*BEGUN, *taken(-980, 7, "Flat", 1.0)),
        quiet=(*taken(-700, 8, "Dark"), *running(-600), (0, asked(9)), (1, aborted(9))),
        firing=(
            *taken(-700, 8, "Dark", 1.0),
            *(*running(-600), (0, asked(9)), (1, aborted(9)), (2, asked(10)), (3, aborted(10))),
            (4, of_recipe(recipe.RecipeCompleted)),
        ),
        over=(*taken(10, 11, "Dark"), *running(15, "s"), (20, asked(12, recipe_id="s"))),
    ),
    "ExposureUnlikeRecipe": Case(
        given=READY,
        quiet=((0, asked()), (1, ABORTED)),
        firing=((0, asked(frames=17)), (1, ABORTED)),
    ),
    "RecipeOutsideWindow": Case(
        given=((0, submitted(window_end_us=START + 100 * SECOND)),),
        quiet=((99, of_recipe(recipe.RecipeStarted)),),
        firing=((101, of_recipe(recipe.RecipeStarted)),),
    ),
    "TwoExecutors": Case(
        given=((0, started("night", 1)), (1, submitted("a")), (1, submitted("b"))),
        quiet=(
            *((10, started("night", 2)), (11, make(system.NightResumed, night=NIGHT))),
            *((20, of_recipe(recipe.RecipeStarted, "a")), (30, of_recipe(recipe.RecipeCompleted, "a"))),
            *((31, of_recipe(recipe.RecipeStarted, "b")), (80, of_recipe(recipe.RecipeCompleted, "b"))),
        ),
        firing=((10, of_recipe(recipe.RecipeStarted, "a")), (20, of_recipe(recipe.RecipeStarted, "b"))),
        over=((30, of_recipe(recipe.RecipeCompleted, "b")), (31, of_recipe(recipe.RecipeCompleted, "a"))),
    ),
    "CommandPastQueue": Case(
        given=READY,
        quiet=(
            (0, make(telescope.MountSlewCommanded)),
            (1, order("dome_slit", "close"), "guardian"),
            (2, slit("closed")),
            (3, make(telescope.MountParkCommanded), "emergency"),
            (4, mount("parked")),
            (5, order("mirror_cover", "stop"), "standstill watch"),
        ),
        firing=(
            (0, make(telescope.MountSlewCommanded), "guardian"),
            (1, order("dome_slit", "open"), "someone"),
        ),
        times=2,
    ),
    "FramesInconsistent": Case(
        given=(*READY, (-1, asked()), (0, EXPOSURE)),
        quiet=((9, cube(gps_end_us=START + 9 * SECOND + 200)), (9, FINISHED)),
        firing=((9, cube(gps_end_us=START + 9 * SECOND + 201)), (9, cube(frames=17)), (9, FINISHED)),
        times=2,
    ),
    "CoordinatesOffPointing": Case(
        quiet=((0, make(reduction.FieldSolved, **CHIP, offset_arcsec=40.0)),),
        firing=((0, make(reduction.FieldSolved, **CHIP, offset_arcsec=121.0)),),
    ),
    "ChipCubeNotReduced": Case(
        given=((0, make(transfer.ChipCubeBuffered, **CHIP)),),
        quiet=((10_799, make(reduction.ReductionFinished, **CHIP)), (20_000, mount())),
        firing=((10_801, mount()), (20_000, mount())),
        over=((20_001, make(reduction.ReductionFailed, **CHIP, given_up=True)),),
    ),
    "FramesOverwritten": Case(
        quiet=((0, make(transfer.ChipCubeBuffered, **CHIP)),),
        firing=((0, make(transfer.RingOverwritten, **CHIP, frames=3)),),
    ),
    "CubeLost": Case(
        quiet=((0, make(transfer.ChipCubeBuffered, **CHIP)),),
        firing=((0, make(transfer.ChipCubeLost, **CHIP)),),
    ),
    "StorageNearlyFull": Case(
        quiet=((0, storage(5)),), firing=((0, storage(4)), (600, storage(3))), over=((1200, storage(50)),)
    ),
    "NoRoomToObserve": Case(
        quiet=((0, log_disk(64_000_000)), (60, storage(30))),
        firing=((0, log_disk(63_000_000)), (600, log_disk(127_000_000))),
        over=((1200, log_disk(128_000_000)),),
    ),
    "StorageGone": Case(
        quiet=((0, storage(50)), (1, make(telescope.DeviceUnreachable, device="mount"))),
        firing=tuple((n, make(telescope.DeviceUnreachable, device="storage/buffer")) for n in (0.0, 600.0)),
        over=((1200, make(telescope.DeviceReached, device="storage/buffer")),),
    ),
    "ReductionBehindAcquisition": Case(
        given=((0, night()),),
        quiet=((1, queued(1, 120)),),
        firing=((1, queued(1, 120)), (2, queued(2, 1)), (3, queued(3, 1))),
        over=tuple((4.0 + n, make(reduction.ReductionFinished, frame_id=f"1-{n}")) for n in range(2)),
    ),
    "ReductionEngineGone": Case(
        quiet=((0, make(reduction.ReductionEngineStarted)),),
        firing=((0, make(reduction.ReductionEngineLost)), (1, make(reduction.ReductionEngineLost))),
        over=((2, make(reduction.ReductionEngineStarted)),),
    ),
    "WorkerSilent": Case(
        quiet=((0, make(reduction.ReductionFailed, **CHIP, condition="MasterMissing", given_up=True)),),
        firing=(
            (0, make(reduction.ReductionLeaseExpired, **CHIP)),
            (1, make(reduction.ReductionFailed, **CHIP, condition="WorkerDied", message="killed")),
        ),
        times=2,
    ),
    "UnfamiliarError": Case(
        quiet=((0, make(monitor.ErrorRaised, process="worker", understood=True)),),
        firing=((0, make(monitor.ErrorRaised, process="worker", understood=False)),),
    ),
    "LogNotSigned": Case(
        quiet=((0, make(monitor.ErrorRaised, process="night", condition="TaskKilled", understood=True)),),
        firing=(
            (0, make(monitor.ErrorRaised, process="night", condition="CheckpointNotSigned", understood=True)),
        ),
    ),
    "ProcessSilent": Case(
        given=((0, started("night", 1)),),
        quiet=((1, make(safety.ProcessHeardAgain, process="night")),),
        firing=tuple((n, make(safety.ProcessFellSilent, process="night")) for n in (1, 5)),
        over=((9, make(safety.ProcessHeardAgain, process="night")),),
    ),
    "ClocksDisagree": Case(
        given=((0, msgspec.structs.replace(night(), simulated=False)), (10, mount())),
        quiet=((9, started("x", 1)), (12, mount())),
        firing=((7, started("x", 1)), (7.5, started("y", 1))),
        over=((12, mount()),),
    ),
    "LogNotGrowing": Case(
        given=((0, night()), (0, phase("waiting"))),
        quiet=(
            *heartbeats(600),
            *((610, phase("ended")), (99_999, mount("parked"))),
        ),
        firing=((LONGEST_GAP_SECONDS + 1, started("x", 1)), (LONGEST_GAP_SECONDS + 100, started("y", 2))),
        over=((LONGEST_GAP_SECONDS + 101, mount()),),
    ),
    "RecipeNotProgressing": Case(
        given=((0, submitted()), (0, of_recipe(recipe.RecipeStarted))),
        quiet=(
            (50, of_recipe(recipe.OperationStarted, time_limit_seconds=100.0)),
            (200, of_recipe(recipe.OperationCompleted)),
            (250, of_recipe(recipe.RecipeCompleted)),
            (9999, mount()),
        ),
        firing=((61, mount()), (500, mount())),
        over=((501, of_recipe(recipe.OperationStarted)), (502, of_recipe(recipe.RecipeInterrupted))),
    ),
    "PowerFailing": Case(
        quiet=((0, power("mains")),),
        firing=((0, power("failing")), (1, power("failing"))),
        over=((2, power("mains")),),
    ),
    "PowerOnBattery": Case(
        quiet=((0, power("mains")),),
        firing=((0, power("battery")), (1, power("battery"))),
        over=((2, power("mains")),),
    ),
    "MountDidNotSlew": Case(
        given=(*BEGUN[1:], *STARTED, (0, mount(target_ra_deg=RA, target_dec_deg=DEC))),
        quiet=(
            *((0, slew(10.0)), (5, mount("slewing")), (80, slew(20.0))),
            (170, mount(target_ra_deg=20.0, target_dec_deg=30.0)),
            *((200, slew(10.0)), (201, make(telescope.MountParkCommanded)), (230, mount("parked"))),
            *((300, slew(10.0)), (301, mount("fault")), (5000, mount("fault"))),
        ),
        firing=((0, slew(10.0)), (100, slew(20.0)), (281, mount()), (300, mount())),
        over=((310, mount(target_ra_deg=20.0, target_dec_deg=30.0)),),
    ),
    "DomeDidNotTurn": Case(
        given=(*STARTED, (0, dome(180.0))),
        quiet=((0, turn(355.0)), (60, dome(356.0)), (61, turn(1.0)), (62, dome(0.0)), (5000, dome(0.0))),
        firing=((0, turn(355.0)), (60, dome(180.0)), (121, dome(180.0)), (200, dome(200.0, "rotating"))),
        over=((210, dome(355.0)),),
    ),
    "FocusDidNotArrive": Case(
        given=(*STARTED, (0, focus())),
        quiet=((0, refocus(29.0)), (20, focus(28.5, "moving")), (40, focus(29.005)), (5000, focus(29.0))),
        firing=((0, refocus(29.0)), (20, focus()), (151, focus()), (200, focus(28.5, "moving"))),
        over=((210, focus(29.0)),),
    ),
    "WeatherNotKnown": Case(
        given=((0, night()), (0, phase("starting_up"))),
        quiet=(*readings(220), (250, phase("ended")), (9999, mount("parked"))),
        firing=(
            *((1, weather()), (2, make(telescope.DeviceUnreachable, device="weather"))),
            (30, make(telescope.DeviceUnreachable, device="weather")),
        ),
        over=((40, make(telescope.DeviceReached, device="weather")),),
    ),
    "PowerNotKnown": Case(
        given=((0, night()), (0, phase("starting_up"))),
        quiet=(
            *((n, each) for n in range(600)[::30] for each in (power("mains"), weather(wind_speed_m_s=n))),
            *((610, phase("ended")), (9999, mount("parked"))),
        ),
        firing=((0, power("mains")), (181, mount()), (200, mount())),
        over=((301, power("mains")),),
    ),
    # the deadlines of `deadlines.py`
    "ExposureNotStarted": Case(
        given=(*READY, (0, asked())),
        quiet=((29, EXPOSURE), (30, FINISHED), (32, TRANSFERRED), (35, weather())),
        firing=((31, mount()), (36, mount())),
        over=((37, ABORTED),),
    ),
    "ExposureNotFinished": Case(
        given=(*READY, (-1, asked()), (0, EXPOSURE)),
        quiet=((9, FINISHED), (12, TRANSFERRED), (39, mount())),
        firing=((39.1, mount()), (39.2, mount())),
        over=((39.3, FINISHED),),
    ),
    "ExposureNotTransferred": Case(
        quiet=((0, FINISHED), (119, TRANSFERRED), (500, mount())),
        firing=((0, FINISHED), (121, mount()), (500, mount())),
        over=((501, TRANSFERRED),),
    ),
    "ReductionOverdue": Case(
        given=((0, make(reduction.ReductionLeased, **CHIP, lease_until_us=START + 600 * SECOND)),),
        quiet=((601, make(reduction.ReductionFinished, **CHIP)), (999, mount())),
        firing=((631, mount()), (999, mount())),
        over=((1000, make(reduction.ReductionFinished, **CHIP)),),
    ),
    **{
        name: Case(
            given=STARTED,
            quiet=((1, weather()), (2, order(device, action)), (60, read(shown)), (100, read(shown))),
            firing=(
                *((2, order(device, action)), (60, order(device, action))),
                *((150, read(other)), (190, read(other)), (250, read(other))),
            ),
            over=((260, read(shown)),),
        )
        for name, device, action, read, shown, other in (
            ("SlitDidNotOpen", "dome_slit", "open", slit, "open", "closed"),
            ("SlitDidNotClose", "dome_slit", "close", slit, "closed", "open"),
            ("CoverDidNotOpen", "mirror_cover", "open", cover, "open", "closed"),
            ("CoverDidNotClose", "mirror_cover", "close", cover, "closed", "open"),
        )
    },
    "MountDidNotPark": Case(
        given=READY,
        quiet=((0, make(telescope.MountParkCommanded)), (25, mount("parked"))),
        firing=(
            (0, make(telescope.MountParkCommanded)),
            (200, make(telescope.MountParkCommanded)),
            (301, mount("parking")),
        ),
        over=((310, mount("parked")),),
    ),
    "SlitOpenAfterSuspension": Case(
        quiet=(
            *((0, make(queue.ObservingSuspended, reasons=["clouds"])), (500, slit("open"))),
            *((501, make(queue.ObservingSuspended, reasons=["rain"], danger=True)), (600, slit("closed"))),
        ),
        firing=(
            *((0, make(queue.ObservingSuspended, reasons=["rain"], danger=True)), (181, slit("closing"))),
            (185, make(queue.ObservingSuspended, reasons=["rain", "wind"], danger=True)),
        ),
        over=((190, slit("closed")),),
    ),
    "NightNotBegun": Case(
        given=((0, night(start_up="20:10")),),
        quiet=((899, phase("starting_up")), (901, phase("shutting_down")), (902, phase("ended"))),
        firing=((901, mount()),),
        over=((902, phase("shutting_down")),),
    ),
    "NightNotShutDown": Case(
        given=((0, night(start_up="20:00", end="20:10")), (1, phase("starting_up"))),
        quiet=(*heartbeats(1199), (1199, phase("shutting_down")), (1200, phase("ended"))),
        firing=((1201, make(telescope.DeviceReached, device="mount")),),
        over=((1202, phase("shutting_down")),),
    ),
    "NightNotEnded": Case(
        given=((0, night(start_up="20:00", end="20:10")), (1, phase("shutting_down"))),
        quiet=((2, phase("ended")), (13 * 3600, mount("parked"))),
        firing=((13 * 3600, mount("parked")),),
        over=((13 * 3600 + 1, phase("ended")),),
    ),
}
