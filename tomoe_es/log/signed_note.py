"""Signed notes and checkpoints, as C2SP `signed-note` and `tlog-checkpoint` define them (Ed25519).

A key is kept as the text that Go's sumdb tools use, so that public tools check what is signed here.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"


class Checkpoint(msgspec.Struct, frozen=True):
    """What a checkpoint says: the log of this origin had this root when it had `size` events."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, body: str) -> Checkpoint:
        """Read the body of a note; raises ValueError when it is no checkpoint."""
        origin, size, root = (*body.splitlines(), "", "", "")[:3]
        return cls(origin, int(size), b64decode(root))

    @property
    def root_text(self) -> str:
        """The root as the note has it, in base64."""
        return b64encode(self.root).decode()

    def text(self) -> str:
        """The body of the note."""
        return f"{self.origin}\n{self.size}\n{self.root_text}\n"


class SigningKey(msgspec.Struct, frozen=True):
    """An Ed25519 key with its name."""

    name: str
    seed: bytes

    def verifier(self) -> Verifier:
        """The public half."""
        private_key = Ed25519PrivateKey.from_private_bytes(self.seed)
        return Verifier(self.name, private_key.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The note with its signature line."""
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        line = b64encode(self.verifier().key_id() + signature).decode()
        return f"{text}\n— {self.name} {line}\n"

    def text(self) -> str:
        """The key as text; a secret."""
        key_id = self.verifier().key_id().hex()
        return f"PRIVATE+KEY+{self.name}+{key_id}+{b64encode(_ED25519 + self.seed).decode()}"


class Verifier(msgspec.Struct, frozen=True):
    """A public key with its name: all that an auditor needs."""

    name: str
    public_key: bytes

    def key_id(self) -> bytes:
        """The four bytes by which a signature line names its key."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public_key).digest()[:4]

    def text(self) -> str:
        """The key as text, such as `kiso.example/log+1a2b3c4d+...`."""
        return f"{self.name}+{self.key_id().hex()}+{b64encode(_ED25519 + self.public_key).decode()}"

    def open(self, note: str) -> str:
        """The body of a note; raises ValueError when this key did not sign it."""
        body, found, signatures = note.partition("\n\n")
        if not found:
            raise ValueError("it is not a signed note")
        body += "\n"
        for line in signatures.splitlines():
            dash, name, encoded = (*line.split(" "), "", "")[:3]
            signature = b64decode(encoded)
            if dash == "—" and name == self.name and signature[:4] == self.key_id():
                try:
                    Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature[4:], body.encode())
                except InvalidSignature:
                    break
                return body
        raise ValueError(f"it does not bear a valid signature of {self.name}")


def note_in(text: str) -> str:
    """The signed note in a text that may hold more, such as a message with words before and a code block.

    A text without one is given back as it is.
    """
    lines = [line.strip() for line in text.splitlines()]
    signature = next((number for number, line in enumerate(lines) if line.startswith("— ")), 0)
    body: list[str] = []
    for line in reversed(lines[: max(signature - 1, 0)]):
        if not line or line.startswith("```"):
            break
        body.insert(0, line)
    if not body or lines[signature - 1]:
        return text
    return "\n".join([*body, "", *(line for line in lines[signature:] if line.startswith("— "))]) + "\n"


def make_key(path: Path, name: str, seed: bytes) -> SigningKey:
    """Write a new key that only its owner can read; whole on the disk or not there.

    `seed` is 32 random bytes. Raises FileExistsError when there is a key, ValueError for a bad name or seed.
    """
    if len(seed) != 32 or not name or any(each in name for each in " +\n"):
        raise ValueError("a key needs 32 random bytes and a name without space, plus and line end")
    key = SigningKey(name, seed)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(key.text() + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # unlike a rename, never replaces a key
    finally:
        draft.unlink(missing_ok=True)
    return key


def read_key(path: Path) -> SigningKey:
    """Read a key back; raises ValueError when it is none or when others can read it."""
    if path.stat().st_mode & 0o077:
        raise ValueError(f"'{path}' can be read by others than its owner: chmod 600, and consider a new key")
    head, name, _, encoded = path.read_text(encoding="utf-8").strip().removeprefix("PRIVATE+").split("+", 3)
    data = b64decode(encoded)
    if head != "KEY" or data[:1] != _ED25519 or len(data) != 33:
        raise ValueError(f"'{path}' holds no Ed25519 key")
    return SigningKey(name, data[1:])


def read_verifier(text: str) -> Verifier:
    """A public key from its text; raises ValueError when it is none."""
    name, key_id, encoded = (*text.strip().split("+", 2), "", "")[:3]
    data = b64decode(encoded)
    verifier = Verifier(name, data[1:])
    if data[:1] != _ED25519 or len(data) != 33 or verifier.key_id().hex() != key_id:
        raise ValueError(f"'{text.strip()}' is no Ed25519 verifier key")
    return verifier
