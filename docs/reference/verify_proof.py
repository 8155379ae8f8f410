"""Checks a proof of `tomoe log prove` without tomoe_es: verify_proof.py PROOF VKEY [PAYLOAD]

PROOF is a C2SP tlog-proof, VKEY a file with the log's public key, PAYLOAD a file with the event's JSON.
Exit code 0 when the proof holds, 1 when it does not, 2 when a file can't be read. Needs Python 3.8 or later
and `cryptography`.
"""

import json
import pathlib
import sys
from base64 import b64decode
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def need(condition, otherwise):
    if not condition:
        sys.exit(f"the proof does not hold: {otherwise}")


def check(proof, vkey, *payload):
    head, body, signatures = proof.decode().replace("\r\n", "\n").split("\n\n", 2)  # mail brings \r\n
    version, extra, index, *path = head.split("\n")
    need(version == "c2sp.org/tlog-proof@v1", "it is no tlog-proof")
    leaf, index = b64decode(extra[len("extra ") :]), int(index[len("index ") :])
    name, key_id, key = vkey.decode().strip().split("+", 2)
    key = b64decode(key)
    need(sha256(name.encode() + b"\n" + key).hexdigest()[:8] == key_id, "the public key is damaged")
    lines = [line.split(" ")[2] for line in signatures.split("\n") if line.startswith(f"— {name} ")]
    signature = next((line[4:] for line in map(b64decode, lines) if line[:4].hex() == key_id), b"")
    Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature, (body + "\n").encode())  # raises
    origin, size, root = body.split("\n")[:3]
    node, last, place = sha256(b"\0" + leaf).digest(), int(size) - 1, index
    need(0 <= index <= last, "the event is not in that tree")
    for each in map(b64decode, path):  # RFC 9162, section 2.1.3.2
        need(last, "the path is too long")
        if place & 1 or place == last:
            node = sha256(b"\1" + each + node).digest()
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            node = sha256(b"\1" + node + each).digest()
        place, last = place >> 1, last >> 1
    need(last == 0 and node == b64decode(root), "the path does not lead to the signed root")
    event = json.loads(leaf[:-32] + b"}}")
    need(event["position"] == index + 1, "the leaf is another event's")
    need(not payload or sha256(payload[0]).digest() == leaf[-32:], "the payload is not the one recorded")
    return f"event {index + 1} is in the log of {size} events that {origin} signed: {json.dumps(event)}"


try:
    if len(sys.argv) not in (3, 4):
        raise OSError("usage: verify_proof.py PROOF VKEY [PAYLOAD]")
    print(check(*[pathlib.Path(name).read_bytes() for name in sys.argv[1:]]))  # noqa: T201
except OSError as error:
    print(f"nothing was checked: {error}", file=sys.stderr)  # noqa: T201
    sys.exit(2)
except InvalidSignature:
    need(False, "this public key did not sign it")
except (ValueError, IndexError, KeyError):
    need(False, "the proof or the public key is cut short or damaged")
