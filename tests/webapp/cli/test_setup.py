"""`flask setup` and `flask schemes` on an empty installation: all that is wrong at once, or all of it kept."""

import re
import tomllib
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import func, select
from support import cast, services

from storage import set_up
from storage.base.config import ALONE, ConfigError
from storage.base.database import session_scope
from storage.people import institution
from storage.people.people import Person, Role
from storage.schemes import Scheme
from webapp import serving

pytestmark = pytest.mark.one_database

EXAMPLE = services.ROOT / "docker" / "institution.example.toml"
CONTENT = services.ROOT / "scenarios"


@pytest.fixture
def flask(app):
    run = app.test_cli_runner()
    return lambda *words, **more: run.invoke(args=[str(word) for word in words], **more)


def edited(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = EXAMPLE.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "own.toml"
    path.write_text(text)
    return path


def test_a_file_sets_everything_up_and_may_be_read_again(flask, installation, visit):
    for again in (False, True):
        done = flask("setup", "--file", EXAMPLE)
        assert done.exit_code == 0, done.output
        links = re.findall(rf"{installation.origin}(/welkom/\S+)", done.output)
        assert len(links) == 2
        with session_scope(writes=False) as session:
            assert institution.of(session).missing == []
            officers = session.scalars(select(Person)).all()
            assert [one.roles(cast.NOW.replace(year=2099)) for one in officers] == [{Role.KSF_OFFICER}] * 2
            mails = sorted((installation.data / "mail").glob("*.eml"))
        assert len(mails) == 1 + again
        mail = message_from_bytes(mails[0].read_bytes())
        assert (mail["To"], mail["From"]) == (
            "bureau@ksf.example",
            "Bureau Voorbeeldinstituut <bureau@ksf.example>",
        )
    assert visit().get(links[0]).status_code == 200


def test_all_that_is_wrong_with_a_file_is_told_and_nothing_changes(flask, tmp_path):
    path = edited(
        tmp_path,
        ('kvk_number = "12345678"', 'kvk_number = "123"'),
        ("NL91ABNA0417164300", "NL91ABNA0417164301"),
        ("#0d5c59", "#ffdd00"),
        ('mail = "bea@ksf.example"', 'mail = "bea"'),
        ('# logo = "logo.png"', 'logo = "weg.png"'),
        ("telephone", "telefoon"),
    )
    done = flask("setup", "--file", path)
    assert done.exit_code == 1
    lines = [line for line in done.output.splitlines() if line.startswith("- ")]
    for start in ("- logo: ", "- telefoon: ", "- telephone: ", "- kvk_number: ", "- iban: ", "- colour: ", "- bea: "):
        assert any(line.startswith(start) for line in lines), (start, lines)
    assert "contrast 1,3:1" in done.output
    assert f"{len(lines)} dingen kloppen niet; er is niets veranderd." in done.output
    with session_scope(writes=False) as session:
        assert institution.of(session).changed_at is None
        assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_one_officer_is_not_enough_and_twice_the_same_is_one(flask, tmp_path):
    done = flask("setup", "--file", edited(tmp_path, ("bea@ksf.example", "Bo@ksf.example")))
    assert done.exit_code == 1
    assert "twee medewerkers hebben hetzelfde adres" in done.output
    assert "noem twee medewerkers" in done.output


@pytest.mark.parametrize("text", ["name = ", "\x00", "[[officers]]\nname = 1\n", "officers = 3\n"])
def test_what_is_no_such_file_is_told(flask, tmp_path, text):
    path = tmp_path / "own.toml"
    path.write_text(text)
    done = flask("setup", "--file", path)
    assert done.exit_code == 1
    assert "er is niets veranderd" in done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)


def test_it_asks_until_the_answer_can_be_used_and_offers_what_is_known(flask):
    values = tomllib.loads(EXAMPLE.read_text())
    officers = values.pop("officers")
    answers = []
    for name, value in values.items():
        answers += (["#ffdd00"] if name == "colour" else ["12"] if name == "kvk_number" else []) + [value]
    answers.append("")
    for one in officers:
        answers += [one["name"], "geen adres", one["mail"]]
    order = list(institution.LIMITS)
    assert list(values) == order, "the example is in the order of the questions"
    done = flask("setup", "--no-mail", input="\n".join(answers) + "\n")
    assert done.exit_code == 0, done.output
    assert "Een KvK-nummer heeft acht cijfers." in done.output
    assert "te licht" in done.output
    with session_scope(writes=False) as session:
        assert institution.of(session).values == values
    again = flask("setup", "--no-mail", input="\n" * (len(order) + 1))
    assert again.exit_code == 0, again.output
    with session_scope(writes=False) as session:
        assert institution.of(session).values == values


