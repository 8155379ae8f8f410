"""One step for each event that begins or ends a deadline."""

from __future__ import annotations

from tomoe_es.clock import SECOND
from tomoe_es.events import Event
from tomoe_es.events.envelope import Recorded
from tomoe_es.machines.judging import state
from tomoe_es.machines.judging.by_machines import Judge
from tomoe_es.machines.judging.state import Found, Instance, Judged
from tomoe_es.machines.rule import Deadline, Mark


def steps(deadline: Deadline) -> dict[type[Event], Judge]:
    """What each event type does to the deadline; one that both ends and begins it ends it first."""
    marks = (*deadline.begins, *deadline.ends)
    ends = {mark.event: mark for mark in deadline.ends}
    begins = {mark.event: mark for mark in deadline.begins}
    forgets = {mark.event: _forget(deadline, mark) for mark in deadline.forgets}
    told = {mark.event: _step(deadline, ends.get(mark.event), begins.get(mark.event)) for mark in marks}
    return forgets | told


def overdue(deadline: Deadline, judged: Judged, instance: Instance, found: list[Found]) -> None:
    """What should have come has not."""
    _, position = judged.running[deadline.name].pop(instance)
    thing = deadline.thing.format(instance)
    state.tell(
        judged,
        found,
        name=deadline.name,
        thing=thing,
        severity=deadline.severity,
        message=f"{thing}: {deadline.expected} did not come in time",
        evidence=[position],
        lasts=deadline.lasts,
        needs_acknowledgement=deadline.needs_acknowledgement,
    )


def _step(deadline: Deadline, ends: Mark | None, begins: Mark | None) -> Judge:
    end = _end(deadline, ends) if ends is not None else None
    begin = _begin(deadline, begins) if begins is not None else None
    if end is None or begin is None:
        only = end or begin
        assert only is not None, "an event that is read begins or ends it"
        return only

    def judge(judged: Judged, recorded: Recorded, found: list[Found]) -> None:
        end(judged, recorded, found)
        begin(judged, recorded, found)

    return judge


def _end(deadline: Deadline, mark: Mark) -> Judge:
    name, fits, field = deadline.name, mark.fits, deadline.about

    def judge(judged: Judged, recorded: Recorded, found: list[Found]) -> None:
        event = recorded.payload
        if fits is not None and not fits(event):
            return
        instance = getattr(event, field) if field else ""
        judged.running[name].pop(instance, None)
        if name in judged.told:
            _late(deadline, judged, found, deadline.thing.format(instance), event)

    return judge


def _forget(deadline: Deadline, mark: Mark) -> Judge:
    name, fits = deadline.name, mark.fits

    def judge(judged: Judged, recorded: Recorded, found: list[Found]) -> None:
        if fits is None or fits(recorded.payload):
            judged.running[name].clear()

    return judge


def _late(deadline: Deadline, judged: Judged, found: list[Found], thing: str, event: Event) -> None:
    """What had been overdue has come."""
    state.end(
        judged,
        found,
        name=deadline.name,
        thing=thing,
        message=f"{thing}: {type(event).__name__} came late",
    )


def _begin(deadline: Deadline, mark: Mark) -> Judge:
    name, fits, field, puts_off = deadline.name, mark.fits, deadline.about, deadline.puts_off
    assert (deadline.within_seconds is None) != (deadline.due_us is None), f"one time of {name}"
    within_us, due_us = round((deadline.within_seconds or 0.0) * SECOND), deadline.due_us

    def judge(judged: Judged, recorded: Recorded, found: list[Found]) -> None:
        event = recorded.payload
        if fits is not None and not fits(event):
            return
        running = judged.running[name]
        instance = getattr(event, field) if field else ""
        if name in judged.told:
            thing = deadline.thing.format(instance)
            if not puts_off and thing in judged.told[name]:
                return
            _late(deadline, judged, found, thing, event)
        if instance in running:
            if not puts_off:
                return
            del running[instance]  # begun anew, so that the order stays that of the due times
        known = judged.known  # it is as late as it knows: the writer's clock may be behind
        due = known.latest_us + within_us if due_us is None else due_us(recorded, known)
        running[instance] = (due, recorded.position)
        if due < judged.quiet_until:
            judged.quiet_until = due

    return judge
