"""What PRIVACY.md and TERMS.md say is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from discord import ui

from bot.config import Settings, environment_name, load_settings
from bot.errors import SettingsError
from bot.storage.database import Database
from bot.storage.erasures import _LONGEST_HOLD
from bot.storage.privacy import PERSONAL, PrivacyStore
from bot.study.privacy import Overview, Policy
from cogs.cards.privacy import privacy_card
from tests.storage.personal import tables

ROOT = Path(__file__).parents[1]
POLICY = (ROOT / "PRIVACY.md").read_text(encoding="utf-8")
TERMS = (ROOT / "TERMS.md").read_text(encoding="utf-8")

_CHILDREN = {"item", "exam_item"}
"""They belong to a session or exam of one member."""


async def test_every_table_that_names_members_is_in_the_policy(tmp_path: Path) -> None:
    listed = {
        name
        for line in POLICY.splitlines()
        if line.startswith("|")
        for name in re.findall(r"`(\w+)`", line.split("|")[2])
    }
    assert listed == {personal.table for personal in PERSONAL} | _CHILDREN
    async with Database.open(tmp_path / "new.db") as database:
        assert listed <= (await tables(database)).keys()


def test_the_settings_that_the_policy_names_exist_and_have_these_defaults() -> None:
    defaults = {environment_name(field): info.default for field, info in Settings.model_fields.items()}
    said = {name: int(number) for number, name in re.findall(r"\[(\d+)\][^`]*`(STUDYHALL_\w+)`", POLICY)}
    assert said == {
        name: defaults[name] for name in ("STUDYHALL_KEEP_SERVERS_DAYS", "STUDYHALL_BACKUPS_KEPT")
    }
    assert set(re.findall(r"STUDYHALL_\w+", POLICY)) <= defaults.keys()


async def test_what_the_policy_says_of_buttons_and_waiting_is_so(tmp_path: Path) -> None:
    assert _LONGEST_HOLD.days == 3
    assert "at most three days after their planned end" in POLICY
    async with Database.open(tmp_path / "new.db") as database:
        overview = Overview(await PrivacyStore(database).footprint(1), is_hidden=False, waits_until=None)
    for child in privacy_card(overview, Policy("", 30)).walk_children():
        if isinstance(child, ui.Button):
            assert f"**{child.label}**" in POLICY


def test_the_templates_leave_to_the_host_what_only_the_host_knows() -> None:
    for text in (POLICY, TERMS):
        assert "[NAME OR ORGANISATION]" in text
        assert "[CONTACT" in text
        assert "no legal advice" in text
    for duty in ("encrypted", "under 13", "backups", "trains models", "tell Discord"):
        assert duty in POLICY.lower() or duty in POLICY


@pytest.mark.parametrize(
    "url", ["example.org/privacy", "ftp://example.org", "javascript:alert(1)", "https://e.org/" + "x" * 512]
)
def test_an_address_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("STUDYHALL_PRIVACY_URL", url)
    with pytest.raises(SettingsError, match="STUDYHALL_PRIVACY_URL"):
        load_settings()


@pytest.mark.parametrize("url", ["https://example.org/privacy#bot", "http://192.0.2.1:8080/"])
def test_an_address_is_taken(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("STUDYHALL_PRIVACY_URL", url)
    assert str(load_settings().privacy_url) == url
