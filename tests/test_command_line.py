"""The command line: `python -m bot`. Its larger commands have files of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import __version__
from bot.__main__ import main
from bot.banks.format import json_schemas
from tests.conftest import Run

pytestmark = pytest.mark.usefixtures("elsewhere")


def test_schema_writes_the_schemas_for_editors(run: Run, tmp_path: Path) -> None:
    status, output, _ = run("schema", "new/folder")
    assert status == 0
    written = {
        path.name: json.loads(path.read_text(encoding="utf-8")) for path in Path("new/folder").iterdir()
    }
    assert written == json_schemas()
    assert [Path(line).name for line in output.splitlines()] == list(written) == sorted(written)


def test_schema_into_a_place_that_is_no_folder(run: Run) -> None:
    Path("file").touch()
    status, _, errors = run("schema", "file")
    assert status == 1
    assert errors.startswith("The schemas can't be written to file: ")


@pytest.mark.parametrize("arguments", [["run"], []])
def test_run_without_a_token_says_where_it_belongs(run: Run, arguments: list[str]) -> None:
    status, output, errors = run(*arguments)
    assert (status, output) == (1, "")
    assert errors.startswith(
        "DISCORD_TOKEN is not set. Put the bot's token into the environment or into a file .env"
    )
    assert errors.count("\n") == 1


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"{__version__}\n"


def test_a_command_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["chek"])
    assert ended.value.code == 2
    assert "check" in capsys.readouterr().err