def test_a_mail_server_that_is_away_is_told_and_the_rest_is_kept(flask, environment):
    environment(VIGNET_MAIL_URL=f"smtp://127.0.0.1:{services.free_ports(1)}")
    done = flask("setup", "--file", EXAMPLE)
    assert done.exit_code == 1
    assert "De proefmail aan bureau@ksf.example is niet verstuurd (ConnectionRefusedError)" in done.output
    with session_scope(writes=False) as session:
        assert institution.of(session).missing == []


def test_schemes_are_checked_added_once_and_numbered(flask, tmp_path):
    assert "Er zijn nog geen reglementen" in flask("schemes", "list").output
    checked = flask("schemes", "check", CONTENT)
    assert checked.exit_code == 0, checked.output
    with session_scope(writes=False) as session:
        assert session.scalar(select(func.count()).select_from(Scheme)) == 0
    for said in ("in gebruik genomen", "stond er al"):
        done = flask("schemes", "add", CONTENT / "branchecertificaat_b")
        assert (done.exit_code, said in done.output) == (0, True), done.output
    other = tmp_path / "scheme.toml"
    other.write_bytes((CONTENT / "branchecertificaat_b" / "scheme.toml").read_bytes() + b"\n")
    assert "branchecertificaat_b nummer 2, in gebruik genomen" in flask("schemes", "add", other).output
    listed = flask("schemes", "list").output.splitlines()
    assert [line.split()[:2] for line in listed] == [["branchecertificaat_b", "1"], ["branchecertificaat_b", "2"]]


def test_each_of_the_five_exams_is_taken_into_use(flask):
    folders = sorted(one.parent for one in CONTENT.glob("*/scheme.toml"))
    added = flask("schemes", "add", *folders)
    assert (len(folders), added.exit_code, added.output.count("in gebruik genomen")) == (5, 0, 5), added.output


def test_all_that_is_wrong_with_any_scheme_is_told_and_none_is_added(flask, tmp_path):
    good = (CONTENT / "branchecertificaat_b" / "scheme.toml").read_text()
    for name, text in {
        "a": good,
        "b": good.replace("answer_s = ", 'answer_s = "x" #').replace("objection_weeks", "bezwaarweken"),
        "c": "geen toml",
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "scheme.toml").write_text(text)
    (tmp_path / "leeg").mkdir()
    for verb in ("check", "add"):
        done = flask("schemes", verb, tmp_path, tmp_path / "leeg")
        assert done.exit_code == 1
        problems = [line for line in done.output.splitlines() if line.startswith("- ")]
        for part in ("/b/scheme.toml: sitting.answer_s", "bezwaarweken: is onbekend", "/c/scheme.toml: ", "leeg: hier"):
            assert any(part in line for line in problems), (part, problems)
        assert any("Geef er één per keer" in line for line in problems)
        assert f"{len(problems)} problemen; er is niets veranderd." in done.output
    with session_scope(writes=False) as session:
        assert session.scalar(select(func.count()).select_from(Scheme)) == 0


def test_production_starts_only_when_it_is_set_up_and_says_what_is_missing(flask, environment, installation):
    assert serving.serve() is not None, "elsewhere it may be tried out before"
    settings = {"production": True, "rate_limit_storage": "redis://valkey:6379/0"}
    production = type("Settings", (), settings)()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(serving, "config", lambda: production)
        with pytest.raises(ConfigError) as refused:
            serving.serve()
        for part in ("telephone", "iban", "officers", "schemes", "flask --app webapp setup", "schemes add PATH"):
            assert part in str(refused.value)
        flask("setup", "--no-mail", "--file", EXAMPLE)
        with pytest.raises(ConfigError) as refused:
            serving.serve()
        assert "set up: schemes missing. Run `flask --app webapp schemes add PATH`" in str(refused.value)
        flask("schemes", "add", CONTENT / "branchecertificaat_b")
        assert serving.serve() is not None
        # Several processes, each counting for itself, would let guess as often as there are of them.
        production.rate_limit_storage = ALONE
        with pytest.raises(
            ConfigError, match=r"VIGNET_RATE_LIMIT_STORAGE: production needs .* that all web apps share"
        ):
            serving.serve()
    with session_scope(writes=False) as session:
        assert set_up.missing(session, cast.NOW.replace(year=2099)) == []
