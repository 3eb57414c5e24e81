"""Settings: the defaults work, what cannot be used is refused by name, production refuses what is unsafe."""

import base64
import re
import uuid
from pathlib import Path

import pytest

from storage.base.config import ConfigError, read
from storage.base.keys import key_store
from storage.base.objects import object_store
from storage.people import links
from webapp import create_app

KEY = base64.b64encode(bytes(range(32))).decode()
PRODUCTION = {
    "VIGNET_ENV": "production",
    "VIGNET_ORIGIN": "https://examen.voorbeeld.example",
    "VIGNET_SECRET_KEY": "a secret of its own",
    "VIGNET_S3_SECRET_KEY": "another secret",
    "VIGNET_MASTER_KEY": KEY,
    "VIGNET_DATABASE_URL": "postgresql+psycopg://vignet@database/vignet",
}


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """In a folder in which nothing was ever installed: settings are read from what one left too."""
    monkeypatch.chdir(tmp_path)


def test_without_any_variable_one_machine_is_described():
    settings = read({})
    assert settings.origin == "http://localhost:8000"
    assert settings.database_url == f"sqlite:///{Path('var').absolute()}/vignet.sqlite"
    assert settings.broker_url == settings.rate_limit_storage == "redis://127.0.0.1:8007/0"
    assert (settings.production, settings.whip, settings.media_mode) == (False, True, "accel")


def test_all_ports_follow_from_one():
    settings = read({"VIGNET_PORT": "9000"})
    assert settings.origin == "http://localhost:9000"
    assert settings.web_listen == "127.0.0.1:9001"
    assert settings.recorder_listen == "127.0.0.1:9002"
    assert settings.s3_endpoint == settings.s3_public_endpoint == "http://127.0.0.1:9003"
    assert settings.broker_url == "redis://127.0.0.1:9007/0"


def test_limits_are_counted_where_the_jobs_are_unless_that_keeps_no_counters(tmp_path):
    for broker, counted in (
        ("rediss://:geheim@valkey:6379/0", "rediss://:geheim@valkey:6379/0"),
        ("amqp://vignet:geheim@rabbitmq:5672//", "memory://"),
        ("sentinel://valkey:26379", "memory://"),
    ):
        assert read({"VIGNET_BROKER_URL": broker}).rate_limit_storage == counted
    file = tmp_path / "limits_url"
    file.write_text("redis://valkey:6379/1")
    told = {"VIGNET_BROKER_URL": "amqp://rabbitmq//", "VIGNET_RATE_LIMIT_STORAGE_FILE": str(file)}
    assert read(told).rate_limit_storage == "redis://valkey:6379/1"


def test_an_empty_variable_is_as_good_as_none():
    assert read({"VIGNET_PORT": "", "VIGNET_ICE_SERVERS": ""}) == read({})


def test_a_secret_may_come_from_a_file(tmp_path):
    file = tmp_path / "secret"
    file.write_text("from a file\n")
    assert read({"VIGNET_SECRET_KEY_FILE": str(file), "VIGNET_SECRET_KEY": "not this"}).secret_key == "from a file"


def test_lists_and_ranges_are_read():
    settings = read(
        {
            "VIGNET_RECORDER_ADDRESSES": " 192.0.2.10, 2001:db8::1 ,",
            "VIGNET_RECORDER_UDP_PORTS": "40000-49999",
            "VIGNET_ICE_SERVERS": '[{"urls": "turn:turn.voorbeeld.example", "username": "u", "credential": "p"}]',
            "VIGNET_MASTER_KEY": KEY,
            "VIGNET_RECORDER_ORIGINS": "https://*.voorbeeld.example/, https://een.example:8443",
        }
    )
    assert settings.recorder_origins == ("https://*.voorbeeld.example", "https://een.example:8443")
    assert settings.recorder_addresses == ("192.0.2.10", "2001:db8::1")
    assert settings.recorder_udp_ports == (40000, 49999)
    assert settings.ice_servers[0]["urls"] == "turn:turn.voorbeeld.example"
    assert settings.master_key == bytes(range(32))


