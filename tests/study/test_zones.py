"""Finding a time zone by what people write."""

from __future__ import annotations

import pytest

from bot.errors import RefusedError
from bot.study.servers import find_zone


@pytest.mark.parametrize("written", ["Europe/Berlin", "europe/berlin", " EUROPE/BERLIN "])
def test_however_it_is_written(written: str) -> None:
    assert find_zone(written).key == "Europe/Berlin"


@pytest.mark.parametrize(
    ("written", "suggested"),
    [
        ("Europe/Berln", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("Kathmandu", "Asia/Kathmandu or Asia/Katmandu"),
        ("Kiev", "Europe/Kiev or Europe/Kyiv"),
        ("Asia/Berlin", "Europe/Berlin"),
    ],
)
def test_close_matches_are_suggested(written: str, suggested: str) -> None:
    with pytest.raises(RefusedError) as refused:
        find_zone(written)
    assert str(refused.value) == f"There is no time zone `{written}`. Did you mean {suggested}?"


def test_what_is_like_none_is_refused_with_an_example() -> None:
    with pytest.raises(
        RefusedError, match=r"`x{60}`. They are named after large cities, such as Europe/Berlin"
    ):
        find_zone("x" * 5000)
