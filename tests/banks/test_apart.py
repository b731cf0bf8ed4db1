"""Banks that are loaded in a process of their own: what comes of it, and what when that process is ended."""

from __future__ import annotations

import asyncio
import gc
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.banks import apart
from bot.banks.apart import load_catalog_apart
from bot.banks.loader import Loaded, bytes_in, load_catalog
from bot.domain.questions import Question
from bot.errors import BankError
from bot.study.library import Library
from tests.banks.writing import BANK, ONE, write_bank


@pytest.fixture
def nothing_frozen() -> Iterator[None]:
    """What a reload keeps from collections is collected again afterwards."""
    yield
    gc.unfreeze()


def write_two(folder: Path, questions: int) -> Path:
    """Two banks, the first with so many questions."""
    head, _, question = ONE.partition("  - id: first\n")
    several = (f"  - id: number-{number}\n{question}" for number in range(questions))
    write_bank(folder / "small", one=head + "".join(several))
    write_bank(folder / "twin", bank=BANK.replace("id: small", "id: twin"))
    return folder


@pytest.mark.parametrize("more", [-1, 0, 1])
async def test_it_gives_what_loading_here_gives(tmp_path: Path, more: int) -> None:
    folder = write_two(tmp_path, 2 * apart._LOT - 1 + more)  # and one in the other bank
    loaded = await load_catalog_apart(folder)
    assert loaded == load_catalog(folder)
    assert list(loaded.catalog.banks) == ["small", "twin"]
    assert len(loaded.catalog.default.questions) == 2 * apart._LOT - 1 + more


async def test_problems_name_files_as_they_were_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_two(tmp_path / "banks", 1)
    write_bank(tmp_path / "banks" / "broken", bank=None)
    monkeypatch.chdir(tmp_path)
    loaded = await load_catalog_apart(Path("banks"))
    assert loaded == load_catalog(Path("banks"))
    assert [problem.file for problem in loaded.problems] == [str(Path("banks", "broken", "bank.yaml"))]
    assert set(loaded.catalog.banks) == {"small", "twin"}


async def test_a_process_that_is_ended_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    books = Library(write_two(tmp_path, 1))
    await books.load()
    before = books.catalog
    (tmp_path / "strange").write_text("#!/bin/sh\necho Welcome to this machine\n")
    (tmp_path / "strange").chmod(0o755)
    for program, reason in (
        (shutil.which("false"), "has ended early"),
        (str(tmp_path / "missing"), "No such file"),
        (str(tmp_path / "strange"), "unexpected character"),
    ):
        monkeypatch.setattr(sys, "executable", program)
        with pytest.raises(BankError, match=rf"The banks could not be read: .*{reason}.*Try again later\."):
            await books.reload()
        assert books.catalog is before


async def test_very_many_problems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_LONGEST_LINE", 20_000)
    folder = write_two(tmp_path, 200)
    path = folder / "small" / "one.yaml"
    path.write_text(path.read_text().replace("why:", "whi:"))
    loaded = await load_catalog_apart(folder)
    assert loaded == load_catalog(folder)
    assert len(loaded.problems) > 200


async def test_one_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_PATIENCE", 0)
    with pytest.raises(BankError, match="took more than 0 s"):
        await load_catalog_apart(write_two(tmp_path, 1))


async def test_large_banks_are_read_apart_also_at_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    folder = write_two(tmp_path, 1)
    size = sum(path.stat().st_size for path in folder.glob("*/*.yaml"))
    monkeypatch.setattr("bot.study.library.LARGE", size)
    await Library(folder).load()
    monkeypatch.setattr("bot.study.library.LARGE", size - 1)
    with pytest.raises(BankError, match="The banks could not be read"):
        await Library(folder).load()
    assert bytes_in(tmp_path / "missing") == 0


async def test_one_after_the_other_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reading: list[Path] = []

    async def read(folder: Path) -> Loaded:
        assert not reading
        reading.append(folder)
        loaded = await load_catalog_apart(folder)
        reading.clear()
        return loaded

    monkeypatch.setattr("bot.study.library.load_catalog_apart", read)
    read_again = Library(write_two(tmp_path, 1)).reload
    assert await asyncio.gather(read_again(), read_again()) == [(), ()]


async def test_no_collection_looks_at_the_questions_of_a_reload(tmp_path: Path, nothing_frozen: None) -> None:
    books = Library(write_two(tmp_path, 3))
    assert await books.reload() == ()
    questions = {id(question) for bank in books.catalog.banks.values() for question in bank.questions}
    assert len(questions) == 4
    assert not questions & {id(thing) for thing in gc.get_objects() if isinstance(thing, Question)}
