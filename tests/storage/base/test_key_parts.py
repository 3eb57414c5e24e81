"""Any part of a sealed file is read without the rest, and only as it was written."""

import os
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.base.keys import CHUNK, HEAD, KeyGone, KeyStore, Tampered, decrypt_part, encrypt_file, span

KEY = bytes(32)
SIZES = (1, 5, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 77)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Of each size a plain file and what it became."""
    folder = tmp_path_factory.mktemp("sealed")
    made = {}
    for size in SIZES:
        plain, sealed = folder / f"{size}", folder / f"{size}.enc"
        plain.write_bytes(os.urandom(size))
        encrypt_file(plain, sealed, KEY)
        made[size] = plain.read_bytes(), sealed.read_bytes()
    return made


def part(sealed: bytes, first: int, last: int, size: int, key: bytes = KEY, block: int = 1000) -> bytes:
    begin, end = span(first, last)
    wanted = sealed[begin : end + 1]
    blocks = [wanted[at : at + block] for at in range(0, len(wanted), block)]
    return b"".join(decrypt_part(sealed[:HEAD], blocks, key, first, last, size))


@given(st.sampled_from(SIZES), st.floats(0, 1), st.floats(0, 1), st.integers(1, 200_000))
def test_every_part_is_what_was_written_there(files, size, one, other, block):
    plain, sealed = files[size]
    first, last = sorted((int(one * (size - 1)), int(other * (size - 1))))
    assert part(sealed, first, last, size, block=block) == plain[first : last + 1]


def test_a_part_takes_no_more_of_the_file_than_its_chunks(files):
    _, sealed = files[3 * CHUNK + 77]
    begin, end = span(CHUNK, CHUNK + 5)
    assert (begin, end + 1 - begin) == (HEAD + CHUNK + 16, CHUNK + 16)
    assert span(3 * CHUNK, 3 * CHUNK + 76)[1] >= len(sealed) - 1


def test_what_was_changed_swapped_or_cut_off_is_never_given_out(files):
    size = 3 * CHUNK
    _, sealed = files[size]
    chunk = CHUNK + 16
    changed = bytearray(sealed)
    changed[HEAD + chunk + 9] ^= 1
    swapped = sealed[:HEAD] + sealed[HEAD + chunk : HEAD + 2 * chunk] + sealed[HEAD : HEAD + chunk]
    cut = sealed[: HEAD + 2 * chunk - 1]
    for wrong in (bytes(changed), swapped, cut, sealed[: HEAD + chunk]):
        with pytest.raises(Tampered):
            part(wrong, CHUNK, 2 * CHUNK - 1, size)
    with pytest.raises(Tampered):
        part(sealed, 0, 9, size - CHUNK - 1)[0:0] + part(sealed, 2 * CHUNK, size - 1, size + CHUNK)
    with pytest.raises(Tampered):
        part(sealed, 0, 9, size, key=b"\1" * 32)


def test_without_its_key_no_part_opens(tmp_path):
    store, owner, other = KeyStore(tmp_path, bytes(32)), uuid.uuid4(), uuid.uuid4()
    for one in (owner, other):
        store.get_or_create(one)
    store.destroy(owner, uuid.uuid4())
    with pytest.raises(KeyGone):
        store.get(owner)
    assert len(store.get(other)) == 32
