"""The manifests of docker/kubernetes/ say the same of each part as compose does, and what a cluster may not forget.

That they are right for Kubernetes itself is asked of its own schemas by `make kubernetes`.
"""

import re

import pytest
import yaml
from support.services import ROOT
from test_compose import COMPOSE, GIVEN, SERVICES

FOLDER = ROOT / "docker" / "kubernetes"
DOCUMENTS = [one for path in sorted(FOLDER.glob("*.yaml")) for one in yaml.safe_load_all(path.read_text())]
PODS = {
    one["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"]: one
    for one in DOCUMENTS
    if "template" in one.get("spec", {})
}
LIKE = {"web": "web-1"}
ONE_OF_THEM = ("sealer", "beat")


def named(kind: str) -> dict[str, dict]:
    return {one["metadata"]["name"]: one for one in DOCUMENTS if one["kind"] == kind}


def container(part: str) -> dict:
    (found,) = PODS[part]["spec"]["template"]["spec"]["containers"]
    return found


def test_every_part_of_compose_has_a_manifest():
    """Database, broker, store and relay are the cluster's own, or somebody else's."""
    assert set(PODS) == set(SERVICES) - {"web-1", "web-2", "database", "valkey", "s3", "turn", "backup"} | {"web"}
    assert PODS["web"]["spec"]["replicas"] == 2
    files = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"]
    assert sorted(files) == sorted(path.name for path in FOLDER.glob("*.yaml") if path.name != "kustomization.yaml")


@pytest.mark.parametrize("part", PODS)
def test_a_part_is_given_what_compose_gives(part):
    ours, theirs = container(part), SERVICES[LIKE.get(part, part)]
    # Compose keeps the edge running while a new version comes, by an image of its own name and a file beside it.
    beside = {"vignet-edge": "vignet", "/edge/Caddyfile": "docker/edge/Caddyfile"} if part == "edge" else {}
    image, command = theirs["image"].partition(":")[0], theirs.get("command")
    assert ours["image"].partition(":")[0] == beside.get(image, image)
    assert ours.get("args") == (command and [beside.get(word, word) for word in command])
    told = {one["name"]: one.get("value") for one in ours.get("env", [])}
    if part == "edge":
        assert not told and ours["envFrom"] == [{"configMapRef": {"name": "vignet-edge"}}]
    else:
        asked = {name: value for name, value in theirs["environment"].items() if name != "VIGNET_S3_ENDPOINT"}
        # On a host's own network it listens on that host's address.
        own = {"HOST_IP": None, "VIGNET_RECORDER_LISTEN": "$(HOST_IP):8002"} if part == "recorder" else {}
        assert told == {**asked, **own}
    spec = PODS[part]["spec"]["template"]["spec"]
    secrets = [one["key"] for volume in spec["volumes"] for one in volume.get("secret", {}).get("items", [])]
    assert set(secrets) == GIVEN[LIKE.get(part, part)]
    assert ours["resources"]["limits"]["memory"].removesuffix("i").lower() == theirs["mem_limit"]
    if "stop_grace_period" in theirs:
        assert f"{spec['terminationGracePeriodSeconds']}s" == theirs["stop_grace_period"]
    kept = {one["mountPath"] for one in ours["volumeMounts"]} - {"/data", "/tmp", "/run/secrets"}
    # Room to work in is the pod's own.
    assert kept == {volume.partition(":")[2] for volume in theirs.get("volumes", [])} - {"/data/work", "/edge:ro"}


@pytest.mark.parametrize("part", PODS)
def test_a_part_has_no_right_that_it_does_not_use(part):
    spec, ours = PODS[part]["spec"]["template"]["spec"], container(part)
    assert (spec["securityContext"]["runAsNonRoot"], spec["securityContext"]["runAsUser"]) == (True, 10001)
    assert "--uid 10001" in (ROOT / "docker" / "Dockerfile").read_text()
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert ours["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert spec.get("hostNetwork", False) == (part == "recorder")
    if part not in ("prepare", "beat"):
        assert "livenessProbe" in ours
    assert set(ours["resources"]["requests"]) == {"cpu", "memory"}


def test_of_what_may_be_there_once_there_are_never_two():
    for part in ONE_OF_THEM:
        assert (PODS[part]["spec"]["replicas"], PODS[part]["spec"]["strategy"]) == (1, {"type": "Recreate"})


def test_what_is_named_is_there():
    claims, maps = named("PersistentVolumeClaim"), named("ConfigMap")
    for part, one in PODS.items():
        for volume in one["spec"]["template"]["spec"]["volumes"]:
            if "persistentVolumeClaim" in volume:
                assert volume["persistentVolumeClaim"]["claimName"] in claims, part
        for source in container(part)["envFrom"]:
            assert source["configMapRef"]["name"] in maps
    assert claims["vignet-keys"]["spec"]["accessModes"] == ["ReadWriteMany"]
    assert not named("Secret"), "a secret is made by a command, and lies in no file"
    known = set(re.findall(r"^#?(VIGNET_[A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.M))
    assert {name for one in maps.values() for name in one["data"]} <= known


def test_nothing_goes_in_or_out_but_what_is_named():
    policies = named("NetworkPolicy")
    assert policies["vignet-nothing"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    mailing = policies["vignet-mail"]["spec"]["podSelector"]["matchExpressions"][0]["values"]
    assert set(mailing) | {"edge"} == {name for name in SERVICES if "outside" in SERVICES[name].get("networks", [])}, (
        "as compose lets out"
    )
    assert COMPOSE["networks"]["inside"]["internal"] is True
