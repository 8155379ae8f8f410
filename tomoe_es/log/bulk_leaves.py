"""Hashes of leaves and tiles of thousands of events at once, straight from their lines: for verifying.

What leaf.py and merkle.py say of one event and one node, without an object for each; tests compare them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tomoe_es.compiled import compiled, inlined
from tomoe_es.errors import LogCorrupt
from tomoe_es.events import ErasedPayload
from tomoe_es.log.bulk_sha256 import DIGEST_BYTES, digests, place
from tomoe_es.log.leaf import PAYLOAD, leaf_of
from tomoe_es.log.merkle import leaf_hash
from tomoe_es.log.stored import TAG, erased_payload

TILE: Final = 256

_POSITION = np.frombuffer(b'{"position":', np.uint8)
_PAYLOAD = np.frombuffer(PAYLOAD, np.uint8)
_TAG = np.frombuffer(TAG, np.uint8)
_ERASED = np.frombuffer(TAG + ErasedPayload.__name__.encode() + b'"', np.uint8)
_STEP: Final = 32  # bytes looked at together
_NEWLINE, _BRACE, _END, _QUOTE = (ord(sign) for sign in '\n{}"')


def hashes_of_leaves(
    lines: bytes, position: int, count: int
) -> tuple[NDArray[np.uint8], dict[int, ErasedPayload]]:
    """RFC 6962 hashes of the leaves of JSON lines, shape (count, 32), and what was erased, by position.

    Raises LogCorrupt unless the lines are `count` events from `position` on.
    """
    content = np.frombuffer(lines, np.uint8)[: lines.rfind(b"\n") + 1]
    starts, heads, payloads, ends = places = np.zeros((4, count), np.int64)
    done, at = _find(content, position, places)
    if done < count or at < len(lines):
        line, newline, _ = lines[at:].partition(b"\n")
        if done < count and newline:
            leaf_of(line, position + done)  # says what is the matter with it
        raise LogCorrupt(position + done, "it is missing" if done < count else "it was added")
    hashes = _leaf_hashes(content, starts, heads, digests(content, payloads, ends))
    erased = {}
    for index in np.flatnonzero(_begin(content, payloads, _ERASED)):
        at = position + int(index)
        erased[at] = erased_payload(at, lines[payloads[index] : ends[index]])
        leaf = leaf_of(lines[starts[index] : ends[index] + 1], at)
        hashes[index] = np.frombuffer(leaf_hash(leaf), np.uint8)
    return hashes, erased


def roots_of_tiles(hashes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Roots of full tiles, shape (tiles, 32), from the hashes of their leaves, shape (256 tiles, 32)."""
    width = TILE
    while width > 1:
        hashes, width = _parents(hashes), width // 2
    return hashes


def warm_up() -> None:
    """Compile, or find compiled, what verifying takes. Raises KernelCacheUnwritable."""
    line = b'{"position":1,"stream":"warm_up","payload":{"type":"WarmUp"}}\n'
    hashes, _ = hashes_of_leaves(line, 1, 1)
    roots_of_tiles(np.repeat(hashes, TILE, axis=0))


@compiled
def _find(content: NDArray[np.uint8], position: int, places: NDArray[np.int64]) -> tuple[int, int]:
    """Where each line starts, its type ends, its payload starts and ends; how many are sound, and their end.

    The content ends with a newline, which ends every search.
    """
    at, line = 0, 0
    while line < places.shape[1]:
        if not _begins(content, at, _POSITION):
            return line, at
        brace = _after_number(content, at + _POSITION.size, position + line)
        while not (content[place(brace)] == _BRACE and _begins(content, brace - _PAYLOAD.size, _PAYLOAD)):
            if content[place(brace)] == _NEWLINE:
                return line, at
            brace += 1
        quote = brace + _TAG.size
        if not _begins(content, brace, _TAG):
            return line, at
        while content[place(quote)] != _QUOTE:
            if content[place(quote)] == _NEWLINE:
                return line, at
            quote += 1
        end = quote
        while end + _STEP < content.size and not _is_in_step(content[end : end + _STEP], _NEWLINE):
            end += _STEP
        while content[place(end)] != _NEWLINE:
            end += 1
        if content[end - 1] != _END or content[end - 2] != _END:
            return line, at
        places[0, line], places[1, line], places[2, line], places[3, line] = at, quote + 1, brace, end - 1
        at, line = end + 1, line + 1
    return line, at


@inlined
def _is_in_step(step: NDArray[np.uint8], sign: int) -> bool:
    """Without an early end, so that the processor compares all bytes at once."""
    found = np.uint8(0)
    for index in range(_STEP):
        found |= np.uint8(step[index] == sign)
    return bool(found)


@inlined
def _copy(source: NDArray[np.uint8], to: NDArray[np.uint8]) -> None:
    for index in range(to.size):
        to[index] = source[index]


@inlined
def _begins(content: NDArray[np.uint8], at: int, beginning: NDArray[np.uint8]) -> bool:
    if at < 0 or at + beginning.size > content.size:
        return False
    for index in range(beginning.size):  # noqa: SIM110  compiled code has no generators
        if content[place(at + index)] != beginning[index]:
            return False
    return True


@inlined
def _after_number(content: NDArray[np.uint8], at: int, number: int) -> int:
    """Where the number and its comma end; the end of the content, a newline, when another number is there."""
    digits = 1
    while 10**digits <= number:
        digits += 1
    if at + digits >= content.size or content[at + digits] != 44:
        return content.size - 1
    for index in range(digits):
        if content[at + digits - 1 - index] != 48 + number % 10:
            return content.size - 1
        number //= 10
    return at + digits + 1


@compiled
def _begin(
    content: NDArray[np.uint8], starts: NDArray[np.int64], beginning: NDArray[np.uint8]
) -> NDArray[np.bool_]:
    """Which of the pieces of `content` begin so."""
    found = np.zeros(starts.size, np.bool_)
    for index in range(starts.size):
        found[index] = _begins(content, starts[index], beginning)
    return found


@compiled
def _leaf_hashes(
    content: NDArray[np.uint8],
    starts: NDArray[np.int64],
    heads: NDArray[np.int64],
    payload_digests: NDArray[np.uint8],
) -> NDArray[np.uint8]:
    """Hashes of 0, the line up to the end of its type, and the digest of its payload."""
    ends = np.cumsum(heads - starts + (1 + DIGEST_BYTES))
    leaves = np.zeros(ends[-1], np.uint8)
    for line in range(starts.size):
        digest = ends[line] - DIGEST_BYTES
        head = content[starts[line] : heads[line]]
        _copy(head, leaves[digest - head.size : digest])
        _copy(payload_digests[line], leaves[digest : ends[line]])
    return digests(leaves, ends - (heads - starts) - (1 + DIGEST_BYTES), ends)


@compiled
def _parents(hashes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Hashes of 1, left and right."""
    nodes = np.ones((hashes.shape[0] // 2, 1 + 2 * DIGEST_BYTES), np.uint8)
    for node in range(nodes.shape[0]):
        for index in range(DIGEST_BYTES):
            nodes[node, 1 + index] = hashes[2 * node, index]
            nodes[node, 1 + DIGEST_BYTES + index] = hashes[2 * node + 1, index]
    ends = np.arange(1, nodes.shape[0] + 1) * nodes.shape[1]
    return digests(nodes.ravel(), ends - nodes.shape[1], ends)
