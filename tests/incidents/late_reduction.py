"""The workers of the reduction hang for twenty minutes."""

from __future__ import annotations

from adapters.simulator.no_pixels import NoReducing
from tests.incidents.incident import Incident, Step, register
from tests.tomoe_es.control.observatory import Observatory, jst, plan, survey
from tomoe_es.events import Event
from tomoe_es.log.port import EventLog
from tomoe_es.reduction.queue_state import Job

HANG = ("16:53", "17:02")


class _HangingWorkers(NoReducing):
    """What they were to finish within the time is never heard of again."""

    def __init__(self, night: Observatory) -> None:
        super().__init__(lambda time_us: night.telescope.transparency(time_us))
        self._now = night.clock.now

    def finish(self, job: Job) -> list[Event]:
        outcome = super().finish(job)
        begins, ends = map(jst, HANG)
        return [] if begins <= self._now() < ends else outcome


class _Night(Observatory):
    def make_reducing(self) -> NoReducing:
        return _HangingWorkers(self)


def stage() -> EventLog:
    night = _Night(None, plan(end="17:30"))
    register(night)
    night.start(survey(6))
    night.run_to_end()
    return night.log


INCIDENT = Incident(
    number=5,
    name="late-reduction",
    title="The reduction that came late",
    seen="An alert of a moving object went out a quarter of an hour after its exposure. It should take a "
    "minute.",
    stage=stage,
    steps=(
        Step(
            "How long do chips take from shutter to archive, and which took longest?",
            ("replay", "timing"),
            ("shutter to archive",),
        ),
        Step(
            "What came in between?",
            ("replay", "when", 'event.type == "ReductionLeaseExpired"', "--limit", "3"),
            ("ReductionLeaseExpired",),
        ),
        Step(
            "Why was that?",
            ("replay", "why", 'when:event.type == "ReductionLeaseExpired"', "--limit", "9"),
            ("ReductionLeased",),
        ),
        Step(
            "Were there too few slots? There are 96.",
            ("replay", "show", 'when:event.type == "ReductionLeaseExpired"', "--count", "-1"),
            ("leased, 0 waiting",),
        ),
    ),
    cause="Jobs were leased at once, and neither result nor failure came back: the workers hung. Only the "
    "end of the lease, ten minutes later, brought the chips to others.",
)
