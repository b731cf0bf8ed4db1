"""The files for Docker and systemd name what there is, and give the bot no more than it needs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.config import Settings, environment_name
from bot.health import BEAT

ROOT = Path(__file__).parents[1]
UNIT = (ROOT / "docs" / "systemd" / "studyhall.service").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def service() -> dict[str, Any]:
    composed: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return dict(composed["services"]["studyhall"])


def test_every_setting_that_they_name_exists(service: dict[str, Any]) -> None:
    known = {environment_name(field) for field in Settings.model_fields}
    named = set(service["environment"]) | set(
        re.findall(r"\b(?:STUDYHALL|DISCORD)_[A-Z_]+", UNIT + DOCKERFILE)
    )
    assert named
    assert named <= known


def test_the_container_may_write_its_volumes_only(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert {volume.split(":")[1] for volume in service["volumes"]} == {"/data", "/backups"}
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, flags=re.MULTILINE)
    assert DOCKERFILE.count("\nFROM ") + DOCKERFILE.startswith("FROM ") == 2, (
        "built in one stage, run in another"
    )


def test_the_container_stops_cleanly_and_says_how_it_is(service: dict[str, Any]) -> None:
    assert "STOPSIGNAL SIGTERM" in DOCKERFILE
    assert 'CMD ["python", "-m", "bot", "health"]' in DOCKERFILE
    assert service["stop_grace_period"] == "15s"
    (interval,) = re.findall(r"HEALTHCHECK --interval=(\d+)s", DOCKERFILE)
    assert int(interval) >= BEAT


def test_only_pinned_packages_go_into_the_image() -> None:
    assert "--require-hashes -r /tmp/requirements.lock" in DOCKERFILE
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    packages = re.findall(r"^[a-z0-9-]+(?:\[[a-z,]+\])?==\S+", lock, flags=re.MULTILINE | re.IGNORECASE)
    assert len(packages) > 20
    assert lock.count("--hash=sha256:") >= len(packages)


def test_the_service_is_no_root_and_sees_its_own_folder_only() -> None:
    for line in ("DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet="):
        assert f"\n{line}\n" in UNIT
    assert "DISCORD_TOKEN=" not in UNIT, "whoever may read the unit would read the token"
