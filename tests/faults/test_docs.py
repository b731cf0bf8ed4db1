"""docs/faults.md has every fault that the tests play."""

from __future__ import annotations

from pathlib import Path

from tests.faults.routes import CODES, LOGIN
from tests.faults.test_storage import FAULTS, NOT_STORED

PAGE = " ".join((Path(__file__).parents[2] / "docs" / "faults.md").read_text(encoding="utf-8").split())


def test_every_route_is_in_the_docs() -> None:
    for route in (*CODES, *LOGIN):
        assert f"`{route}`" in PAGE


def test_every_fault_of_the_database_is_in_the_docs() -> None:
    assert NOT_STORED in PAGE
    for _, for_the_host in FAULTS:
        assert for_the_host in PAGE
