"""What goes over the line to the telescope: one JSON object a line, a reply to each request.

Everything that happens at the telescope (readings, commands of whoever, lock, making safe) reaches every
connection, in order, with the reply to its next request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.simulator.true_state import TrueState
from tomoe_es.control.hardware import Hardware
from tomoe_es.events.safety import MadeSafeBy

if TYPE_CHECKING:
    from tomoe_es.events import Event as AnyEvent
else:
    from tomoe_es.events import AnyEvent  # built from the modules

FASTEST = 1000.0
"""The telescope's time passes no faster than so many times the real one."""


class Request(msgspec.Struct, frozen=True, gc=False, tag_field="do", tag=True):
    """What a connection asks for."""


class Hello(Request, frozen=True, gc=False):
    """The first line of a connection. The driver is the one whose clock the telescope follows."""

    token: str
    name: str
    driver: bool = False


class Begin(Request, frozen=True, gc=False):
    """The driver's: take up a night. The devices stand as they do, or, in a new process, as they last did."""

    night: str
    seed: int
    script: str
    speed: float
    now_us: int
    last: Hardware
    position: int = 0  # in the log, of the newest event that `last` holds


class Advance(Request, frozen=True, gc=False):
    """The driver's: let time pass up to `to_us`, or up to the first thing that happens before."""

    to_us: int


class Poll(Request, frozen=True, gc=False):
    """Only tell what has happened."""


class Command(Request, frozen=True, gc=False):
    """The driver's: carry out an event of the log at this time."""

    event: AnyEvent
    position: int  # in the log
    at_us: int


class Lock(Request, frozen=True, gc=False):
    """The telescope lock was set by somebody for a reason, or released.

    Of the driver, and of whoever has recorded it, who does not wait for a driver that hangs. An older one
    that comes late changes nothing.
    """

    locked: bool
    who: str
    why: str
    position: int = 0  # in the log; 0: it is not in the log yet


class TakeCharge(Request, frozen=True, gc=False):
    """Make the telescope safe from now on: until released, nobody else may open or move anything."""

    identity: str  # unique; the events' command ids are made of it
    by: MadeSafeBy
    who: str
    reasons: list[str]
    waited_seconds: float = 0.0  # for the executor's sign of life: so long the telescope stood as it did


class Act(Request, frozen=True, gc=False):
    """Commands of whoever is in charge, carried out at once."""

    commands: list[AnyEvent]


class Release(Request, frozen=True, gc=False):
    """No longer in charge."""


class Truth(Request, frozen=True, gc=False):
    """The simulated sky's: what is true at a time."""

    at_us: int


class End(Request, frozen=True, gc=False):
    """The night ended in order: end the process."""


AnyRequest = Hello | Begin | Advance | Poll | Command | Lock | TakeCharge | Act | Release | Truth | End


class Happening(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Something that happened at the telescope."""

    at_us: int
    event: AnyEvent
    actor: str
    cause: int = 0  # position in the log of the command that it belongs to
    command_id: str = ""  # of what happened while another than the driver was in charge: recorded once


class Reply(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The answer to each request."""

    now_us: int = 0  # 0: no night was taken up yet
    next_us: int | None = None  # when something happens next, if nobody commands
    happened: list[Happening] = []
    unheard: list[
        Happening
    ] = []  # to who takes charge: what the driver has not asked for yet, to be told too
    in_charge: str = ""  # who makes the telescope safe just now
    locked_by: str | None = None  # None: the telescope may move
    locked_why: str = ""
    night: str = ""
    seed: int = 0
    truth: TrueState | None = None
    refused: str = ""  # why the request was not understood or not allowed


encode = msgspec.json.Encoder().encode
decode_request = msgspec.json.Decoder(AnyRequest).decode
decode_reply = msgspec.json.Decoder(Reply).decode
