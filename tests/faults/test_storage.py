"""The database takes nothing for a while: nobody is told that it did, the host is told what to do, and then all goes on."""

from __future__ import annotations

import contextlib
import resource
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.domain.rounds import Round
from bot.errors import DatabaseError, StorageError
from bot.storage.database import Database
from bot.storage.timers import Timer, set_timer
from tests.messages import text
from tests.world import World

NOT_STORED = "so this was **not** stored. All that I confirmed before is kept. Please try again in a minute"


def database_of(world: World) -> Database:
    """The one that the bot uses."""
    return world.app.facts._database


@contextlib.asynccontextmanager
async def no_room(world: World) -> AsyncIterator[None]:
    """The disk takes no more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(journal(world.database).read_bytes()), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextlib.asynccontextmanager
async def lock(world: World) -> AsyncIterator[None]:
    """Another program writes, and does not come to an end."""
    with contextlib.closing(sqlite3.connect(world.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextlib.asynccontextmanager
async def damage(world: World) -> AsyncIterator[None]:
    """Something else writes over the pages of the file."""
    with contextlib.closing(sqlite3.connect(world.database, isolation_level=None)) as other:
        note = "INSERT INTO fact VALUES ('noted', '') ON CONFLICT (name) DO UPDATE SET value = value || 'x'"
        other.execute(note)  # so that the bot looks at the file, and not at what it remembers
        assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        content = world.database.read_bytes()
        with world.database.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xa5" * (len(content) - 4096))
        yield
        with world.database.open("r+b") as file:
            file.write(content)
        other.execute(note)


@contextlib.asynccontextmanager
async def no_file(world: World) -> AsyncIterator[None]:
    """The file is moved away."""
    aside = world.database.rename(world.database.with_name("aside"))
    yield
    aside.rename(world.database)


@contextlib.asynccontextmanager
async def write_protection(world: World) -> AsyncIterator[None]:
    """The file may only be read. SQLite says the same without this privilege, which root always has."""
    writer = database_of(world)._writer
    await writer.execute("PRAGMA query_only = ON")
    yield
    await writer.execute("PRAGMA query_only = OFF")


def journal(database: Path) -> Path:
    """The file that keeps what was committed last."""
    return database.with_name(f"{database.name}-wal")


Fault = Callable[[World], contextlib.AbstractAsyncContextManager[None]]

FAULTS: list[tuple[Fault, str]] = [
    (no_room, "the disk does not take or give what it should"),
    (lock, "another program keeps it locked"),
    (damage, "it is damaged. Stop me"),
    (no_file, "the file is gone"),
    (write_protection, "I may not write to it"),
]
each_fault = pytest.mark.parametrize(
    ("fault", "for_the_host"), FAULTS, ids=lambda it: getattr(it, "__name__", "")
)


@each_fault
async def test_an_answer_that_is_not_stored_is_not_confirmed(
    world: World, fault: Fault, for_the_host: str, caplog: pytest.LogCaptureFixture
) -> None:
    card = await world.start_quiz(questions=1, topic="one")
    assert "✅ Correct" in text(await world.choose(world.ada, "the right one", card))
    await world.wait(3)
    async with fault(world):
        for member in (world.grace, world.linus, world.grace):
            assert NOT_STORED in text(await world.choose(member, "the right one", card))
        assert "Please try again in a minute" in text(
            (await world.linus.slash(world.other, "question")).response
        )
    told = [record.getMessage() for record in caplog.records if "can't be used" in record.getMessage()]
    assert len(told) == 1
    assert for_the_host in told[0]
    assert "Traceback" not in caplog.text
    for member in (world.grace, world.linus):
        assert "✅ Correct" in text(await world.choose(member, "the right one", card))
    await world.wait(70)
    assert world.count("Quiz over") == 1
    async with world.sql() as transaction:
        assert await transaction.run("SELECT count(*), sum(points) FROM answer") == [(3, 45)]


@each_fault
async def test_what_falls_due_meanwhile_is_done_later_once(
    world: World, fault: Fault, for_the_host: str, caplog: pytest.LogCaptureFixture
) -> None:
    await world.start_quiz(questions=2, topic="one", seconds=10)
    await world.choose(world.ada, "the right one")
    await world.wait(3)
    async with fault(world):
        await world.wait(90)
        assert world.count("Result of question") == 0
    assert "given up" not in caplog.text
    await world.wait(18)
    assert world.count("Result of question 1") == 1
    assert "✅ Correct" in text(await world.choose(world.ada, "the right one"))
    await world.wait(90)
    assert world.count("Quiz over") == 1
    await world.start_quiz(questions=1)
    told = [record.getMessage() for record in caplog.records if record.name == "bot.storage.faults"]
    assert len(told) == 2
    assert for_the_host in told[0]
    assert "works again" in told[1]


async def test_a_file_that_can_not_grow(world: World, caplog: pytest.LogCaptureFixture) -> None:
    card = await world.start_quiz(questions=1, topic="one", seconds=600)
    writer = database_of(world)._writer
    ((pages,),) = await writer.execute_fetchall("PRAGMA page_count")
    await writer.execute(f"PRAGMA max_page_count = {pages}")
    confirmed, refused = [], []
    for member in world.newcomers(80):  # there is some room in the last pages
        reply = text(await world.choose(member, "the right one", card))
        (refused if NOT_STORED in reply else confirmed).append(member)
    assert refused
    await writer.execute("PRAGMA max_page_count = 1000000")
    async with world.sql() as transaction:
        stored = {row[0] for row in await transaction.run("SELECT member_id FROM answer")}
    assert stored == {member.id for member in confirmed}
    for member in refused:
        assert "✅ Correct" in text(await world.choose(member, "the right one", card))
    assert caplog.text.count("the disk is full. Make room on it.") == 1


async def test_a_question_whose_message_could_not_be_noted_still_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    poster = world.app.poster
    post = poster.post_question
    async with contextlib.AsyncExitStack() as stack:

        async def post_and_lock(round_: Round) -> int:
            message_id = await post(round_)
            await stack.enter_async_context(lock(world))
            return message_id

        monkeypatch.setattr(poster, "post_question", post_and_lock)
        asked = await world.ada.slash(world.channel, "question", topic="one")
        assert NOT_STORED in text(asked.response)
    card = world.card
    assert "✅ Correct" in text(await world.choose(world.grace, "the right one", card))
    await world.wait(24 * 3600 + 60)
    assert world.count("### Result") == 1
    assert "This question is closed" in text(await world.choose(world.linus, "the right one", card))


async def test_work_is_not_given_up_because_of_the_storage(world: World) -> None:
    tries, given_up = [], []

    async def fail(timer: Timer) -> None:
        tries.append(timer)
        if len(tries) < 20:
            raise StorageError

    async def give_up(timer: Timer, _: Exception) -> None:
        given_up.append(timer)

    world.app.scheduler.register("probe", fail, give_up)
    async with world.sql() as transaction:
        await set_timer(transaction, "probe", 1, world.env.now())
    with world.env._bot_scope():
        world.app.scheduler.expect(world.env.now())
    await world.wait(600)
    assert (len(tries), given_up) == (20, [])


async def test_only_the_first_waits_for_a_lock(tmp_path: Path) -> None:
    """Others would be answered too late, in a line behind each other."""
    async with Database.open(tmp_path / "studyhall.db") as database:

        async def patience() -> int:
            ((milliseconds,),) = await database._writer.execute_fetchall("PRAGMA busy_timeout")
            return milliseconds

        async def write() -> None:
            async with database.transaction():
                pass

        assert await patience() == 1000
        with contextlib.closing(sqlite3.connect(tmp_path / "studyhall.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for _ in range(2):
                with pytest.raises(StorageError):
                    await write()
            assert await patience() == 0
        await write()
        await write()
        assert await patience() == 1000


async def make(path: Path) -> None:
    """A database that was closed."""
    async with Database.open(path) as database, database.transaction() as transaction:
        await transaction.run("INSERT INTO fact VALUES ('a', 'b')")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda content: content[: len(content) // 2], "malformed"),
        (lambda content: b"\xa5" * len(content), "not a database"),
        (lambda content: content[:1024] + b"\xa5" * (len(content) - 1024), "malformed"),
        (lambda content: b"\0" * len(content), "not a database"),
    ],
    ids=["cut off", "garbage", "garbage behind the head", "zeros"],
)
async def test_a_damaged_file_is_refused_at_the_start(
    tmp_path: Path, spoil: Callable[[bytes], bytes], why: str
) -> None:
    path = tmp_path / "studyhall.db"
    await make(path)
    path.write_bytes(spoil(path.read_bytes()))
    spoiled = path.read_bytes()
    with pytest.raises(DatabaseError, match=f"{why}.*a copy from a backup"):
        async with Database.open(path):
            pass
    assert path.read_bytes() == spoiled


async def test_a_journal_of_zeros_loses_only_what_was_in_it(tmp_path: Path) -> None:
    path = tmp_path / "studyhall.db"
    await make(path)
    async with Database.open(path) as database:
        async with database.transaction() as transaction:
            await transaction.run("INSERT INTO fact VALUES ('c', 'd')")
        killed = path.read_bytes(), journal(path).read_bytes()
    path.write_bytes(killed[0])
    journal(path).write_bytes(b"\0" * len(killed[1]))
    async with Database.open(path) as database:
        assert await database.read("PRAGMA integrity_check") == [("ok",)]
        assert await database.read("SELECT value FROM fact WHERE name IN ('a', 'c')") == [("b",)]


async def test_a_reader_says_so_too(tmp_path: Path) -> None:
    path = tmp_path / "studyhall.db"
    await make(path)
    content = path.read_bytes()
    async with Database.open(path) as database:
        path.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))
        with pytest.raises(
            StorageError, match=r"I can't read my database at the moment\. All that I confirmed"
        ):
            await database.read("SELECT * FROM fact")
