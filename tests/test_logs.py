"""The log: its two forms, what is known in each line, and what is never in it."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot import service
from bot.config import Settings
from bot.logs import FIELDS, OWN, Redaction, about, log_handler, set_up_logging
from tests.messages import buttons
from tests.world import World

TOKEN = "MTA4NDEyMzQ1Njc4OTAxMjM0NQ.GaBcDe.aVeryLongSecretThatNobodyMaySee_123"  # noqa: S105 - nobody's
INTERACTION = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDp0b2tlbg"

Lines = Callable[[], list[dict[str, Any]]]
"""What was logged so far."""


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """Everything is logged as a host sees it who wants to see all, in JSON."""
    stream = io.StringIO()
    root = logging.getLogger()
    before = {name: logging.getLogger(name).level for name in ("", *OWN)}
    with monkeypatch.context() as patched:
        patched.setattr(root, "handlers", [])
        patched.setattr(sys, "stderr", stream)
        set_up_logging("DEBUG", "json", TOKEN)
        yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
        logging.captureWarnings(False)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def line(form: str, message: str, *values: object, **more: Any) -> str:
    """How a form shows a line."""
    stream = io.StringIO()
    handler = log_handler(form, TOKEN, stream)
    logger = logging.Logger("bot.x")
    logger.addHandler(handler)
    logger.warning(message, *values, **more)
    return stream.getvalue().removesuffix("\n")


def failure(text: str) -> Exception:
    """An error with a traceback."""
    try:
        raise ValueError(text)
    except ValueError as error:
        return error


def test_lines_for_people() -> None:
    about()
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} WARNING bot\.x: hello 5", line("text", "hello %d", 5)
    )


def test_fields_follow_the_sentence_unless_it_names_them() -> None:
    about(guild=12, interaction="button a", timer=None)
    shown = line("text", "Round %d: trouble", 7, extra={"round": 7, "reference": "3fa2c1"})
    assert shown.endswith("bot.x: Round 7: trouble [guild=12, interaction=button a, reference=3fa2c1]")
    shown = line("text", "oh", exc_info=failure("what"))
    assert "bot.x: oh [guild=12, interaction=button a]\nTraceback" in shown


def test_one_object_in_a_line() -> None:
    about(guild=1084123456789012345, interaction="command quiz start")
    shown = line("json", "Quiz %d\nended", 3, extra={"quiz": 3}, exc_info=failure("what"))
    assert "\n" not in shown
    found = json.loads(shown)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00", found.pop("time"))
    assert "ValueError: what" in found.pop("exception")
    assert found == {
        "level": "WARNING",
        "logger": "bot.x",
        "message": "Quiz 3\nended",
        "quiz": 3,
        "guild": 1084123456789012345,
        "interaction": "command quiz start",
    }


def test_what_a_line_says_goes_before_what_is_known() -> None:
    about(guild=1)
    assert json.loads(line("json", "x", extra={"guild": 2}))["guild"] == 2


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"the token is {TOKEN}.", TOKEN),
        ("{'User-Agent': 'x', 'Authorization': 'Bot abc.def-g'}", "abc.def-g"),
        ("Authorization: Bot abc.def-g", "abc.def-g"),
        ("(b'authorization', b'Bot abc.def-g')", "abc.def-g"),
        ('{"Authorization": "Bearer abc.def-g"}', "abc.def-g"),
        (f"https://discord.com/api/v10/webhooks/123/{INTERACTION}/messages/@original", INTERACTION),
        ("url='https://discord.com/api/v10/interactions/123/something/callback'", "something"),
        ("{'type': 3, 'token': 'something', 'version': 1}", "something"),
        ('{"op": 2, "d": {"token": "something"}}', "something"),
        (f"answered {INTERACTION} late", INTERACTION),
        # another bot's: of the shape alone
        ("MTA5OTk5OTk5OTk5OTk5OTk5OQ.Gxxxxx.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "bbbbbbbbbb"),
    ],
)
def test_secrets_are_taken_out_wherever_they_stand(form: str, text: str, secret: str) -> None:
    about()
    shown = [
        line(form, text),
        line(form, "%s", text),
        line(form, "%r", {"x": text}),
        line(form, "oh", exc_info=failure(text)),
        line(form, "oh", extra={"reference": text}),
    ]
    for each in shown:
        assert secret not in each
        assert "[hidden]" in each
        assert form == "text" or json.loads(each)


def test_every_field_is_documented() -> None:
    page = (Path(__file__).parents[1] / "docs" / "monitoring.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?`) \|", page.split("| Field |")[1], flags=re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named == {*FIELDS, "time", "level", "logger", "message", "exception", "stack"}


def test_what_is_no_secret_stays() -> None:
    text = (
        "Shard 0: bot.study.rounds in server 1084123456789012345, /api/v10/channels/1/messages/2, 2026-11-22T19:09:07.084123, "
        "discord.ext.commands, authorization, tokens: 5"
    )
    assert Redaction("")(text) == text


def test_libraries_are_not_asked_for_everything(logged: Lines) -> None:
    assert not logging.getLogger("discord.http").isEnabledFor(logging.DEBUG)
    assert not logging.getLogger("aiosqlite").isEnabledFor(logging.DEBUG)
    assert logging.getLogger("bot.study.rounds").isEnabledFor(logging.DEBUG)
    logging.getLogger("discord").info("connected")
    assert [found["message"] for found in logged()] == ["connected"]


def test_fewer_lines_are_fewer_of_all(logged: Lines) -> None:
    set_up_logging("ERROR")
    assert not logging.getLogger("cogs.answers").isEnabledFor(logging.WARNING)


def test_a_crash_is_logged_without_the_token(logged: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    async def crash(*_: object) -> None:
        raise ZeroDivisionError(f"Bot {TOKEN}")

    monkeypatch.setattr(service, "_serve", crash)
    settings = Settings(_env_file=None, log_format="json")
    assert service.run(settings.model_copy(update={"discord_token": SecretStr(TOKEN)})) == 1
    (found,) = logged()
    assert found["level"] == "CRITICAL"
    assert "ZeroDivisionError: Bot [hidden]" in found["exception"]


async def test_a_line_says_where_it_comes_from(
    world: World, logged: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await world.start_quiz(questions=1, topic="one", seconds=60)

    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(world.app.rounds, "answer", fail)
    told = (await world.choose(world.grace, "the right one", card)).content
    world.forgive()
    (found,) = [found for found in logged() if found["level"] == "ERROR"]
    assert found["guild"] == world.guild.id
    assert found["interaction"] == "button a"
    assert f"`{found['reference']}`" in told
    assert "ZeroDivisionError" in found["exception"]


async def test_work_in_the_background_is_not_taken_for_that_of_whoever_began_it(
    world: World, logged: Lines
) -> None:
    card = await world.start_quiz(questions=1, topic="one", seconds=20)
    await world.wait(5)
    world.env.inject_error("PATCH", "/channels/*/messages/*", status=500, times=None)
    world.env.inject_error("POST", "/channels/*/messages", status=500, times=1)
    await world.choose(world.ada, "the right one", card)
    await world.wait(60)
    tally, result = [found for found in logged() if found["level"] == "WARNING"][:2]
    assert "tally" in tally["message"]
    assert "interaction" not in tally
    assert "failed, next try" in result["message"]
    assert result["timer"].startswith("result ")
    assert "interaction" not in result


async def report(member: Any, card: Any, reason: str) -> None:
    """Report the question of a card."""
    form = await member.click(card, custom_id=buttons(card)["Report"]["custom_id"])
    field = form.modal["components"][0]["component"]["custom_id"]
    await member.submit_modal(form, {field: reason})


async def test_nothing_that_a_member_wrote_is_in_the_log(
    world: World, logged: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await world.start_quiz(questions=1, topic="one", seconds=60)
    await world.choose(world.ada, "the right one", card)
    await report(world.ada, card, "Quokkas wrote this report")

    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(world.app.reports, "add", fail)
    await report(world.grace, card, "Wombats wrote this report")
    world.forgive()
    await world.ada.slash(world.channel, "plan", **{"exam-date": "Numbat day"})
    await world.ada.slash(world.channel, "leaderboard", topic="Bilby")
    await world.forge(world.ada, world.channel, "Dugong:1")
    await world.forge(world.ada, world.channel, "a:Kookaburra:1")
    lines = logged()
    assert sum("The interaction was" in found["message"] for found in lines) >= 8
    assert any(found.get("interaction", "").startswith("form") for found in lines)
    everything = json.dumps(lines)
    for word in ("Quokka", "Wombat", "Numbat", "Bilby", "Dugong", "Kookaburra"):
        assert word not in everything, word
    for name in ("ada", "grace"):
        assert not re.search(rf"\b{name}\b", everything), "nobody's name"
