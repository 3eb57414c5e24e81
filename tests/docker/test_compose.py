"""What an image and a container are given: their own secrets, and nothing that lies beside the code."""

import fnmatch
import re
import subprocess

import pytest
import yaml
from support.services import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker" / "compose.yml").read_text())
SERVICES = COMPOSE["services"]
ALL = {"database_url", "broker_url", "limits_url", "secret_key", "master_key", "s3_secret_key", "turn_secret"}
GIVEN = {
    "edge": set(),
    "prepare": {"database_url", "s3_secret_key", "turn_secret"},
    "web-1": ALL,
    "web-2": ALL,
    "office": ALL,
    "recorder": ALL - {"secret_key", "limits_url"},
    "media": ALL - {"secret_key", "limits_url"},
    "sealer": ALL | {"audit_key"},
    "backup": ALL | {"backup_key"},
    "beat": {"database_url", "broker_url", "turn_secret"},
    "database": {"database_password"},
    "valkey": {"valkey_conf"},
    "s3": {"s3_secret_key"},
    "turn": {"turn_secret"},
}
OURS = set(GIVEN) - {"database", "valkey", "turn"}


OTHERS = [yaml.safe_load((ROOT / "docker" / f"compose.{name}.yml").read_text()) for name in ("rabbitmq", "pgbouncer")]
"""What COMPOSE_FILE may add."""


def files_of(other: dict) -> set[str]:
    return {secret["file"].removeprefix("secrets/") for secret in other["secrets"].values()}


@pytest.mark.parametrize("other", OTHERS, ids=["rabbitmq", "pgbouncer"])
def test_another_part_is_inside_alone_and_its_address_takes_the_place_of_ours(other):
    """Nothing of a service changes but what it waits for, and the names that the recorder, on the host, is told."""
    new = {name: service for name, service in other["services"].items() if name not in SERVICES}
    assert len(new) == 1
    for name, service in new.items():
        assert list(service["networks"]) == ["inside"] and "ports" not in service
        assert service["restart"] == "unless-stopped" and service["mem_limit"] and service["logging"]["options"]
        address = service["networks"]["inside"]["ipv4_address"]
        assert other["services"]["recorder"]["extra_hosts"] == [f"{name}:{address}"]
        assert address not in (ROOT / "docker" / "compose.yml").read_text()
    for name in set(other["services"]) - set(new):
        assert set(other["services"][name]) <= {"depends_on", "extra_hosts"}
    (given,) = set(other["secrets"]) & set(COMPOSE["secrets"])
    assert given in ("broker_url", "database_url")


def test_a_new_version_leaves_the_edge_running():
    """Its image is not named after the version, what it is told lies beside it, and the script asks it to read anew."""
    edge, script = SERVICES["edge"], (ROOT / "docker" / "deploy.sh").read_text()
    assert "VIGNET_VERSION" not in str({name: value for name, value in edge.items() if name != "build"})
    assert "./edge:/edge:ro" in edge["volumes"] and "/edge/Caddyfile" in edge["command"]
    assert "caddy reload" in script and edge["environment"]["VIGNET_EDGE_ADMIN"].partition("|")[0] in script


def test_all_services_are_known():
    assert set(SERVICES) == set(GIVEN)


@pytest.mark.parametrize("service", GIVEN)
def test_a_service_has_its_own_secrets_and_no_other(service):
    assert set(SERVICES[service]["secrets"]) == GIVEN[service]
    told = SERVICES[service].get("environment", {})
    read = {value.removeprefix("/run/secrets/") for value in told.values() if value.startswith("/run/secrets/")}
    assert read <= GIVEN[service]
    if service in ("prepare", "recorder", "media", "beat"):
        without = told["VIGNET_WITHOUT"].lower().split(",")
        assert set(without) == {"secret_key", "master_key", "s3_secret_key"} - GIVEN[service]


