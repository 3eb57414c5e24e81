"""Originals under a candidate's key: readable with it and whole, or not at all."""

import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.base.keys import CHUNK, KeyGone, KeyStore, Tampered, decrypt_file, encrypt_file

MASTER, KEY, OTHER = bytes(range(32)), bytes(32), bytes([7]) * 32
HEADER, SEALED = 64, CHUNK + 16


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("keys")


def sealed(folder: Path, content: bytes) -> Path:
    (folder / "plain").write_bytes(content)
    encrypt_file(folder / "plain", folder / "sealed", KEY)
    return folder / "sealed"


def opened(folder: Path, key: bytes = KEY) -> bytes:
    decrypt_file(folder / "sealed", folder / "back", key)
    return (folder / "back").read_bytes()


around_borders = st.builds(lambda chunks, more: max(0, chunks * CHUNK + more), st.integers(0, 3), st.integers(-2, 2))


@given(size=st.one_of(around_borders, st.integers(0, 1000)), seed=st.integers(0, 255))
@settings(max_examples=60, deadline=None)
def test_every_size_comes_back(folder, size, seed):
    content = (bytes([seed]) + os.urandom(1000)) * (size // 1001 + 1)
    path = sealed(folder, content[:size])
    assert opened(folder) == content[:size]
    assert content[:64] not in path.read_bytes() or size < 64


@given(chunks=st.integers(0, 2), more=st.integers(0, 40), data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_file_that_is_cut_off_anywhere_is_refused(folder, chunks, more, data):
    path = sealed(folder, os.urandom(chunks * CHUNK + more))
    whole = path.read_bytes()
    borders = [HEADER + number * SEALED for number in range(chunks + 1)]
    cut = data.draw(st.one_of(st.sampled_from(borders), st.integers(0, len(whole) - 1)))
    path.write_bytes(whole[: min(cut, len(whole) - 1)])
    with pytest.raises(Tampered):
        opened(folder)
    assert not (folder / "back").exists()


@given(position=st.integers(0, HEADER + 2 * SEALED + 100), bit=st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_a_file_with_one_bit_changed_is_refused(folder, position, bit):
    path = sealed(folder, os.urandom(2 * CHUNK + 85))
    content = bytearray(path.read_bytes())
    content[position] ^= 1 << bit
    path.write_bytes(content)
    with pytest.raises(Tampered):
        opened(folder)


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 2, 1), (0, 0, 2), (0, 2), (0, 1), (0, 1, 2, 2), (0, 1, 1, 2)])
def test_chunks_swapped_repeated_or_left_out_are_refused(folder, order):
    path = sealed(folder, os.urandom(3 * CHUNK))
    whole = path.read_bytes()
    chunks = [whole[HEADER + number * SEALED :][:SEALED] for number in range(3)]
    path.write_bytes(whole[:HEADER] + b"".join(chunks[number] for number in order))
    with pytest.raises(Tampered):
        opened(folder)


def test_chunks_of_another_file_under_the_same_key_are_refused(folder):
    other = sealed(folder, os.urandom(2 * CHUNK)).read_bytes()
    path = sealed(folder, os.urandom(2 * CHUNK))
    path.write_bytes(path.read_bytes()[: HEADER + SEALED] + other[HEADER + SEALED :])
    with pytest.raises(Tampered):
        opened(folder)


def test_another_key_opens_nothing(folder):
    sealed(folder, b"an answer")
    with pytest.raises(Tampered):
        opened(folder, OTHER)


def test_two_files_of_one_content_differ(folder):
    assert sealed(folder, b"an answer").read_bytes() != sealed(folder, b"an answer").read_bytes()


def test_a_candidate_has_one_key_for_ever_and_another_than_others(tmp_path):
    store, one, other = KeyStore(tmp_path / "keys", MASTER), uuid.uuid4(), uuid.uuid4()
    key = store.get_or_create(one)
    assert len(key) == 32
    assert key == store.get(one) == store.get_or_create(one) == KeyStore(tmp_path / "keys", MASTER).get(one)
    assert store.get_or_create(other) != key


def test_of_many_makers_at_once_all_get_the_same_key(tmp_path):
    store, person = KeyStore(tmp_path / "keys", MASTER), uuid.uuid4()
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: store.get_or_create(person), range(32)))
    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "keys").iterdir()] == [f"{person}.key"]


def test_a_destroyed_key_is_gone(tmp_path):
    store, person = KeyStore(tmp_path / "keys", MASTER), uuid.uuid4()
    with pytest.raises(KeyGone):
        store.get(person)
    first = store.get_or_create(person)
    store.destroy(person)
    store.destroy(person)
    with pytest.raises(KeyGone):
        store.get(person)
    assert store.get_or_create(person) != first


def test_a_key_file_opens_only_with_the_master_key_and_for_its_person(tmp_path):
    store, person, other = KeyStore(tmp_path / "keys", MASTER), uuid.uuid4(), uuid.uuid4()
    key = store.get_or_create(person)
    file = tmp_path / "keys" / f"{person}.key"
    assert key not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0 and file.parent.stat().st_mode & 0o077 == 0
    with pytest.raises(Tampered):
        KeyStore(tmp_path / "keys", OTHER).get(person)
    file.with_name(f"{other}.key").write_bytes(file.read_bytes())
    with pytest.raises(Tampered):
        store.get(other)


@pytest.mark.parametrize("size", [0, 5, 30, 59])
def test_a_key_file_that_is_cut_off_is_refused(tmp_path, size):
    store, person = KeyStore(tmp_path / "keys", MASTER), uuid.uuid4()
    store.get_or_create(person)
    file = tmp_path / "keys" / f"{person}.key"
    file.write_bytes(file.read_bytes()[:size])
    with pytest.raises(Tampered):
        store.get_or_create(person)
