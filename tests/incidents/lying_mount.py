"""The mount says that it moved, and stands still."""

from __future__ import annotations

from adapters.simulator.no_pixels import NoImaging, NoReducing
from tests.incidents.incident import Incident, Step, register
from tests.tomoe_es.control.observatory import Observatory, plan, survey
from tomoe_es.log.port import EventLog

SCRIPT = "faults: [{ device: mount, kind: lie, from: '16:52', to: '17:10' }]"


class _StarryNight(Observatory):
    """The reduction solves the field that the telescope really points at."""

    def make_imaging(self) -> NoImaging:
        self._imaging = NoImaging(self.telescope.truth)
        return self._imaging

    def make_reducing(self) -> NoReducing:
        return NoReducing(self.telescope.transparency, self._imaging.offset_arcsec)


def stage() -> EventLog:
    night = _StarryNight(None, plan(end="17:20", script=SCRIPT))
    register(night)
    night.start(survey(6))
    night.run_to_end()
    return night.log


INCIDENT = Incident(
    number=3,
    name="lying-mount",
    title="The mount that lied",
    seen="An astronomer misses an asteroid in images that were archived as good. The log says that the "
    "mount pointed where it should.",
    stage=stage,
    steps=(
        Step(
            "What was not normal?",
            ("replay", "when", 'event.type == "ViolationDetected"', "--limit", "4"),
            ("CoordinatesOffPointing",),
        ),
        Step(
            "From which exposure on? One chip, or all of them?",
            ("replay", "when", 'event.type == "FieldSolved" and event.offset_arcsec > 120', "--limit", "4"),
            ("offset_arcsec=",),
        ),
        Step(
            "What was the exposure that these chips belong to waiting for?",
            ("replay", "why", "violation:CoordinatesOffPointing", "--limit", "16"),
            ("ExposureRequested", "MountRead"),
        ),
        Step(
            "Was the mount told to go there, and what did it say?",
            (
                "replay",
                "when",
                'event.type == "MountSlewCommanded"',
                "--from",
                "violation:CoordinatesOffPointing",
                "--back",
            ),
            ("MountSlewCommanded",),
        ),
    ),
    cause="All chips of the exposure are off by the same way, so it is no chip, and the clock would be off"
    " by more. The mount acknowledged the last command and read *tracking* at the new place, where "
    "the stars say that it never went: its encoder lies.",
)