@pytest.mark.parametrize("service", GIVEN)
def test_only_the_edge_can_be_reached_and_the_parts_have_a_network_of_their_own(service):
    assert ("ports" in SERVICES[service]) == (service == "edge")
    if service in ("recorder", "turn"):
        assert SERVICES[service]["network_mode"] == "host"
        return
    assert "inside" in SERVICES[service]["networks"]
    assert ("outside" in SERVICES[service]["networks"]) == (service in ("edge", "office", "sealer"))
    assert COMPOSE["networks"]["inside"]["internal"] is True


@pytest.mark.parametrize("service", GIVEN)
def test_a_service_comes_back_and_fills_neither_memory_nor_disk(service):
    """A host that starts anew brings all up; only what ends by itself is not started again."""
    assert SERVICES[service]["restart"] == ("no" if service in ("prepare", "backup") else "unless-stopped")
    assert SERVICES[service]["mem_limit"]
    assert set(SERVICES[service]["logging"]["options"]) == {"max-size", "max-file"}


@pytest.mark.parametrize("service", sorted(OURS))
def test_what_is_mounted_belongs_to_the_user_of_the_image(service):
    """A new volume takes its owner from the folder of the image that it covers; a tmpfs may not cover it again."""
    image = (ROOT / "docker" / "Dockerfile").read_text()
    owned = re.search(r"install -d -o vignet -g vignet -m 700 (.*)", image)[1].split()
    volumes = [volume for volume in SERVICES[service].get("volumes", []) if not volume.startswith("./")]
    mounted = [volume.partition(":")[2] for volume in volumes]
    assert set(mounted) <= set(owned) - {"/data"}
    assert [path.partition(":")[0] for path in SERVICES[service]["tmpfs"]] == ["/tmp", "/data"]


def test_no_check_of_health_waits_for_a_shell_that_is_not_there():
    for name, service in SERVICES.items():
        check = service.get("healthcheck", {}).get("test", [])
        assert check[:1] != ["CMD"] or not any("$" in word for word in check), name


def test_another_store_changes_settings_alone():
    example = (ROOT / "docker" / "production.env.example").read_text()
    assert "COMPOSE_PROFILES=s3\n" in example and SERVICES["s3"]["profiles"] == ["s3"]
    for name in OURS - {"s3", "beat"}:
        assert SERVICES[name]["environment"]["VIGNET_S3_ENDPOINT"] == "${VIGNET_S3_ENDPOINT:-http://s3:8080}", name
        assert SERVICES[name].get("depends_on", {}).get("s3", {"required": False})["required"] is False
    on_the_network = {name for name in OURS if "store" in SERVICES[name].get("networks", [])}
    assert on_the_network == OURS - {"beat", "recorder"}
    assert COMPOSE["networks"]["store"]["internal"] == "${VIGNET_S3_INSIDE:-true}"


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
    assert set(made) == set().union(*GIVEN.values(), *(files_of(other) for other in OTHERS), {"rabbitmq_password"})
    # A container's user reads one file; nobody else on the host gets into the folder.
    assert (place / "secrets").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (place / "secrets").iterdir()} == {0o444}
    assert made["broker_url"] == f"redis://:{made['valkey_conf'].removeprefix('requirepass ')}@valkey:6379/0"
    assert made["limits_url"] == made["broker_url"]
    assert made["rabbitmq_conf"].splitlines()[1] == f"default_pass = {made['rabbitmq_password']}"
    assert f":{made['rabbitmq_password']}@rabbitmq:" in made["rabbitmq_url"]
    assert made["pgbouncer_users"] == f'"vignet" "{made["database_password"]}"'
    assert made["pgbouncer_url"] == made["database_url"].replace("@database/", "@pgbouncer:6432/")
    assert made["database_password"] in made["database_url"]
    assert len(made["turn_secret"]) == 64


@pytest.mark.parametrize(
    ("path", "goes_in"),
    [
        ("requirements.txt", True),
        ("webapp/app.py", True),
        ("docker/edge/Caddyfile", True),
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
