"""What was stored before under other keys, or under none, comes under keys of its own, and nothing is lost."""

import os

import pytest
from sqlalchemy import select
from support import cast, sealed, told_exam

from storage.base.keys import key_store
from storage.base.objects import ObjectStore, sha256_of
from storage.dossier import role_documents
from storage.dossier.dossiers import RoleDocument
from storage.exam.recordings import Original, Rendition, RenditionKind
from storage.retention.resealing import reseal

NOW = cast.NOW


@pytest.fixture
def old(session, people, object_store, tmp_path):
    """A recording and a role document as they were stored before; the bytes of each."""
    dossier = told_exam.told(session, people, films=0)
    take = told_exam.takes_of(session, dossier)[0]
    plain = tmp_path / "plain"
    plain.write_bytes(os.urandom(200_000))
    (original,) = take.originals
    stored = sealed.put(original.key, plain, people.candidate.id)
    original.size, original.sha256, original.sealed_under = 200_000, sha256_of(plain), None
    original.cipher_size, original.cipher_sha256 = stored.size, stored.sha256
    key = f"recordings/{take.id}/20260302/video.mp4"
    object_store.put_file(key, plain)
    values = {"content_type": "video/mp4", "size": 200_000, "sha256": sha256_of(plain)}
    take.renditions.append(Rendition(kind=RenditionKind.VIDEO, key=key, **values))
    (document,) = dossier.documents
    plain_pdf = tmp_path / "pdf"
    plain_pdf.write_bytes(told_exam.PDF)
    sealed.put(document.key, plain_pdf, people.candidate.id)
    document.sealed_under = None
    session.commit()
    return take.id, dossier.id, plain.read_bytes()


def rows(session):
    session.expire_all()
    return [session.scalars(select(noun)).all() for noun in (Original, Rendition, RoleDocument)]


def test_everything_comes_under_a_key_of_its_own(session, people, old, object_store):
    take, dossier, content = old
    calls = []
    assert reseal(lambda: calls.append(1)) == 3
    originals, (film,), (document,) = rows(session)
    original = next(one for one in originals if one.recording_id == take)
    assert (original.sealed_under, film.sealed_under, document.sealed_under) == (take, take, dossier)
    key_store().destroy(people.candidate.id)
    assert sealed.opened(original.key, take) == sealed.opened(film.key, take) == content
    assert role_documents.get(document) == told_exam.PDF
    assert (original.cipher_size, object_store.size(original.key)) == (object_store.size(original.key),) * 2
    assert sorted(object_store.keys("recordings/")) == sorted((original.key, film.key)), "the old objects are gone"
    assert object_store.keys("role-documents/") == [document.key]
    session.commit()
    # The nine takes of which the store holds nothing stay as they are, and are told.
    assert reseal(lambda: None) == 0
    assert len(calls) == 12


def test_killed_before_the_row_changed_it_is_done_again(session, old, object_store, monkeypatch):
    take, _, content = old
    real = ObjectStore.put_file

    def put_and_die(self, key, path, content_type="application/octet-stream"):
        real(self, key, path, content_type)
        raise KeyboardInterrupt

    monkeypatch.setattr(ObjectStore, "put_file", put_and_die)
    with pytest.raises(KeyboardInterrupt):
        reseal(lambda: None)
    monkeypatch.setattr(ObjectStore, "put_file", real)
    assert reseal(lambda: None) == 3
    _, (film,), _ = rows(session)
    assert sealed.opened(film.key, take) == content
    assert len(object_store.keys("recordings/")) == 2
    session.commit()


def test_of_two_who_do_it_at_the_same_moment_none_loses_anything(session, old, object_store, monkeypatch):
    """As when a lease ran out on a worker that is only slow: the other one is done before this one has put anything."""
    take, _, content = old
    real, done = ObjectStore.put_file, []

    def put_when_another_was_first(self, key, path, content_type="application/octet-stream"):
        monkeypatch.setattr(ObjectStore, "put_file", real)
        done.append(reseal(lambda: None))
        return real(self, key, path, content_type)

    monkeypatch.setattr(ObjectStore, "put_file", put_when_another_was_first)
    assert (reseal(lambda: None), done) == (0, [3])
    originals, (film,), (document,) = rows(session)
    original = next(one for one in originals if one.recording_id == take)
    assert sealed.opened(original.key, take) == sealed.opened(film.key, take) == content
    assert object_store.size(original.key) == original.cipher_size
    assert role_documents.get(document) == told_exam.PDF
    assert sorted(object_store.keys("recordings/")) == sorted((original.key, film.key))
    assert object_store.keys("role-documents/") == [document.key]
    session.commit()
