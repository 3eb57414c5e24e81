"""Safe Exam Browser: keys and hashes that three other implementations agree on, and settings on which they do not."""

import plistlib
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from scenarios.theory.safe_exam_browser import (
    Asked,
    Check,
    SettingError,
    config_key,
    configuration,
    request_hash,
    seb_json,
    settings,
)

START = "https://toets.voorbeeld.example/theorie/start"
FIRST = {
    "startURL": START,
    "sendBrowserExamKey": True,
    "originatorVersion": "x",
    "allowQuit": False,
    "browserWindowWebView": 3,
}
FIRST_KEY = "a64d54dde581539847e746712c937735ca77deeb5e5f71abd6ab8f29e466105c"
SECOND = {
    "startURL": START,
    "urlFilterRegex": True,
    "URLFilterEnable": True,
    "URLFilterRules": [
        {"regex": True, "expression": r"^https://toets\.voorbeeld\.example/.*$", "active": True, "action": 1}
    ],
    "examKeySalt": bytes(range(32)),
    "browserWindowTitleSuffix": "Toets café",
}
SECOND_KEY = "aa68264e0c158a7c5faa8050c021f3bbbcaac1867fda9243d2576910287387d6"


@pytest.mark.parametrize(
    "chosen, key, address, sent",
    [
        (FIRST, FIRST_KEY, START, "1f720b2b58f1309b"),
        (SECOND, SECOND_KEY, "https://toets.voorbeeld.example/theorie/vraag/7?vlag=1", "e70a88abb236d875"),
    ],
)
def test_keys_and_hashes_are_those_of_other_implementations(chosen, key, address, sent):
    assert config_key(chosen) == key
    assert request_hash(address, key).startswith(sent)
    assert request_hash(f"{address}#boven", key).startswith(sent)


def test_the_settings_of_a_test_have_the_key_that_another_implementation_reads_from_the_file():
    # Computed by certible/seb-node 1.1.0 from the file itself, read by the npm package plist.
    origin = "https://examen.voorbeeld.example"
    pages = [f"{origin}/{path}*" for path in ("online-toets", "static/", "inloggen", "instelling/", "uitloggen")]
    salt = sha256(b"Safe Exam Browser 1").digest()
    key = config_key(settings(f"{origin}/online-toets", f"{origin}/online-toets/klaar", pages, salt))
    assert key == "f76067db4f3912b39a4320b912e0e8629c6b2cbfcf1c01afd2d235a5f77eac48"
    assert request_hash(f"{origin}/online-toets?x=1", key).startswith("a415783759ca53e2")


def test_a_hash_needs_no_settings_of_ours():
    # Settings with a real number and an empty dictionary, which are never written here, come to this key.
    key = "2d1d55ba898555785fe2c8b561a2e1aad2d17cf9aeb9a4d90ddd5cd5d5faf7d6"
    assert request_hash("https://toets.voorbeeld.example/", key).startswith("6b1cad3b4b27dcc1")


def test_the_file_gives_the_settings_back_and_so_the_same_key():
    for chosen, key in ((FIRST, FIRST_KEY), (SECOND, SECOND_KEY)):
        data = configuration(chosen)
        assert data.startswith(b"<?xml")
        assert config_key(plistlib.loads(data)) == key


def test_keys_are_sorted_without_capitals_at_every_level_and_nothing_is_escaped():
    chosen = {"b": [{"Z": "a/b\\c", "y": 1}], "A": b"\0\xff", "originatorVersion": "3", "c": []}
    assert seb_json(chosen) == '{"A":"AP8=","b":[{"y":1,"Z":"a/b\\c"}],"c":[]}'


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        0.2,
        datetime(2026, 1, 1, tzinfo=UTC),
        None,
        'een "woord"',
        "twee\nregels",
        "een\ttab",
        "een\0nul",
        2**31,
        -(2**31) - 1,
        {},
        [{}],
        [[1.5]],
        {"a": 1, "A": 2},
        {"met spatie": 1},
        {"é": 1},
    ],
)
def test_a_value_on_which_clients_disagree_is_refused(value):
    for make in (config_key, configuration):
        with pytest.raises(SettingError):
            make({"iets": value})


def test_the_settings_of_a_test_make_a_file_and_a_key():
    salt = bytes(range(32))
    chosen = settings(START, "https://toets.voorbeeld.example/theorie/klaar", ["toets.voorbeeld.example/*"], salt)
    file = plistlib.loads(configuration(chosen))
    assert (file["sendBrowserExamKey"], file["examKeySalt"], file["allowQuit"]) == (True, salt, False)
    assert [one["expression"] for one in file["URLFilterRules"]] == ["toets.voorbeeld.example/*"]
    with_password = settings(START, START, [], salt, "ab" * 32)
    assert with_password["allowQuit"] and with_password["hashedQuitPassword"] == "ab" * 32
    keys = {config_key(one) for one in (chosen, with_password, {**chosen, "examKeySalt": bytes(32)})}
    assert len(keys) == 3


@pytest.mark.parametrize(
    "start, salt", [("http://toets.example/", bytes(32)), ("https:", bytes(32)), (START, b""), (START, bytes(31))]
)
def test_settings_without_https_or_with_another_salt_are_refused(start, salt):
    with pytest.raises(ValueError):
        settings(start, START, [], salt)


@pytest.mark.parametrize("password", ["geheim", "", "AB" * 32, "ab" * 31])
def test_a_password_itself_never_comes_into_the_file(password):
    with pytest.raises(ValueError, match="SHA-256"):
        settings(START, START, [], bytes(32), password)


HASH = request_hash(START, FIRST_KEY)
EXAM_KEYS = ("11" * 32, "22" * 32)
EXAM_HASH = request_hash(START, EXAM_KEYS[1])


@pytest.mark.parametrize(
    "asked, config_hash, exam_hash, found",
    [
        (Asked(FIRST_KEY), HASH, None, Check.RIGHT),
        (Asked(FIRST_KEY), HASH.upper(), "onzin", Check.RIGHT),
        (Asked(FIRST_KEY), request_hash(START, SECOND_KEY), None, Check.WRONG),
        (Asked(FIRST_KEY), request_hash(f"{START}?a=1", FIRST_KEY), None, Check.WRONG),
        (Asked(FIRST_KEY), FIRST_KEY, None, Check.WRONG),
        (Asked(FIRST_KEY), "é", None, Check.WRONG),
        (Asked(FIRST_KEY), None, EXAM_HASH, Check.ABSENT),
        (Asked(FIRST_KEY), "", None, Check.ABSENT),
        (Asked(None, EXAM_KEYS), None, EXAM_HASH, Check.RIGHT),
        (Asked(None, EXAM_KEYS), None, HASH, Check.WRONG),
        (Asked(FIRST_KEY, EXAM_KEYS), HASH, EXAM_HASH, Check.RIGHT),
        (Asked(FIRST_KEY, EXAM_KEYS), HASH, None, Check.ABSENT),
        (Asked(FIRST_KEY, EXAM_KEYS), None, HASH, Check.WRONG),
        (Asked(None), None, None, Check.RIGHT),
    ],
)
def test_what_is_asked_is_judged_and_nothing_else(asked, config_hash, exam_hash, found):
    assert asked.check(START, config_hash, exam_hash) is found


def test_a_bare_sign_at_the_end_of_an_address_may_be_kept_by_the_browser():
    from hashlib import sha256

    kept = sha256(f"{START}#{FIRST_KEY}".encode()).hexdigest()
    assert Asked(FIRST_KEY).check(START, kept, None) is Check.RIGHT
