"""What an image and a container are given: their own secrets, and nothing that lies beside the code."""

import fnmatch
import re
import subprocess

import pytest
from support.services import ROOT

COMPOSE = (ROOT / "docker" / "compose.yml").read_text()
SHARED, _, REST = COMPOSE.partition("\nservices:\n")
SERVICES = dict(re.findall(r"^  (\w+):\n((?:    .*\n|\n)+)", REST.partition("\nvolumes:")[0], re.M))
ALL = {"database_url", "broker_url", "secret_key", "master_key", "s3_secret_key", "turn_secret"}
GIVEN = {
    "edge": set(),
    "migrate": {"database_url", "turn_secret"},
    "web": ALL,
    "office": ALL,
    "recorder": ALL - {"secret_key"},
    "media": ALL - {"secret_key"},
    "sealer": ALL | {"audit_key"},
    "beat": {"database_url", "broker_url", "turn_secret"},
    "database": {"database_password"},
    "valkey": {"valkey_conf"},
    "s3": {"s3_secret_key"},
    "turn": {"turn_secret"},
}


def _of(service: str, what: str) -> str | None:
    """This key of the service, or of what it shares with others when it does not say."""
    own = re.search(rf"^    {what}: (.*)$", SERVICES[service], re.M)
    shared = re.search(rf"^  {what}: (.*)$", SHARED, re.M) if "<<: *vignet" in SERVICES[service] else None
    found = own or shared
    return found[1] if found else None


def test_all_services_are_known():
    assert set(SERVICES) == set(GIVEN)


@pytest.mark.parametrize("service", GIVEN)
def test_a_service_has_its_own_secrets_and_no_other(service):
    assert set(re.findall(r"\w+", _of(service, "secrets"))) == GIVEN[service]
    inherits = "<<: *vignet" in SERVICES[service] and not re.search(r"^    environment:", SERVICES[service], re.M)
    told = SERVICES[service] + (SHARED if inherits or "<<: *settings" in SERVICES[service] else "")
    read = set(re.findall(r"VIGNET_\w+_FILE: /run/secrets/(\w+)", told))
    assert read <= GIVEN[service]
    if service in ("migrate", "recorder", "media", "beat"):
        without = re.search(r"VIGNET_WITHOUT: (.*)", SERVICES[service])[1].lower().split(",")
        assert set(without) == {"secret_key", "master_key", "s3_secret_key"} - GIVEN[service]


@pytest.mark.parametrize("service", GIVEN)
def test_only_the_edge_can_be_reached_and_the_parts_have_a_network_of_their_own(service):
    assert bool(re.search(r"^    ports:", SERVICES[service], re.M)) == (service == "edge")
    if service in ("recorder", "turn"):
        assert _of(service, "network_mode") == "host"
        return
    assert "inside" in (_of(service, "networks") or "")
    assert ("outside" in _of(service, "networks")) == (service in ("edge", "office", "sealer"))
    assert re.search(r"^  inside: \{ internal: true", REST, re.M)


def test_the_secrets_are_made_closed_and_fit_each_other(tmp_path):
    place = tmp_path / "docker"
    place.mkdir()
    (place / "secrets.sh").write_text((ROOT / "docker" / "secrets.sh").read_text())
    made = {}
    for _ in range(2):
        subprocess.run(["sh", place / "secrets.sh"], check=True, capture_output=True)
        now = {path.name: path.read_text() for path in (place / "secrets").iterdir()}
        assert now == (made or now), "what exists is left alone"
        made = now
    assert set(made) == set().union(*GIVEN.values())
    assert {path.stat().st_mode & 0o777 for path in (place / "secrets").iterdir()} == {0o600}
    assert made["broker_url"] == f"redis://:{made['valkey_conf'].removeprefix('requirepass ')}@valkey:6379/0"
    assert made["database_password"] in made["database_url"]
    assert len(made["turn_secret"]) == 64


@pytest.mark.parametrize(
    ("path", "goes_in"),
    [
        ("requirements.txt", True),
        ("webapp/app.py", True),
        ("docker/Caddyfile", True),
        ("docker/local/swift_s3.py", True),
        ("docker/secrets/master_key", False),
        ("docker/production.env", False),
        (".git/config", False),
        (".env", False),
        ("docker/.env", False),
        ("var/secrets/master_key", False),
        ("tests/conftest.py", False),
        ("demo/commands.py", False),
        (".venv/bin/python", False),
        ("webapp/tls.key", False),
    ],
)
def test_no_secret_lies_in_the_image(path, goes_in):
    inside = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#"):
            pattern = line.removeprefix("!").removeprefix("**/")
            parts = [path, *(path[: at.start()] for at in re.finditer("/", path))]
            names = [*parts, *path.split("/")] if "**/" in line else parts
            if any(fnmatch.fnmatchcase(name, pattern) for name in names):
                inside = line.startswith("!")
    assert inside == goes_in
