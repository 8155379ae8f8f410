"""Every fault that the simulator offers, and what people and processes do: one table of data."""

from __future__ import annotations

from collections.abc import Callable

from adapters.simulator.devices.faults import FAULT_KINDS
from adapters.simulator.devices.faults import Fault as DeviceFault
from adapters.simulator.script import DEVICES_WITH_FAULTS
from adapters.simulator.weather import Spell
from tests.chaos.cell import Cell, Fault
from tests.chaos.chaos_night import Killed
from tests.tomoe_es.control.observatory import NIGHT, make_recipe, submitted
from tomoe_es.clock import MINUTE
from tomoe_es.control import hands
from tomoe_es.control.submission import submission
from tomoe_es.events import Event, system
from tomoe_es.events.envelope import Draft
from tomoe_es.log.port import Batch

SLOWER = 10.0
CLOSING = 60.0
"""From the moment a danger is known to cover and slit being closed; the slit takes 40 s."""

CLOSED_WITHIN: dict[tuple[str, str], float] = {
    **dict.fromkeys(
        [(device, "drop") for device in ("mount", "dome_slit", "dome_rotation", "mirror_cover", "focus")],
        CLOSING,
    ),
    ("weather", "drop"): CLOSING,
    ("weather", "fail"): 60.0 + CLOSING,  # silent for a minute: stale
    ("weather", "slow"): 60.0 + CLOSING,
    ("weather", "freeze"): 60.0 + CLOSING,  # six readings that are alike
    ("power", "fail"): 130.0 + CLOSING,  # the battery is failing after two minutes
    ("power", "drop"): 30.0 + CLOSING,  # the guardian's grace for a line that is cut for a moment
}
"""Seconds from the fault to closed, where it is a danger."""
WHAT_CAN_CLOSE = {"dome_slit": ("mirror_cover",), "mirror_cover": ("dome_slit",)}


def _device_fault(device: str, kind: str) -> Fault:
    def begin(cell: Cell) -> None:
        factor = SLOWER if kind == "slow" else 1.0
        fault = DeviceFault(device=device, kind=kind, from_us=cell.night.clock.now(), factor=factor)  # type: ignore[arg-type]
        cell.night.begin_fault(fault)

    def end(cell: Cell) -> None:
        night = cell.night
        faults = night.telescope.faults if device == "camera" else night.shared.telescope.faults
        faults.end(device, kind, night.clock.now())  # type: ignore[arg-type]

    return _fault(
        f"{device} {kind}",
        begin,
        end,
        device=device,
        closes=WHAT_CAN_CLOSE.get(device, ("dome_slit", "mirror_cover")),
        closed_within=CLOSED_WITHIN.get((device, kind)),
    )


def _fault(
    name: str,
    begin: Callable[[Cell], None],
    end: Callable[[Cell], None] | None = None,
    *,
    lasts: float = 480.0,
    device: str = "",
    closes: tuple[str, ...] = ("dome_slit", "mirror_cover"),
    closed_within: float | None = None,
) -> Fault:
    return Fault(
        name=name,
        begin=begin,
        end=end,
        lasts=lasts,
        device=device,
        closes=closes,
        closed_within=closed_within,
    )


# The sky.


def _turns(kind: str) -> Callable[[Cell], None]:
    def begin(cell: Cell) -> None:
        now = cell.night.clock.now()
        spell = Spell(kind=kind, from_us=now, to_us=now + 8 * MINUTE)  # type: ignore[arg-type]
        cell.night.shared.telescope.weather.begin(spell)

    return begin


def _flaps(cell: Cell) -> None:
    for number in range(4):
        begun = cell.night.clock.now() + 2 * number * MINUTE
        spell = Spell(kind="rain", from_us=begun, to_us=begun + MINUTE)
        cell.night.shared.telescope.weather.begin(spell)


# Processes.


def _kill_executor(cell: Cell) -> None:
    raise Killed


def _resume(cell: Cell) -> None:
    if cell.night.timers.state == "dead":
        cell.night = cell.night.resumed()


def _hang_executor(cell: Cell) -> None:
    cell.night.hang_executor()


def _executor_goes_on(cell: Cell) -> None:
    cell.night.executor_goes_on()


def _kill_guardian(cell: Cell) -> None:
    cell.night.kill_guardian()


def _revive_guardian(cell: Cell) -> None:
    night = cell.night
    night.start_guardian()


def _kill_both(cell: Cell) -> None:
    cell.night.kill_guardian()
    raise Killed


def _machine_is_back(cell: Cell) -> None:
    cell.night.start_guardian()
    _resume(cell)


def _log_disk_full(cell: Cell) -> None:
    cell.night.disk.full = True


def _log_disk_has_room(cell: Cell) -> None:
    """The guardian tells at once what it had kept; a person resumes the night some time later."""
    cell.night.disk.full = False
    cell.after(10, lambda: _resume(cell))


def _two_executors(cell: Cell) -> None:
    for pid in (4711, 4712):
        cell.night.record(system.ProcessStarted(process="night", pid=pid, host="kiso"))


def _one_executor(cell: Cell) -> None:
    cell.night.record(system.ProcessStopped(process="night", pid=4712, reason="a person stopped it"))


def _breaks(what: str) -> Callable[[Cell], None]:
    def begin(cell: Cell) -> None:
        cell.night.broken.add(what)

    return begin


def _mended(what: str) -> Callable[[Cell], None]:
    def end(cell: Cell) -> None:
        cell.night.broken.discard(what)

    return end


def _process(name: str, *, silent: bool) -> Callable[[Cell], None]:
    def act(cell: Cell) -> None:
        cell.night.guardian_hears(name, silent=silent)

    return act