@pytest.mark.parametrize(
    "name, value",
    [
        ("VIGNET_PORT", "eighty"),
        ("VIGNET_RECORDER_CAPACITY", "many"),
        ("VIGNET_ENV", "staging"),
        ("VIGNET_MEDIA_MODE", "proxy"),
        ("VIGNET_WHIP", "yes"),
        ("VIGNET_MASTER_KEY", "not base64!"),
        ("VIGNET_MASTER_KEY", base64.b64encode(bytes(16)).decode()),
        ("VIGNET_RECORDER_ORIGINS", "https://a.example; script-src *"),
        ("VIGNET_RECORDER_UDP_PORTS", "40000"),
        ("VIGNET_RECORDER_UDP_PORTS", "50000-40000"),
        ("VIGNET_RECORDER_UDP_PORTS", "80-90"),
        ("VIGNET_RECORDER_UDP_PORTS", "60000-70000"),
        ("VIGNET_ICE_SERVERS", "turn:turn.voorbeeld.example"),
        ("VIGNET_ICE_SERVERS", '{"urls": "turn:x"}'),
        ("VIGNET_ICE_SERVERS", '[{"url": "turn:x"}]'),
        ("VIGNET_SECRET_KEY_FILE", "/nowhere/at/all"),
        ("VIGNET_MAIL_URL", "mail.voorbeeld.example:587"),
        ("VIGNET_MAIL_URL", "https://mail.voorbeeld.example"),
        ("VIGNET_MAIL_URL", "smtp:///nowhere"),
        ("VIGNET_MAIL_TLS", "perhaps"),
        ("VIGNET_RECORDER_PRIVATE_PEERS", "yes"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(name, value):
    with pytest.raises(ConfigError, match=name):
        read({name: value})


def test_production_starts_when_all_is_safe():
    assert read(PRODUCTION).production


@pytest.mark.parametrize(
    "name, value",
    [
        ("VIGNET_SECRET_KEY", ""),
        ("VIGNET_SECRET_KEY", "only-for-development"),
        ("VIGNET_SECOND_FACTOR", "off"),
        ("VIGNET_MAIL_TLS", "off"),
        ("VIGNET_S3_SECRET_KEY", ""),
        ("VIGNET_MASTER_KEY", ""),
        ("VIGNET_ORIGIN", "http://examen.voorbeeld.example"),
        ("VIGNET_ORIGIN", ""),
        ("VIGNET_DATABASE_URL", ""),
        ("VIGNET_DATABASE_URL", "sqlite:////data/vignet.sqlite"),
        ("VIGNET_ICE_SERVERS", '[{"urls": ["turns:x"], "username": "u", "credential": "one for all"}]'),
        ("VIGNET_RECORDER_LISTEN", "0.0.0.0:8002"),
        ("VIGNET_RECORDER_LISTEN", "[::]:8002"),
        ("VIGNET_RECORDER_LISTEN", "9.9.9.9:8002"),
        ("VIGNET_RECORDER_LISTEN", "recorder.voorbeeld.example:8002"),
    ],
)
def test_production_refuses_what_is_unsafe(name, value):
    with pytest.raises(ConfigError, match=name):
        read({**PRODUCTION, name: value})


def test_turn_needs_its_secret_and_peers_inside_are_followed_on_one_machine_only():
    turn = {"VIGNET_ICE_SERVERS": '[{"urls": "TURN:x"}, {"urls": "stun:y"}]'}
    with pytest.raises(ConfigError, match="VIGNET_TURN_SECRET"):
        read(turn)
    assert read({**PRODUCTION, **turn, "VIGNET_TURN_SECRET": "s" * 32}).turn_secret == "s" * 32
    assert read({}).recorder_private_peers
    assert not read(PRODUCTION).recorder_private_peers
    assert read({**PRODUCTION, "VIGNET_RECORDER_PRIVATE_PEERS": "on"}).recorder_private_peers
    for listen in ("127.0.0.1:8002", "[::1]:8002", "172.30.84.1:8002", "localhost:8002"):
        assert read({**PRODUCTION, "VIGNET_RECORDER_LISTEN": listen}).production


def test_a_command_beside_a_running_installation_meets_it(environment, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "broker_password").write_text("a+b/c=")
    kept = tmp_path / "run" / "settings.json"
    kept.write_text('{"VIGNET_PORT": "9100", "VIGNET_ORIGIN": "http://examen.voorbeeld.example"}')
    settings = environment(VIGNET_DATA=str(tmp_path))
    assert settings.broker_url == "redis://:a%2Bb%2Fc%3D@127.0.0.1:9107/0"
    assert (settings.s3_endpoint, settings.origin) == ("http://127.0.0.1:9103", "http://examen.voorbeeld.example")
    assert environment(VIGNET_PORT="9200").s3_endpoint == "http://127.0.0.1:9203"
    kept.write_text("half")
    with pytest.raises(ConfigError, match=r"settings\.json"):
        environment(VIGNET_DATA=str(tmp_path))


def test_a_part_may_be_started_without_secrets_and_then_cannot_use_them(environment):
    given = {
        name: value for name, value in PRODUCTION.items() if name not in ("VIGNET_SECRET_KEY", "VIGNET_MASTER_KEY")
    }
    with pytest.raises(ConfigError, match="VIGNET_SECRET_KEY"):
        read(given)
    settings = environment(VIGNET_WITHOUT="SECRET_KEY,MASTER_KEY, S3_SECRET_KEY")
    assert (settings.secret_key, settings.master_key, settings.s3_secret_key) == ("", b"", "")
    for use, name in (
        (lambda: links._signature(uuid.uuid4()), "VIGNET_SECRET_KEY"),
        (key_store, "VIGNET_MASTER_KEY"),
        (object_store, "VIGNET_S3_SECRET_KEY"),
        (create_app, "VIGNET_SECRET_KEY"),
    ):
        with pytest.raises(ConfigError, match=name):
            use()
    assert read({**given, "VIGNET_WITHOUT": "SECRET_KEY,MASTER_KEY"}).production
    with pytest.raises(ConfigError, match="VIGNET_WITHOUT"):
        read({"VIGNET_WITHOUT": "SECOND_FACTOR"})


def test_every_variable_stands_in_the_manual():
    """`.env.example` is the manual: it names exactly the variables that the product and its edge read."""

    class Noted(dict):
        def get(self, name, default=None):
            asked.add(name)
            return default

    asked: set[str] = set()
    read(Noted())
    root = Path(__file__).parents[3]
    asked.update(re.findall(r"\{\$(\w+)", (root / "docker" / "edge" / "Caddyfile").read_text()))
    asked.update(re.findall(r'env\.get\("(VIGNET_\w+)"', (root / "docker" / "local" / "machine.py").read_text()))
    manual = (root / ".env.example").read_text()
    described = {
        line[1:].split("=")[0] for line in manual.splitlines() if line.startswith(("#VIGNET_", "#PROMETHEUS_"))
    }
    assert described == {name for name in asked if not name.endswith("_FILE")}
