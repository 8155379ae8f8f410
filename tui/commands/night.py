"""`tomoe night`: run a simulated night."""

from __future__ import annotations

import inspect
import subprocess
import sys
import time
from pathlib import Path

from adapters.simulator.script import BUILT_IN, NightScriptInvalid, load_script
from projections.overview import read_overview
from tomoe_es.errors import NothingToResume, UsageError
from tui.dashboard.run import run_dashboard
from tui.data_folder import DataFolder, data_folder
from tui.needs_terminal import has_terminal
from tui.night.channels import addresses
from tui.night.engine import EMBEDDED, check_engine, check_engine_is_there
from tui.night.options import FIRST_NIGHT, NightOptions
from tui.night.plan import check
from tui.night.progress import say
from tui.night.run import run_night
from tui.night.summary import checkpoint_text, summary_text
from tui.numbers import Whole
from tui.truth_of_night import say_truth_of_night

NIGHT_OUTPUT = "night.out"
"""File in the data folder with the progress lines of a night that the dashboard shows."""
SUMMARY_CHARACTERS = 2000


SLOWEST, FASTEST = 1.0, 1000.0


class SpeedOutOfRange(UsageError):
    """The speed asked for is not one at which a person could follow the night."""


class FixedByTheLog(UsageError):
    """An option was given that the plan of the night which is resumed has decided already."""


class NoRecipes(UsageError):
    """The folder that recipes were to come from holds none."""


def night(
    *,
    recipes: Path | None = None,
    chips: Whole = 2,
    exposures: Whole = 24,
    observing_hours: float | None = None,
    seed: Whole = 1,
    speed: float = 1000.0,
    data: Path | None = None,
    night: str | None = None,
    script: str = "clear",
    pixels: bool = True,
    dark_frames: Whole = 360,
    flat_frames: Whole = 180,
    buffer_ttl_hours: float = 24.0,
    workers: Whole = 2,
    engine: str = EMBEDDED,
    resume: bool = False,
    notify: Path | None = None,
    plain: bool = False,
) -> int:
    """Run one simulated night, from start-up to shutdown, and print its summary.

    On a terminal the dashboard shows the night as it goes; otherwise progress lines are printed.
    Ctrl-C shuts down in order; a second one breaks off, and --resume goes on from there.

    A night with images ends with a line that says how it agrees with the truth of its simulated sky (`tomoe
    truth`), whatever its exit code.

    Exit codes: 0 the night has ended; 1 it can't begin or go on, and why; 2 wrong usage, such as an option
    out of its range or an address of --notify that can't be one; 130 broken off.

    Parameters
    ----------
    recipes
        Folder of recipe files (*.yaml), submitted at the beginning in order of their names.
    chips
        How many of the 84 chips take part, from the centre outwards.
    exposures
        Without --recipes: how many exposures of an all-sky survey are made up.
    observing_hours
        How long to observe from nightfall on, for a short night; else till dawn.
    seed
        Of the simulated noise, pointing errors and weather; the same seed gives the same night.
    speed
        How many times faster than life, 1 to 1000; the clock waits for work that takes longer.
    data
        Data folder; else $TOMOE_DATA, else `data`.
    night
        Date of the night's evening; else the one after the last in the log.
    script
        Weather and faults: a night script file, or clear, clouds, rain, wind.
    pixels
        With --no-pixels events only: no image is made or reduced.
    dark_frames
        Frames of a dark.
    flat_frames
        Frames of a twilight flat.
    buffer_ttl_hours
        How long a raw cube is kept after its reduction.
    workers
        Worker processes that make and reduce images.
    engine
        What reduces the images: the embedded worker processes, or the Dask workers of a scheduler, by its
        address such as tcp://127.0.0.1:8786.
    resume
        Go on with the night that was cut off; its other options are in the log.
    notify
        File of mode 600 with the addresses of those who are told of alarms, one a line: `slack URL` or
        `apprise URL`. Without it, or besides, $TOMOE_SLACK_WEBHOOK; without both nobody is told.
    plain
        Progress lines instead of the dashboard, also on a terminal.
    """
    if not SLOWEST <= speed <= FASTEST:
        raise SpeedOutOfRange(f"--speed {speed:g} is outside {SLOWEST:g} to {FASTEST:g}")
    if resume:
        _refuse_what_is_planned(
            recipes=recipes,
            chips=chips,
            exposures=exposures,
            observing_hours=observing_hours,
            seed=seed,
            night=night,
            script=script,
            pixels=pixels,
            dark_frames=dark_frames,
            flat_frames=flat_frames,
            buffer_ttl_hours=buffer_ttl_hours,
        )
    check_engine(engine)
    folder = data_folder(data)
    if resume and not folder.log.is_dir():
        raise NothingToResume(
            f"there is no night in {folder.top}: name another --data, or leave --resume out"
        )
    options = NightOptions(
        recipes=_files(recipes) if recipes is not None else (),
        night=night,
        chips=chips,
        exposures=exposures,
        observing_hours=observing_hours,
        seed=seed,
        speed=speed,
        pixels=pixels,
        script=_script(script),
        dark_frames=dark_frames,
        flat_frames=flat_frames,
        buffer_ttl_hours=buffer_ttl_hours,
        workers=workers,
        engine=engine,
        resume=resume,
        notify=addresses(notify),
    )
    check(options)  # before anything is made
    options.notify.channels()  # an address that can't be one is told before the night begins
    if options.pixels:
        check_engine_is_there(engine)
    if has_terminal() and not plain:
        return _with_dashboard(folder)
    began = time.monotonic()
    note = run_night(options, folder)
    overview = read_overview(folder.projections)
    say("\n" + summary_text(overview, time.monotonic() - began))
    say(checkpoint_text(note))
    say_truth_of_night(folder, overview.night.night, say)
    return 0


