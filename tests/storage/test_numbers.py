"""An older database: what is on disk keeps its numbers, and numbers on cards are never given again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.storage.database import Database, _migrations

_TABLES = ("session", "item", "exam", "exam_item", "report")

_OLD = """
INSERT INTO question_version (version, bank, question, content) VALUES ('v', 'sample', 'first', '{}');
INSERT INTO session VALUES (7, 1, NULL, 'practice', 'sample', NULL, NULL, 5, NULL);
INSERT INTO session VALUES (9, 2, 3, 'review', '', 'one', 'easy', 6, 8);
INSERT INTO item VALUES (11, 7, 1, 'v', '1,0', 0, 5, 1, 2, 1, 6, 2, 20000, 1000, 1);
INSERT INTO item VALUES (12, 9, 1, 'v', '0,1', 1, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO exam VALUES (4, 1, 3, 'sample', 'one', 1, 30, 80, 'sown', 5, 6, 9, 1, 6, 8, 'submitted', 20000, 1, 0);
INSERT INTO exam_item VALUES (4, 1, 'v', '1,0', 1, 1, 3000, 2);
INSERT INTO report VALUES (21, 3, 'v', NULL, 1, 'wrong', 7);
"""


def _write_old(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """A database of the third format; all rows of it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("\n".join(_migrations()[:3]) + _OLD + "PRAGMA user_version = 3;")
        connection.commit()
        return {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in _TABLES}


async def test_everything_keeps_its_number(tmp_path: Path) -> None:
    old = _write_old(tmp_path / "old.db")
    async with Database.open(tmp_path / "old.db") as database:
        for table, rows in old.items():
            new = await database.read(f"SELECT * FROM {table}")
            assert [row[: len(rows[0])] for row in new] == rows
        assert await database.read("PRAGMA foreign_key_check") == []
        assert await database.read("PRAGMA integrity_check") == [("ok",)]


async def test_a_number_is_given_once(tmp_path: Path) -> None:
    _write_old(tmp_path / "old.db")
    async with Database.open(tmp_path / "old.db") as database, database.transaction() as transaction:
        for table in ("item", "session", "exam_item", "exam", "report"):
            await transaction.run(f"DELETE FROM {table}")
        for sql, first in (
            ("session (member_id, kind, bank, begun_at) VALUES (1, 'practice', 'sample', 5)", 10),
            ("item (session_id, position, version, option_order, is_new) VALUES (10, 1, 'v', '0,1', 0)", 13),
            (
                "exam (member_id, bank, topics, questions, minutes, pass_mark, seed, prepared_at) "
                "VALUES (1, 'sample', '', 1, 30, 80, 'sown', 5)",
                5,
            ),
            ("report (version, member_id, reason, reported_at) VALUES ('v', 1, 'wrong', 7)", 22),
        ):
            assert await transaction.run(f"INSERT INTO {sql} RETURNING id") == [(first,)]
