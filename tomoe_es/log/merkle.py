"""The Merkle tree of RFC 6962 over leaf hashes: roots, inclusion proofs, consistency proofs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

EMPTY_ROOT = sha256().digest()

Subtree = Callable[[int, int], bytes]
"""From (level, index) the hash of the full subtree of 2**level leaves from leaf index * 2**level on."""


def leaf_hash(leaf: bytes) -> bytes:
    """Hash of a leaf's bytes."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def any_root(hashes: Sequence[bytes]) -> bytes:
    """Root over any number of hashes of one level, the first of which begins a full subtree."""
    level = list(hashes)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        odd = level[len(level) & ~1 :]
        level = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return level[0]


def root(size: int, subtree: Subtree) -> bytes:
    """Root of the tree of the first `size` leaves."""
    return _range_root(0, size, subtree) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Audit path of the leaf `index` (from 0) in the tree of `size` leaves, RFC 6962 section 2.1.1."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_range_root(middle, end, subtree))
            end = middle
        else:
            proof.append(_range_root(start, middle, subtree))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, size: int, subtree: Subtree) -> list[bytes]:
    """Proof that the tree of `old` leaves is the beginning of the one of `size`, RFC 6962 section 2.1.2."""
    if not 0 <= old <= size:
        raise ValueError(f"a tree of {old} is not the beginning of one of {size}")
    if old in (0, size):
        return []
    proof: list[bytes] = []
    start, end, is_old_root = 0, size, True
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_range_root(middle, end, subtree))
            end = middle
        else:
            proof.append(_range_root(start, middle, subtree))
            start, is_old_root = middle, False
    if not is_old_root:
        proof.append(_range_root(start, end, subtree))
    return proof[::-1]


def root_from_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """Root that the audit path of a leaf hash leads to; raises ValueError when it has the wrong length."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    inner = (index ^ (size - 1)).bit_length()
    border = (index >> inner).bit_count()
    if len(proof) != inner + border:
        raise ValueError(f"the proof has {len(proof)} hashes, not {inner + border}")
    result = leaf
    for level, hash_ in enumerate(proof[:inner]):
        result = node_hash(hash_, result) if index >> level & 1 else node_hash(result, hash_)
    for hash_ in proof[inner:]:
        result = node_hash(hash_, result)
    return result


def is_consistent(old: int, size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree of `old` leaves is the beginning of the one of `size`."""
    if not 0 <= old <= size:
        return False
    if old in (0, size):
        return not proof and (old_root == (EMPTY_ROOT if old == 0 else new_root))
    shift = (old & -old).bit_length() - 1
    inner = ((old - 1) ^ (size - 1)).bit_length() - shift
    border = ((old - 1) >> (inner + shift)).bit_count()
    start = 0 if old == 1 << shift else 1
    if len(proof) != start + inner + border:
        return False
    seed = proof[0] if start else old_root
    path, mask = proof[start:], (old - 1) >> shift
    first = second = seed
    for level, hash_ in enumerate(path[:inner]):
        if mask >> level & 1:
            first = node_hash(hash_, first)
            second = node_hash(hash_, second)
        else:
            second = node_hash(second, hash_)
    for hash_ in path[inner:]:
        first = node_hash(hash_, first)
        second = node_hash(hash_, second)
    return first == old_root and second == new_root


def _split(count: int) -> int:
    """Largest power of two smaller than `count`."""
    return 1 << (count - 1).bit_length() - 1


def _range_root(start: int, end: int, subtree: Subtree) -> bytes:
    """Root over the leaves from `start` to `end`, `start` being on the border of a subtree of that size."""
    count = end - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return subtree(level, start >> level)
    middle = start + _split(count)
    return node_hash(_range_root(start, middle, subtree), _range_root(middle, end, subtree))