def _with_dashboard(folder: DataFolder) -> int:
    """Run the same command in a process of its own, and watch it."""
    folder.make()
    output = folder.top / NIGHT_OUTPUT
    with output.open("wb") as file:
        process = subprocess.Popen(
            [*sys.orig_argv, "--plain"],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C on the dashboard is the dashboard's
        )
    code = run_dashboard(folder.top, leave_when_ended=True, night_process=process)
    if process.poll() is None:
        sys.stdout.write(
            f"The night goes on as process {process.pid}, and writes to {output}.\n"
            f"Watch it with 'tomoe dashboard --data {folder.top}'.\n"
        )
        return code
    sys.stdout.write(output.read_text(encoding="utf-8", errors="replace")[-SUMMARY_CHARACTERS:])
    return int(process.returncode)


def _refuse_what_is_planned(**given: object) -> None:
    """Refuse each option that differs from its default: the night that is resumed has its plan."""
    declared = inspect.signature(night).parameters
    for name, value in given.items():
        if value != declared[name].default:
            option = f"--{'no-' if value is False else ''}{name.replace('_', '-')}"
            raise FixedByTheLog(
                f"{option} can't be given with --resume: the night goes on as its plan in the log says; "
                "leave the option out"
            )


def _files(folder: Path) -> tuple[Path, ...]:
    files = tuple(sorted(each for each in folder.glob("*.y*ml") if each.is_file()))
    if not files:
        raise NoRecipes(f"no recipe (*.yaml) in {folder}: name a folder that holds some")
    return files


def _script(given: str) -> str:
    """The text of a script file, or the name of a built-in script; raises NightScriptInvalid."""
    path = Path(given)
    if not path.is_file():
        return given
    load_script(path, FIRST_NIGHT)  # every problem is told with the file's name
    text = path.read_text(encoding="utf-8")
    if not text:
        raise NightScriptInvalid([f"{path}: is empty: use {', '.join(BUILT_IN)}, or write a script into it"])
    return text
