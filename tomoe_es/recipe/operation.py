"""What one declaration of an operation consists of, and the situation in which it is carried out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import msgspec

from tomoe_es.control.hardware import Hardware
from tomoe_es.errors import TomoeError
from tomoe_es.events import Event
from tomoe_es.events.reduction import Lane
from tomoe_es.recipe.conditions import CONDITIONS
from tomoe_es.recipe.readings import FRESH_US, device_failure, device_shows
from tomoe_es.recipe.refusals import OF_CONDITION, Refusal

if TYPE_CHECKING:
    from tomoe_es.recipe.argument_forms import Form


class ArgumentError(TomoeError):
    """The argument of an operation does not fit its declaration.

    `path` leads from the argument to the part at fault: keys of maps and indexes of lists.
    """

    what_to_do = "correct the field of the recipe that the message names, then `tomoe recipe check`"

    def __init__(self, message: str, remedy: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(f"{message}; {remedy}")
        self.message, self.remedy, self.path = message, remedy, path


class Settings(msgspec.Struct, kw_only=True):
    """What earlier operations of the running recipe have set."""

    pipeline: tuple[str, ...] = ()
    gain: Literal["high", "low"] = "high"
    exposure_seconds: float = 0.0  # 0: not set yet
    frames: int = 0
    target_ra_deg: float | None = None  # None: the recipe has not pointed yet
    target_dec_deg: float | None = None
    pointed_at: int = 0  # when the last pointing or dithering was commanded; 0: never
    exposure_number: int | None = None  # of the exposure that the running operation asked for
    exposure_state: Literal["requested", "exposing", "finished", "aborted"] | None = None


class Situation(msgspec.Struct, kw_only=True):
    """Everything that an operation may look at: the hardware's readings, the recipe so far, the time."""

    now: int  # UTC microseconds
    started: int  # when this operation began
    hardware: Hardware
    settings: Settings
    weather_safe: bool
    sun_altitude: Callable[[int], float]  # degrees, at a UTC time in microseconds
    recipe_id: str
    of_schedule: bool  # the recipe is of the night's own daily work
    observer: str
    project: str
    lane: Lane
    night: str
    next_exposure_number: int
    window_end_us: int  # of the recipe
    observing_end_us: int | None  # of the night; None when no night is planned

    @property
    def sun_altitude_deg(self) -> float:
        """Of the Sun's centre now; computed for those who ask, since most do not."""
        return self.sun_altitude(self.now)


class Operation(msgspec.Struct, frozen=True):
    """One operation with its parameters: its form in a recipe, what it commands, when it is complete.

    A subclass in `operations/` declares one operation; the class name is the operation's name in recipes.
    """

    form: ClassVar[Form]
    """How the argument is written, with units and ranges; its values are the fields of the subclass."""
    example: ClassVar[str]
    """One line as in a recipe."""
    moves: ClassVar[bool] = False
    """Something moves: refused while the telescope is locked."""
    exposes: ClassVar[bool] = False
    """The camera exposes."""
    devices: ClassVar[tuple[str, ...]] = ()
    """Devices whose fault or silence means that the operation has failed."""
    needs: ClassVar[tuple[str, ...]] = ()
    """Conditions that must hold when it begins."""
    needs_before: ClassVar[tuple[str, ...]] = ()
    """Operations of which each must come earlier in the same recipe."""
    satisfies: ClassVar[frozenset[str]] = frozenset()
    """Conditions of a later `Wait` that this operation can bring about."""
    completes_on_acceptance: ClassVar[bool] = False
    """Complete once the device shows that it obeys; a later `Wait` blocks until it has got there."""

    @classmethod
    def parse(cls, argument: Any) -> Self:
        """Argument as written in a recipe to the operation; raises ArgumentError."""
        return cls(*cls.form.values(argument))

    def argument(self) -> Any:
        """Inverse of `parse`, in the canonical form."""
        return self.form.argument(msgspec.structs.astuple(self))

    def text(self) -> str:
        """One line for screens."""
        return f"{type(self).__name__} {self.form.text(msgspec.structs.astuple(self))}".rstrip()

    def brings_about(self) -> frozenset[str]:
        """Those of `satisfies` that this argument brings about."""
        return self.satisfies

    def required(self) -> tuple[str, ...]:
        """Conditions that must hold when it begins with this argument."""
        return ("telescope_unlocked", *self.needs) if self.moves else self.needs

    def time_limit_seconds(self, situation: Situation) -> float:
        """Within which the operation must be complete."""
        raise NotImplementedError

    def refusal(self, situation: Situation) -> Refusal | None:
        """Why the operation can't be begun in this situation; None when it can."""
        for name in self.required():
            condition = CONDITIONS[name]
            if not condition.holds(situation, situation.now - FRESH_US):
                message = f"{type(self).__name__} needs {name}, but {condition.shows(situation)}"
                return Refusal(OF_CONDITION[name], message)
        return None

    def commands(self, situation: Situation) -> list[Event]:
        """Events that ask the devices to act; `situation` is the one before the operation."""
        return []

    def settings(self, situation: Situation) -> Settings:
        """Settings after the operation began."""
        return situation.settings

    def complete(self, situation: Situation) -> bool:
        """Tell whether the devices' own readings show that the operation is done."""
        raise NotImplementedError

    def failure(self, situation: Situation) -> str | None:
        """Why the operation has failed before its time limit; None while it has not."""
        return device_failure(situation, self.devices)

    def shows(self, situation: Situation) -> str:
        """What the readings show now: says why an operation is not complete."""
        return "; ".join(device_shows(situation, device) for device in self.devices)
