"""Verifies the sample of npm run check:interop: signatures by cryptography, the tree by hashlib, after RFC 9162."""

import hashlib
import sys
from base64 import b64decode
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def is_included(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    """RFC 9162, section 2.1.3.2."""
    if index >= size:
        return False
    node, last, current = index, size - 1, leaf
    for hash in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            current = node_hash(hash, current)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            current = node_hash(current, hash)
        node, last = node >> 1, last >> 1
    return last == 0 and current == root


def is_consistent(older: int, older_root: bytes, newer: int, newer_root: bytes, proof: list[bytes]) -> bool:
    """RFC 9162, section 2.1.4.2."""
    if older == newer:
        return not proof and older_root == newer_root
    path = [older_root, *proof] if older & (older - 1) == 0 else proof
    node, last = older - 1, newer - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    if not path:
        return False
    first = second = path[0]
    for hash in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            first, second = node_hash(hash, first), node_hash(hash, second)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = node_hash(second, hash)
        node, last = node >> 1, last >> 1
    return first == older_root and second == newer_root and last == 0


class Key:
    def __init__(self, text: str) -> None:
        self.name, key_id, encoded = text.split("+", 2)
        material = b64decode(encoded, validate=True)
        self.id = hashlib.sha256(self.name.encode() + b"\n" + material).digest()[:4]
        assert self.id.hex() == key_id and material[0] == 1
        self.public = Ed25519PublicKey.from_public_bytes(material[1:])

    def open(self, note: str) -> tuple[int, bytes]:
        """Verifies the note of a checkpoint, and that it is refused when a bit of its text is changed."""
        text, line = note.rsplit("\n\n", 1)
        text += "\n"
        dash, name, encoded = line.rstrip("\n").split(" ")
        signature = b64decode(encoded, validate=True)
        assert (dash, name, signature[:4]) == ("\u2014", self.name, self.id)
        self.public.verify(signature[4:], text.encode())
        changed = bytes([text.encode()[0] ^ 1]) + text.encode()[1:]
        try:
            self.public.verify(signature[4:], changed)
        except InvalidSignature:
            origin, size, root = text.splitlines()
            assert origin == self.name
            return int(size), b64decode(root, validate=True)
        raise AssertionError("a changed checkpoint was accepted")


def check_inclusion(key: Key, text: str) -> None:
    head, note = text.split("\n\n", 1)
    version, extra, index, *hashes = head.split("\n")
    assert version == "c2sp.org/tlog-proof@v1"
    *lines, content = b64decode(extra.removeprefix("extra "), validate=True).split(b"\n", 4)
    assert hashlib.sha256(content).hexdigest().encode() == lines[3]
    data = b"".join(line + b"\n" for line in lines)
    size, root = key.open(note)
    place = int(index.removeprefix("index "))
    proof = [b64decode(hash, validate=True) for hash in hashes]
    assert is_included(hashlib.sha256(b"\x00" + data).digest(), place, size, proof, root)
    changed = data[:-2] + bytes([data[-2] ^ 1, data[-1]])
    assert not is_included(hashlib.sha256(b"\x00" + changed).digest(), place, size, proof, root)


def check_consistency(key: Key, older: str, newer: str) -> None:
    head, note = newer.split("\n\n", 1)
    old, *hashes = head.split("\n")
    older_size, older_root = key.open(older)
    newer_size, newer_root = key.open(note)
    assert old == f"old {older_size}"
    proof = [b64decode(hash, validate=True) for hash in hashes]
    assert is_consistent(older_size, older_root, newer_size, newer_root, proof)
    changed = bytes([older_root[0] ^ 1]) + older_root[1:]
    assert not is_consistent(older_size, changed, newer_size, newer_root, proof)


folder = Path(sys.argv[1])
key = Key((folder / "key").read_text("utf-8"))
inclusion = list((folder / "inclusion").iterdir())
for file in inclusion:
    check_inclusion(key, file.read_text("utf-8"))
consistency = list((folder / "consistency").iterdir())
for part in consistency:
    check_consistency(key, (part / "older").read_text("utf-8"), (part / "newer").read_text("utf-8"))
print(f"inclusion={len(inclusion)} consistency={len(consistency)} refused={len(inclusion) + len(consistency)}")
