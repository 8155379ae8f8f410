"""One connection to the telescope's process."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Protocol

from adapters.telescope_line import messages
from adapters.telescope_line.address import NAME, read_address
from adapters.telescope_line.messages import Reply
from tomoe_es.errors import TomoeError

ANSWERS_WITHIN_SECONDS = 10.0
_CHUNK = 1 << 18


class NoTelescope(TomoeError):
    """The telescope's process can't be reached, or does not answer."""

    what_to_do = "see what `run/telescope.out` of the data folder says; `tomoe night` starts the process"


class TelescopeRefused(TomoeError):
    """The telescope's process does not do what it was asked."""

    what_to_do = "read the reason in the message; a night of another version may still be running"

    def __init__(self, message: str, reply: Reply) -> None:
        super().__init__(message)
        self.reply = reply


class Line(Protocol):
    """Asks the telescope; the reply tells also what has happened since the last one."""

    def ask(self, request: messages.AnyRequest) -> Reply:
        """Raises NoTelescope, TelescopeRefused."""

    def close(self) -> None:
        """Hang up."""


class SocketLine:
    """A connection over TCP on this machine."""

    def __init__(
        self, run: Path, name: str, *, driver: bool = False, within_seconds: float = ANSWERS_WITHIN_SECONDS
    ) -> None:
        try:
            address = read_address(run)
        except OSError as error:
            raise NoTelescope(
                f"{run / NAME} can't be read ({error.strerror}): be the user whose night runs"
            ) from error
        if address is None:
            raise NoTelescope(f"no telescope is connected in {run}: it is started by 'tomoe night'")
        self.pid = address.pid
        try:
            self._socket = socket.create_connection(("127.0.0.1", address.port), within_seconds)
        except OSError as error:
            raise NoTelescope(f"the telescope's process {self.pid} can't be reached: {error}") from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""
        try:
            self.greeting = self.ask(messages.Hello(address.token, name, driver))
        except TomoeError:
            self._socket.close()
            raise

    def ask(self, request: messages.AnyRequest) -> Reply:
        """Send a request and wait for its reply."""
        try:
            self._socket.sendall(messages.encode(request) + b"\n")
            reply = messages.decode_reply(self._next_line())
        except OSError as error:
            raise NoTelescope(f"the telescope's process {self.pid} does not answer: {error}") from error
        if reply.refused:
            raise TelescopeRefused(reply.refused, reply)
        return reply

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _next_line(self) -> bytes:
        parts = [self._rest]
        while b"\n" not in parts[-1]:
            received = self._socket.recv(_CHUNK)
            if not received:
                raise ConnectionError("it closed the connection")
            parts.append(received)
        line, _, self._rest = b"".join(parts).partition(b"\n")
        return line
