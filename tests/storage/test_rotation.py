"""Another master key: what was recorded before plays after, everybody gets in, and the old one opens nothing."""

import base64
import uuid

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from support import cast, told_exam

from scenarios.sitting import Stage
from storage.base.audit import AuditEvent
from storage.base.config import config
from storage.base.database import session_scope
from storage.base.keys import BROWSERS, KeyGone, KeyStore, Tampered, key_store
from storage.base.objects import object_store
from storage.certificates import signing_keys
from storage.certificates.signing_keys import SigningKey
from storage.exam import emergency
from storage.people.second_factor import SecondFactor, begin_second_factor
from storage.schemes import Pack
from webapp.cli.recordings import verify
from webapp.cli.rotation import rotate_master_key

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


def text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def told(*words: str):
    return CliRunner().invoke(rotate_master_key, words)


@pytest.fixture
def filled(session, people, object_store, environment):
    """An exam with films, a signing key, a second step and a browser key, all under the old master key."""
    environment(VIGNET_MASTER_KEY=text(OLD))
    told = told_exam.told(session, people)
    for take in told_exam.takes_of(session, told)[2:]:
        take.erased_at = cast.NOW
    signing_keys.rotate(session, None, cast.NOW)
    begin_second_factor(session, people.officer, cast.NOW)
    session.commit()
    key_store().browser_key(people.candidate.id)
    return people


def secrets() -> list:
    with session_scope(writes=False) as session:
        keys = [one.private().as_dict(private=True) for one in session.scalars(select(SigningKey))]
        return [*keys, *(one.secret for one in session.scalars(select(SecondFactor)))]


def test_all_opens_after_and_nothing_with_the_old_one(filled, environment):
    before = secrets(), key_store().browser_key(filled.candidate.id)
    environment(VIGNET_MASTER_KEY=text(NEW), VIGNET_MASTER_KEY_OTHER=text(OLD))
    # Before anything was wrapped anew the system goes on, and what is made is under the new one.
    assert (secrets(), key_store().browser_key(filled.candidate.id)) == before
    made = uuid.uuid4()
    key_store().get_or_create(made)
    KeyStore(config().keys, NEW).get(made)
    there = len(key_store().owners())
    done = told()
    assert done.exit_code == 0, done.output
    assert f"{there - 1} keys and 2 secrets" in done.stdout
    assert "0 keys and 0 secrets" in told().stdout
    environment(VIGNET_MASTER_KEY=text(NEW), VIGNET_MASTER_KEY_OTHER="")
    assert (secrets(), key_store().browser_key(filled.candidate.id)) == before
    assert CliRunner().invoke(verify, ["--all"]).exit_code == 0
    old = KeyStore(config().keys, OLD)
    for owner in old.owners():
        with pytest.raises(Tampered):
            old.get(owner)
    with session_scope(writes=False) as session:
        for sealed, owner in session.execute(select(SigningKey.sealed, SigningKey.id)):
            with pytest.raises(Tampered):
                old.unseal(sealed, owner)
        verbs = session.scalars(select(AuditEvent.verb).where(AuditEvent.subject_kind == "key_rotation")).all()
        assert verbs == ["master_key_rotated"] * 2


def test_a_killed_rotation_goes_on(filled, environment, monkeypatch):
    environment(VIGNET_MASTER_KEY=text(NEW), VIGNET_MASTER_KEY_OTHER=text(OLD))
    there, real, done = len(key_store().owners()), KeyStore.rewrap, []

    def die_at_the_fourth(store, owner):
        done.append(owner)
        if len(done) == 4:
            raise KeyboardInterrupt
        return real(store, owner)

    monkeypatch.setattr(KeyStore, "rewrap", die_at_the_fourth)
    assert told().exit_code != 0
    assert f"{there - 3} keys and 2 secrets" in told().stdout


def test_a_key_that_is_destroyed_meanwhile_does_not_come_back(filled, environment, monkeypatch):
    environment(VIGNET_MASTER_KEY=text(NEW), VIGNET_MASTER_KEY_OTHER=text(OLD))
    victim, real = key_store().owners()[-1], KeyStore.rewrap

    def destroy_and_rewrap(store, owner):
        if owner == victim:
            KeyStore(config().keys, NEW).destroy(victim)
        return real(store, owner)

    monkeypatch.setattr(KeyStore, "rewrap", destroy_and_rewrap)
    assert told().exit_code == 0
    with pytest.raises(KeyGone):
        key_store().get(victim)


def test_what_opens_with_neither_is_named(filled, environment):
    strange = uuid.uuid4()
    KeyStore(config().keys, bytes([9]) * 32).get_or_create(strange)
    environment(VIGNET_MASTER_KEY=text(NEW), VIGNET_MASTER_KEY_OTHER=text(OLD))
    done = told()
    assert done.exit_code == 1 and f"key {strange} opens with neither" in done.stderr


@pytest.mark.parametrize("other", ["", text(NEW)])
def test_one_master_key_is_not_enough(installation, environment, other):
    environment(VIGNET_MASTER_KEY=text(NEW), VIGNET_MASTER_KEY_OTHER=other)
    done = told()
    assert done.exit_code == 1 and "VIGNET_MASTER_KEY_OTHER" in done.stderr


def test_browsers_get_other_keys_when_nobody_is_at_the_exam(filled, session, environment, tmp_path):
    before = key_store().browser_key(filled.candidate.id)
    pack = session.scalars(select(Pack)).one()
    sitting = cast.begin(cast.sitting(session, filled, candidate=filled.second_candidate, pack_row=pack))
    session.commit()
    assert "1 exams are going on" in told("--browsers").stderr
    sitting.stage = Stage.EXPIRED
    session.commit()
    (tmp_path / "file").write_bytes(b"x")
    object_store().put_file(emergency.key_of(uuid.uuid4()), tmp_path / "file")
    assert "1 emergency files wait" in told("--browsers").stderr
    object_store().delete_all(object_store().keys(emergency.FOLDER))
    assert told("--browsers").exit_code == 0
    assert key_store().browser_key(filled.candidate.id) != before
    assert OLD not in (key_store().get(BROWSERS),)
