"""Faults that simulated devices are told to have, from the night script or while the night runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Literal, get_args

import msgspec

FaultKind = Literal["slow", "fail", "freeze", "lie", "drop"]
FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A time (UTC microseconds, the end excluded) in which a device misbehaves in one way."""

    device: str
    kind: FaultKind
    from_us: int
    to_us: int | None = None  # None: until it is ended
    factor: float = 1.0  # of slow: how many times as long everything takes, 1 or more

    def __post_init__(self) -> None:
        if self.to_us is not None and self.to_us <= self.from_us:
            raise ValueError(f"the {self.kind} fault of '{self.device}' ends before it begins")
        if not 1.0 <= self.factor < math.inf:
            raise ValueError(
                f"the {self.kind} fault of '{self.device}' has the factor {self.factor:g}: 1 or more"
            )

    def covers(self, time_us: int) -> bool:
        """Tell whether the fault is there at a time."""
        return self.from_us <= time_us and (self.to_us is None or time_us < self.to_us)


class Faults:
    """All faults of a night, and the devices that want to know when somebody changes them."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._faults: dict[str, list[Fault]] = {}
        self._watchers: dict[str, Callable[[], None]] = {}
        for fault in faults:
            self._faults.setdefault(fault.device, []).append(fault)

    def begin(self, fault: Fault) -> None:
        """Give a device one more fault; it takes notice at once."""
        self._faults.setdefault(fault.device, []).append(fault)
        self._changed(fault.device)

    def end(self, device: str, kind: FaultKind, time_us: int) -> None:
        """End the faults of one kind that a device has at a time; it takes notice at once."""
        kept: list[Fault] = []
        for fault in self._faults.get(device, ()):
            if fault.kind != kind or not fault.covers(time_us):
                kept.append(fault)
            elif fault.from_us < time_us:
                kept.append(msgspec.structs.replace(fault, to_us=time_us))
        self._faults[device] = kept
        self._changed(device)

    def replace(self, faults: Iterable[Fault], from_us: int) -> None:
        """Have these faults from a time on instead of the others; devices whose faults differ look."""
        before, wanted = self._faults, list(faults)
        self._faults = {}
        for each in (fault for several in before.values() for fault in several):
            if each.from_us < from_us and each not in wanted:
                each = msgspec.structs.replace(each, to_us=min(from_us, each.to_us or from_us))
            if each.from_us < from_us:
                self._faults.setdefault(each.device, []).append(each)
        for each in wanted:
            if each in self._faults.get(each.device, ()) or (
                each.to_us is not None and each.to_us <= from_us
            ):
                continue
            begun = msgspec.structs.replace(each, from_us=max(each.from_us, from_us))
            self._faults.setdefault(each.device, []).append(begun)
        for device in list(self._watchers):
            if self._faults.get(device, []) != before.get(device, []):
                self._changed(device)

    def watch(self, device: str, changed: Callable[[], None]) -> None:
        """Call back after the faults of a device were changed while the night runs."""
        self._watchers[device] = changed

    def active(self, device: str, time_us: int) -> frozenset[FaultKind]:
        """Kinds of fault that a device has at a time."""
        return frozenset(fault.kind for fault in self._faults.get(device, ()) if fault.covers(time_us))

    def next_change(self, device: str, time_us: int) -> int | None:
        """When a fault of a device begins or ends next, after a time; None when none does."""
        return min((edge for edge in self._edges(device) if edge > time_us), default=None)

    def slowness(self, device: str, time_us: int) -> float:
        """How many times as long as usual things take at a time; the slowest fault counts."""
        return max(
            (
                fault.factor
                for fault in self._faults.get(device, ())
                if fault.kind == "slow" and fault.covers(time_us)
            ),
            default=1.0,
        )

    def worked_us(self, device: str, begun_us: int, time_us: int) -> int:
        """Microseconds of usual speed that a device has worked from one time to another."""
        if device not in self._faults:
            return time_us - begun_us
        worked, since = 0.0, begun_us
        for edge in (*self._edges(device), time_us):
            until = min(edge, time_us)
            if until > since:
                worked += (until - since) / self.slowness(device, since)
                since = until
        return round(worked)

    def done_at(self, device: str, begun_us: int, work_us: int) -> int:
        """First time at which a device that began at another will have worked so long at usual speed."""
        rest, since = float(work_us), begun_us
        for edge in self._edges(device):
            if edge <= since:
                continue
            worked = (edge - since) / self.slowness(device, since)
            if worked >= rest:
                break
            rest -= worked
            since = edge
        return since + math.ceil(rest * self.slowness(device, since) - 1e-3)  # not later by a rounding error

    def _edges(self, device: str) -> list[int]:
        faults = self._faults.get(device, ())
        return sorted(
            {fault.from_us for fault in faults} | {fault.to_us for fault in faults if fault.to_us is not None}
        )

    def _changed(self, device: str) -> None:
        watcher = self._watchers.get(device)
        if watcher is not None:
            watcher()
