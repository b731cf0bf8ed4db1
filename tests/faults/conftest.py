"""Fixtures for the tests of faults."""

from __future__ import annotations

from tests.cogs.conftest import sketches

__all__ = ["sketches"]
