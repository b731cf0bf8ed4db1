"""Members who have used everything there is, and a look at all that names them, wherever it stands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.domain.exams import ExamEnd
from bot.domain.reviews import memory_model
from bot.domain.rounds import CloseReason
from bot.domain.scoring import Outcome
from bot.domain.sessions import Kind
from bot.storage.answers import AnswerStore
from bot.storage.challenges import ChallengeStore
from bot.storage.database import Database, Row, to_ms
from bot.storage.erasures import Erasure, ErasureStore
from bot.storage.exams import ExamStore
from bot.storage.hints import HintStore
from bot.storage.members import MemberStore
from bot.storage.own_data import OwnDataStore
from bot.storage.plans import PlanStore
from bot.storage.reviews import ReviewStore
from bot.storage.rounds import RoundStore
from bot.storage.servers import ServerStore, Unlisted
from bot.storage.sessions import ItemAnswer, SessionStore
from tests.domain.examples import NOON, make_answer, make_question, seconds
from tests.storage.examples import CHANNEL, GUILD, add_round, make_plan, start_challenge, start_quiz

MODEL = memory_model(0.9)
HOUR = timedelta(hours=1)
LATER = NOON + timedelta(days=30)
"""When everything that happens in `use_everything` is long over."""

MARKUP = '**bold** `code` @everyone <@&1> "quoted" \\ back \u202e turned 🎉\n# line'

QUESTION = make_question("first")
OTHER = make_question("other", topic="two", prompt=MARKUP)


async def answer_in(
    database: Database, member: int, round_id: int, *, private: bool = False, **changes: Any
) -> None:
    """Let a member answer in a round, maybe one of a challenge."""
    answer = make_answer(member, **{"round_id": round_id} | changes)
    stored = await AnswerStore(database).add(answer, private=private)
    assert stored.is_new


async def use_everything(database: Database, members: Sequence[int], guild: int = GUILD) -> None:
    """Let members leave traces of every kind. All of them win the challenge of that server; all that is open is closed."""
    await _in_rounds(database, members, guild)
    await _in_challenge(database, members, guild)
    for member in members:
        if await SessionStore(database, MODEL).open(member, Kind.PRACTICE) is None:
            await _alone(database, member, guild)
        await _in_servers(database, member, guild)
    while await ReviewStore(database).catch_up(MODEL, 50):
        pass


async def _in_rounds(database: Database, members: Sequence[int], guild: int) -> None:
    for number, question in enumerate((QUESTION, OTHER, QUESTION)):
        round_ = await add_round(database, question, guild_id=guild, closes_at=NOON + HOUR)
        for place, member in enumerate(members):
            await HintStore(database).take(round_.id, member, 1, NOON)
            outcome = Outcome((number + place) % 3)
            at = NOON + seconds(1 + place)
            await answer_in(
                database, member, round_.id, outcome=outcome, clicked_at=at, hints=1, took=seconds(1)
            )
        await RoundStore(database).close(round_.id, CloseReason.DEADLINE, NOON + HOUR)


async def _in_challenge(database: Database, members: Sequence[int], guild: int) -> None:
    await PlanStore(database).put(make_plan(guild_id=guild, owner_id=members[0]), None)
    challenge, rounds = await start_challenge(database, 2, guild_id=guild)
    store = ChallengeStore(database)
    for round_ in rounds:
        for member in members:
            await store.show(round_.id, member, NOON)
            await answer_in(database, member, round_.id, private=True)
    async with database.transaction() as transaction:
        # as it is for the moment between the end and the podium, but for who has seen what
        await transaction.run(
            "UPDATE round SET closed_at = ? WHERE challenge_id = ?", (to_ms(LATER), challenge.id)
        )
        await transaction.run(
            "DELETE FROM timer WHERE subject = ? AND kind LIKE 'challenge%'", (challenge.id,)
        )
        await transaction.run("UPDATE challenge SET ended_at = ? WHERE id = ?", (to_ms(LATER), challenge.id))
    await store.archive_result(challenge.id, members, 20, len(members))
    for member in members:
        await store.crown(guild, 5, member)


async def _alone(database: Database, member: int, guild: int) -> None:
    sessions, exams = SessionStore(database, MODEL), ExamStore(database, MODEL)
    for kind in Kind:
        session = await sessions.begin(
            member_id=member,
            guild_id=guild,
            kind=kind,
            bank="sample",
            topic=None,
            difficulty=None,
            asked=[(QUESTION, (3, 2, 1, 0)), (make_question("both", key=(0, 1)), (3, 2, 1, 0))],
            now=NOON,
        )
        assert session
        answer = ItemAnswer(frozenset({0}), Outcome.RIGHT, NOON, NOON.date(), seconds(3))
        await sessions.answer(session, session.items[0], answer, None)
        await sessions.tick(session.items[1], 3, ticked=True)
    for ends in (True, False):
        exam = await exams.prepare(
            member_id=member,
            guild_id=guild,
            bank="sample",
            topics=["one"],
            questions=1,
            minutes=30,
            pass_mark=80,
            seed="sown",
            now=NOON,
        )
        asked = [(QUESTION, (0, 1, 2, 3))]
        assert await exams.begin(exam.id, asked, now=NOON, ends_at=NOON + HOUR, end_timer=NOON + HOUR)
        await exams.change(exam.id, NOON, position=1, place=1)
        if ends:
            await exams.finish(exam.id, NOON + HOUR, ExamEnd.SUBMITTED, NOON.date())


async def _in_servers(database: Database, member: int, guild: int) -> None:
    quiz = await start_quiz(
        database, 1, guild_id=guild, channel_id=CHANNEL + member % 1000, starter_id=member
    )
    now, version = to_ms(NOON), QUESTION.version
    await MemberStore(database).remind(member, 7, "Europe/Berlin", LATER)
    await ServerStore(database).unlist(guild, [member], Unlisted.LEFT)
    await ServerStore(database).unlist(guild + 10, [member], Unlisted.HIDDEN)
    report = "INSERT INTO report (guild_id, version, member_id, reason, reported_at, handled_by) VALUES (?, ?, ?, ?, ?, ?)"
    async with database.transaction() as transaction:
        run = transaction.run
        await run("UPDATE quiz SET ended_at = ? WHERE id = ?", (now, quiz.id))
        await run(
            "INSERT INTO study_plan VALUES (?, 'sample', 20500, 20400, 3, 0.5) ON CONFLICT DO NOTHING",
            (member,),
        )
        await run(report, (guild, version, member, MARKUP, now, None))
        await run(report, (guild, version, 1, f"wrong, says <@{member}>", now, member))
        # of servers of their own: there is one row for each
        once = "ON CONFLICT DO NOTHING"
        await run(
            f"INSERT INTO server (guild_id, changed, changed_by) VALUES (?, 'zone', ?) {once}",
            (member % 977, member),
        )
        await run(f"INSERT INTO voided VALUES (?, ?, ?, ?) {once}", (member % 997, version, member, now))
        await run("INSERT INTO recount VALUES (?, ?)", (guild, member))
    plan = make_plan(guild_id=member % 991, owner_id=member, trouble=f"The member <@{member}> is gone.")
    await PlanStore(database).put(plan, None)


async def erase(database: Database, member: int, now: Any = LATER) -> Erasure:
    """Erase all of a member that does not have to wait."""
    store = ErasureStore(database, MODEL)
    erasure = await store.ask(member, now, now + seconds(60))
    while await store.erase_some(erasure, now):
        pass
    for guild_id, role_id in await store.crowns(member):
        await ChallengeStore(database).dethrone(guild_id, role_id, member)
    return erasure


async def finish(database: Database, erasure: Erasure) -> None:
    """The second part, as the scheduler does it when nothing has to wait any more."""
    store = ErasureStore(database, MODEL)
    while await store.erase_some(erasure, LATER):
        pass
    assert await store.held_until(erasure, LATER) is None
    await store.finish(erasure)
    async with database.transaction() as transaction:
        await transaction.run(
            "DELETE FROM timer WHERE kind = 'erase member' AND subject = ?", (erasure.member_id,)
        )


async def tables(database: Database) -> dict[str, list[str]]:
    """The columns of each table."""
    names = await database.read(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    )
    return {
        name: [row[1] for row in await database.read(f"PRAGMA table_info({name})")]
        for (name,) in sorted(names)
    }


async def everything(database: Database) -> dict[str, list[Row]]:
    """Every row of every table."""
    return {
        name: await database.read(
            f"SELECT * FROM {name} ORDER BY {', '.join(map(str, range(1, len(columns) + 1)))}"
        )
        for name, columns in (await tables(database)).items()
    }


async def traces(database: Database, member: int) -> dict[tuple[str, str], int]:
    """In how many rows of which columns the id of a member stands, also within texts."""
    found = {}
    for table, columns in (await tables(database)).items():
        for column in columns:
            ((rows,),) = await database.read(
                f"SELECT count(*) FROM {table} WHERE instr(CAST({column} AS TEXT), ?) > 0", (str(member),)
            )
            if rows:
                found[table, column] = rows
    return found


async def is_in_file(database: Database, member: int, folder: Path) -> bool:
    """Whether a fresh copy of the file has the id of a member anywhere, as a number or as text."""
    copy = folder / "copy.db"
    copy.unlink(missing_ok=True)
    await database._writer.execute("VACUUM INTO ?", (str(copy),))
    content = copy.read_bytes()
    return member.to_bytes(8, "big") in content or str(member).encode() in content


async def totals(database: Database) -> list[Row]:
    """What all members together have on each board."""
    return await database.read(
        "SELECT guild_id, period, start, scope, sum(points), sum(correct), sum(answered), sum(hints), sum(took) "
        "FROM board GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    )


async def own_data(database: Database, member: int) -> dict[str, Any]:
    """The export."""
    pieces = [piece async for piece in OwnDataStore(database).document(member, LATER)]
    found: dict[str, Any] = json.loads(b"".join(pieces))
    return found
