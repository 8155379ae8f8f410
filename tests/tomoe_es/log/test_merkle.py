"""The tree against the vectors that transparency-dev/merkle publishes, and against its own laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomoe_es.log import merkle

LEAVES = [
    bytes.fromhex(each)
    for each in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A0 = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
A1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
A4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
B0 = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
B1 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
B2 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
B3 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
C0 = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
C1 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"


def subtree_of(leaves: list[bytes]) -> merkle.Subtree:
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    return lambda level, index: merkle.any_root(hashes[index << level : (index + 1) << level])


SUBTREE = subtree_of(LEAVES)


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size: int) -> None:
    assert merkle.root(size, SUBTREE).hex() == ROOTS[size]
    assert merkle.any_root([merkle.leaf_hash(leaf) for leaf in LEAVES[:size]]).hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [
        (0, 1, []),
        (0, 2, [A1]),
        (1, 2, [A0]),
        (2, 3, [B0]),
        (1, 5, [A0, B1, A4]),
        (0, 8, [A1, B1, C1]),
        (5, 8, [A4, B3, C0]),
    ],
)
def test_published_inclusion_proofs(index: int, size: int, proof: list[str]) -> None:
    assert [each.hex() for each in merkle.inclusion_proof(index, size, SUBTREE)] == proof


@pytest.mark.parametrize(
    ("old", "size", "proof"),
    [(1, 1, []), (1, 8, [A1, B1, C1]), (2, 5, [B1, A4]), (6, 8, [B2, B3, C0])],
)
def test_published_consistency_proofs(old: int, size: int, proof: list[str]) -> None:
    assert [each.hex() for each in merkle.consistency_proof(old, size, SUBTREE)] == proof


SIZES = st.integers(1, 600)


@given(SIZES, st.data())
def test_an_inclusion_proof_leads_to_the_root_from_its_leaf_only(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    subtree = subtree_of([str(number).encode() for number in range(size)])
    proof = merkle.inclusion_proof(index, size, subtree)
    root = merkle.root(size, subtree)
    assert merkle.root_from_inclusion(index, size, merkle.leaf_hash(str(index).encode()), proof) == root
    assert merkle.root_from_inclusion(index, size, merkle.leaf_hash(b"other"), proof) != root


@given(SIZES, st.data())
def test_every_consistency_proof_holds_and_only_for_its_roots(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, size))
    subtree = subtree_of([str(number).encode() for number in range(size)])
    proof = merkle.consistency_proof(old, size, subtree)
    old_root, root = merkle.root(old, subtree), merkle.root(size, subtree)
    assert merkle.is_consistent(old, size, old_root, root, proof)
    assert not merkle.is_consistent(old, size, merkle.leaf_hash(b"other"), root, proof)
    if proof:
        changed = [merkle.leaf_hash(b"other"), *proof[1:]]
        assert not merkle.is_consistent(old, size, old_root, root, changed)
        assert not merkle.is_consistent(old, size, old_root, root, proof[1:])


def test_proofs_of_what_is_not_in_the_tree_are_refused() -> None:
    with pytest.raises(ValueError, match="not in a tree"):
        merkle.inclusion_proof(8, 8, SUBTREE)
    with pytest.raises(ValueError, match="not the beginning"):
        merkle.consistency_proof(9, 8, SUBTREE)
    with pytest.raises(ValueError, match="hashes"):
        merkle.root_from_inclusion(0, 8, merkle.leaf_hash(b""), [])
