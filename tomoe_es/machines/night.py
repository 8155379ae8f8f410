"""What is normal for the course of a night."""

from __future__ import annotations

from tomoe_es.events.system import NightPhaseEntered, NightPlanned, NightResumed
from tomoe_es.machines.declaration import ByField, Machine, On

_COURSE = ("planned", "starting_up", "calibrating", "waiting", "observing", "shutting_down")
_PHASES = _COURSE[1:]
_INTERRUPTED = tuple(f"{phase}_interrupted" for phase in _COURSE)

MACHINE = Machine(
    name="night",
    meaning="A night goes from phase to phase; one that is resumed is in the phase that it had.",
    thing="night/{}",
    instance="night",
    states=("unplanned", *_COURSE, "ended", *_INTERRUPTED, "of_a_former_night"),
    initial="unplanned",
    transitions=(
        ("plan", "unplanned", "planned"),
        *((f"enter_{after}", before, after) for before, after in zip(_COURSE[:-2], _PHASES, strict=False)),
        *((f"enter_{phase}", phase, phase) for phase in _PHASES),  # told again after the night was resumed
        ("enter_shutting_down", _COURSE[:-1], "shutting_down"),
        ("enter_ended", "shutting_down", "ended"),
        *(("enter_interrupted", phase, f"{phase}_interrupted") for phase in _COURSE),
        *(("resume", (phase, f"{phase}_interrupted"), phase) for phase in _COURSE),
        ("resume", "ended", "ended"),  # some of its data are not reduced yet
        ("begin_next_night", (*_PHASES, "ended", *_INTERRUPTED), "of_a_former_night"),
    ),
    listens=(
        On(NightPlanned, "begin_next_night", everywhere=True),
        On(NightPlanned, "plan"),
        On(
            NightPhaseEntered,
            ByField("phase", {phase: f"enter_{phase}" for phase in (*_PHASES, "ended", "interrupted")}),
        ),
        On(NightResumed, "resume"),
    ),
    forgotten=frozenset({"of_a_former_night"}),
)
