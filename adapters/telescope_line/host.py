"""The process that holds the simulated telescope: serves its connections on a port of this machine."""

from __future__ import annotations

import os
import secrets
import selectors
import socket
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from adapters.telescope_line import messages
from adapters.telescope_line.address import Address, read_address, remove_address, write_address
from adapters.telescope_line.messages import Reply
from adapters.telescope_line.shared_telescope import Session, SharedTelescope

LINGERS_SECONDS = 60.0
"""Real time for which a safe telescope waits for somebody to connect."""
WAITS_SECONDS = 600.0
"""The same for one that is not safe: nobody will come any more."""
TICK_SECONDS = 0.05
_CHUNK = 1 << 18
_LONGEST_LINE = 1 << 24


class _Connection:
    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self.received = b""
        self.session: Session | None = None


class TelescopeHost:
    """Serves one telescope until the night has ended in order, or nobody has asked for long enough."""

    def __init__(self, run: Path, alive: Callable[[int], None] = lambda _now_us: None) -> None:
        self._run, self._alive = run, alive
        self.telescope = SharedTelescope(time.monotonic)
        self._token = secrets.token_hex(16)
        self._selector = selectors.DefaultSelector()
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.setblocking(False)
        self._selector.register(self._server, selectors.EVENT_READ, None)
        self._asked_at = time.monotonic()
        self._stopped = False

    def stop(self) -> None:
        """Leave `serve` soon; safe to call from a signal handler."""
        self._stopped = True

    def serve(self) -> None:
        """Write the address, and answer until it is time to end."""
        port = self._server.getsockname()[1]
        write_address(self._run, Address(port, os.getpid(), self._token))
        try:
            while not self._over():
                for key, _ in self._selector.select(TICK_SECONDS):
                    if key.data is None:
                        self._accept()
                    else:
                        self._receive(key.data)
                self.telescope.tick()
                self._alive(self.telescope.now_us())
        finally:
            remove_address(self._run, os.getpid())
            for key in list(self._selector.get_map().values()):
                key.fileobj.close()  # type: ignore[union-attr]  # a socket
            self._selector.close()

    def _over(self) -> bool:
        if self._stopped or self.telescope.ended:
            return True
        if self.telescope.connections():
            self._asked_at = time.monotonic()
            return False
        quiet = time.monotonic() - self._asked_at
        if quiet > LINGERS_SECONDS and self.telescope.is_safe():
            return True
        return quiet > WAITS_SECONDS or (quiet > 1.0 and not self._is_ours())

    def _is_ours(self) -> bool:
        """Tell whether the address still leads here; else nobody can connect any more."""
        address = read_address(self._run)
        return address is not None and address.pid == os.getpid()

    def _accept(self) -> None:
        line, _ = self._server.accept()
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.settimeout(5.0)  # for sending: a client that does not read is not waited for
        self._selector.register(line, selectors.EVENT_READ, _Connection(line))

    def _receive(self, connection: _Connection) -> None:
        try:
            received = connection.line.recv(_CHUNK)
        except OSError:
            received = b""
        connection.received += received
        if not received or len(connection.received) > _LONGEST_LINE:
            self._hang_up(connection)
            return
        while b"\n" in connection.received:
            line, _, connection.received = connection.received.partition(b"\n")
            reply = self._answer(connection, line)
            try:
                connection.line.sendall(messages.encode(reply) + b"\n")
            except OSError:
                self._hang_up(connection)
                return

    def _answer(self, connection: _Connection, line: bytes) -> Reply:
        try:
            request = messages.decode_request(line)
        except msgspec.MsgspecError as error:
            return Reply(refused=f"not understood: {error}")
        session = connection.session
        if session is not None:
            return self.telescope.ask(session, request)
        if not isinstance(request, messages.Hello) or not secrets.compare_digest(request.token, self._token):
            return Reply(
                refused="a connection begins with a greeting that holds the token of the address file"
            )
        connection.session = self.telescope.connect(request.name, driver=request.driver)
        return self.telescope.greet()

    def _hang_up(self, connection: _Connection) -> None:
        self._selector.unregister(connection.line)
        connection.line.close()
        if connection.session is not None:
            self.telescope.disconnect(connection.session)