def _buffer(free_bytes: int) -> Callable[[Cell], None]:
    def read(cell: Cell) -> None:
        used = 10**12 - free_bytes
        reading = system.StorageRead(storage="buffer", used_bytes=used, free_bytes=free_bytes)
        cell.night.record(reading)

    return read


# People.


def _by(cell: Cell, event: Event) -> None:
    """As a command line does: appended by another process, found in the log."""
    cell.night.disk.append_many(
        [Batch(event.stream(), [Draft(event, cell.night.clock.now(), actor="alice")])]
    )


def _lock(cell: Cell) -> None:
    _by(cell, hands.set_lock(cell.night.control, "M. Kokubo", "in the dome")) if not (
        cell.night.control.hardware.locked_by
    ) else None


def _unlock(cell: Cell) -> None:
    control = cell.night.control
    if control.hardware.locked_by == "M. Kokubo":
        _by(cell, hands.release_lock(control, "M. Kokubo", "done", take_over=False))


def _bad_recipe(cell: Cell) -> None:
    text = b"Observer: A\nProject: B\nOperations:\n- FlyToTheMoon: now\n"
    event = submission(text, "bad.yaml", submitted_by="alice", night=NIGHT, now=cell.night.clock.now())
    _by(cell, event)


def _recipe_below_horizon(cell: Cell) -> None:
    asked = make_recipe(("Pointing", {"ra": 30.0, "dec": -80.0}), comment="below the horizon")
    _by(cell, submitted(asked, cell.night.clock.now(), direct=True))


def _wrong_focus(cell: Cell) -> None:
    asked = make_recipe(("SetFocus", 25.5), comment="a typing error")
    _by(cell, submitted(asked, cell.night.clock.now(), direct=True))


def _two_opposite_recipes(cell: Cell) -> None:
    now = cell.night.clock.now()
    for who, action in (("alice", "open"), ("bob", "close")):
        for operation in ("DomeSlit", "MirrorCover"):
            asked = make_recipe((operation, action), comment=f"{who}: {operation} {action}")
            _by(cell, submitted(asked, now, direct=True))


def _stop(cell: Cell) -> None:
    cell.person(lambda: hands.stop(cell.night.control, "alice", "tea"))


def _start(cell: Cell) -> None:
    cell.person(lambda: hands.start(cell.night.control, "alice", "back", take_over=True))


def _abort(cell: Cell) -> None:
    cell.person(lambda: hands.abort(cell.night.control, "alice", "smoke"))


def _emergency(cell: Cell) -> None:
    cell.night.emergency("smoke")


def _two_operators(cell: Cell) -> None:
    """The second is told whose hand is on the queue; what makes safe is never refused."""
    control = cell.night.control
    assert cell.person(lambda: hands.stop(control, "alice", "cloud"))
    assert not cell.person(lambda: hands.stop(control, "bob", "wind"))
    assert not cell.person(lambda: hands.start(control, "bob", "clear", take_over=False))
    cell.after(20, lambda: _assert(cell.person(lambda: hands.abort(cell.night.control, "bob", "wind"))))
    cell.after(
        30,
        lambda: _assert(
            not cell.person(lambda: hands.start(cell.night.control, "alice", "go", take_over=False))
        ),
    )


def _assert(held: bool) -> None:
    assert held, "a person was answered otherwise"


DEVICE_FAULTS = tuple(_device_fault(device, kind) for device in DEVICES_WITH_FAULTS for kind in FAULT_KINDS)
SKY_FAULTS = (
    *(
        _fault(f"weather: {kind}", _turns(kind), closed_within=_SKY)
        for kind, _SKY in (("rain", 75.0), ("wind", 240.0), ("clouds", None))
    ),
    _fault("weather: rain that comes and goes", _flaps, closed_within=75.0),
)
PROCESS_FAULTS = (
    _fault("executor killed", _kill_executor, _resume, lasts=180, closed_within=15.0 + CLOSING),
    _fault("executor killed, back at once", _kill_executor, _resume, lasts=5),
    _fault("executor hangs", _hang_executor, _executor_goes_on, lasts=180, closed_within=15.0 + CLOSING),
    _fault("guardian killed", _kill_guardian, _revive_guardian, lasts=60),
    _fault("the whole machine killed", _kill_both, _machine_is_back, lasts=90),
    _fault(
        "the log's disk full", _log_disk_full, _log_disk_has_room, lasts=240, closed_within=45.0 + CLOSING
    ),
    _fault("two executors", _two_executors, _one_executor, lasts=180),
    _fault(
        "projector killed", _process("projector", silent=True), _process("projector", silent=False), lasts=60
    ),
    _fault("reduction worker killed", _breaks("worker dies"), _mended("worker dies"), lasts=30),
    _fault("reduction worker hangs", _breaks("worker hangs"), _mended("worker hangs"), lasts=300),
    _fault("ring overwritten", _breaks("transfer"), _mended("transfer"), lasts=300),
    _fault("buffer storage full", _buffer(10**8), _buffer(9 * 10**11), lasts=300),
)
PEOPLE = (
    _fault("lock set", _lock, _unlock, lasts=240),
    _fault("recipe with an unknown operation", _bad_recipe),
    _fault("recipe that points below the horizon", _recipe_below_horizon),
    _fault("recipe with another focus", _wrong_focus),
    _fault("two people's opposite recipes", _two_opposite_recipes),
    _fault("queue stopped", _stop, _start, lasts=300),
    _fault("two people at the queue", _two_operators, _start, lasts=300, closed_within=25.0 + CLOSING),
    _fault("abort", _abort, _start, lasts=300, closed_within=CLOSING),
    _fault("emergency", _emergency, _start, lasts=300, closed_within=CLOSING),
)
FAULTS = (*DEVICE_FAULTS, *SKY_FAULTS, *PROCESS_FAULTS, *PEOPLE)
