"""What each part is told: the key of the audit log goes to the sealer, and to nobody else."""

import json

import pytest
import yaml
from machine import Machine
from parts import parts
from prepare import ROOT, Obstacle


def machine(tmp_path, **more):
    made = Machine({"VIGNET_DATA": str(tmp_path), **more})
    made.check_data()
    return made


def test_only_the_sealer_is_told_where_the_key_of_the_audit_log_is(tmp_path):
    here = machine(tmp_path)
    told = {part.name: part.environment for part in parts(here)}
    key = told.pop("sealer")["VIGNET_AUDIT_KEY_FILE"]
    assert key == str(tmp_path / "secrets" / "audit_key")
    everybody = here.environment()
    assert not [name for name in everybody if "AUDIT_KEY" in name]
    assert not [name for environment in told.values() for name in environment if "AUDIT_KEY" in name]


def test_a_key_of_the_operator_goes_to_the_sealer_alone(tmp_path):
    here = machine(tmp_path, VIGNET_AUDIT_KEY_FILE="/run/key")
    assert here.sealer() == {"VIGNET_AUDIT_KEY_FILE": "/run/key"}
    assert "VIGNET_AUDIT_KEY_FILE" not in here.environment()
    assert "audit_key" not in {path.name for path in (tmp_path / "secrets").iterdir()}


def test_a_key_that_every_process_can_read_is_refused(tmp_path):
    with pytest.raises(Obstacle, match="VIGNET_AUDIT_KEY_FILE"):
        machine(tmp_path, VIGNET_AUDIT_KEY="x").sealer()


def test_with_docker_only_the_sealer_gets_the_key_and_the_folder_of_the_anchors():
    services = yaml.safe_load((ROOT / "docker" / "compose.yml").read_text())["services"]
    assert {"web-1", "office", "media", "recorder", "sealer"} <= set(services)
    for name, service in services.items():
        assert ("audit" in json.dumps(service)) is (name == "sealer"), name
