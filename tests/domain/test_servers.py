"""Who may start a quiz where."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.servers import Obstacle, ServerChoices, Starter, obstacle

IDS = st.frozensets(st.integers(1, 6))
"""Few, so that they often meet."""

CHOICES = st.builds(ServerChoices, quiz_channels=IDS, quiz_roles=IDS)
STARTERS = st.builds(Starter, st.integers(1, 6), IDS, st.booleans())


@given(STARTERS)
def test_a_server_that_chose_nothing_lets_everyone_start_everywhere(starter: Starter) -> None:
    assert obstacle(ServerChoices(), starter) is None


@given(CHOICES, STARTERS)
def test_a_quiz_starts_in_a_chosen_channel_by_a_moderator_or_with_a_chosen_role(
    choices: ServerChoices, starter: Starter
) -> None:
    here = not choices.quiz_channels or starter.channel_id in choices.quiz_channels
    they = starter.is_moderator or not choices.quiz_roles or not choices.quiz_roles.isdisjoint(starter.roles)
    assert (obstacle(choices, starter) is None) == (here and they)


def test_the_channel_is_named_first_and_holds_for_moderators() -> None:
    choices = ServerChoices(quiz_channels=frozenset({1}), quiz_roles=frozenset({7}))
    assert obstacle(choices, Starter(2, frozenset(), False)) is Obstacle.CHANNEL
    assert obstacle(choices, Starter(2, frozenset({7}), True)) is Obstacle.CHANNEL
    assert obstacle(choices, Starter(1, frozenset({8}), False)) is Obstacle.ROLE


@given(CHOICES, IDS, STARTERS)
def test_what_is_gone_locks_nobody_out(
    choices: ServerChoices, there: frozenset[int], starter: Starter
) -> None:
    left = choices.among(there)
    assert left.quiz_channels <= there
    assert left.quiz_roles <= there
    if choices.quiz_channels.isdisjoint(there) and choices.quiz_roles.isdisjoint(there):
        assert obstacle(left, starter) is None
    # what is still there goes on to hold
    if choices.quiz_channels <= there and choices.quiz_roles <= there:
        assert obstacle(left, starter) == obstacle(choices, starter)
