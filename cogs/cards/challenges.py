"""The weekly challenge: its card, what its players see in private, the podium, the archive; and the digest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import discord
from discord import ui

from bot.domain.boards import EVERYTHING, BoardPage, pages
from bot.domain.challenges import Challenge, ChallengeEnd, ChallengeResult
from bot.domain.scoring import HINT_COST, RIGHT_POINTS
from bot.study.announcer import Digest
from bot.study.play import Played
from cogs.cards.boards import TIMED_LEGEND, board_id, standing_line
from cogs.cards.layout import (
    MOST_TEXT,
    OPEN,
    QUIET,
    RIGHT,
    Item,
    button,
    card,
    clip,
    count,
    lines,
    one_line,
    stamp,
)
from cogs.cards.names import Names

PLAY = "p"
MY_RANK = "k"
HISTORY = "y"

_SHOWN = 5
_TOPICS_NAMED = 3


def _all_places(challenge: Challenge) -> ui.Button[ui.LayoutView]:
    return button("All places", board_id(challenge.span, EVERYTHING, 0), emoji="🏆")


def _my_rank(challenge: Challenge) -> ui.Button[ui.LayoutView]:
    return button("My rank", f"{MY_RANK}:{challenge.id}", emoji="🔎")


def _standings(page: BoardPage, names: Names) -> str:
    table = [standing_line(standing, names, timed=True) for standing in page.standings[:_SHOWN]]
    more = page.members - len(table)
    rest = f"… and {more} more · " if more > 0 else ""
    return lines([*table, f"-# {rest}{TIMED_LEGEND}" if table else ""])


def challenge_card(
    challenge: Challenge,
    topics: Sequence[str],
    page: BoardPage,
    names: Names,
    mention_role_id: int | None = None,
) -> ui.LayoutView:
    """The card of a challenge in the channel. It tells who leads, and nothing of the questions."""
    # titles hold commas
    on = " · ".join(topics) if len(topics) <= _TOPICS_NAMED else f"{len(topics)} topics"
    about = f"**{count(challenge.questions, 'question')}** on {on}"
    title = f"### 🏅 Weekly challenge #{challenge.number}" if challenge.number else "### 🏅 Weekly challenge"
    if challenge.ended_at is not None:
        if challenge.end_reason is not ChallengeEnd.FINISHED:
            over = "It was cancelled and has no winners. Points for the leaderboard are kept."
            return card(QUIET, lines([title, about, over]))
        places = [ui.ActionRow(_my_rank(challenge), _all_places(challenge))] if page.members else []
        return card(
            QUIET, lines([title, about, "It is over; the podium follows."]), _standings(page, names), *places
        )
    if page.members:
        state = f"**{count(page.members, 'member')}** played so far\n{_standings(page, names)}"
    else:
        state = "Nobody has played yet. Be the first!"
    return card(
        OPEN,
        f"<@&{mention_role_id}>" if mention_role_id else "",
        lines([title, about, f"⏳ Ends {stamp(challenge.ends_at)} ({stamp(challenge.ends_at, 'f')})"]),
        ui.Separator(),
        state,
        ui.Separator(),
        f"-# In private and at your own pace · {RIGHT_POINTS} points each, −{HINT_COST} per hint · among equals less time "
        "with a question open wins",
        ui.ActionRow(
            button("Play", f"{PLAY}:{challenge.id}", style=discord.ButtonStyle.success, emoji="▶️"),
            _my_rank(challenge),
            *([_all_places(challenge)] if page.members > _SHOWN else []),
        ),
    )


def played_card(played: Played) -> ui.LayoutView:
    """Where a member stands when there is nothing left to answer, or when they ask."""
    challenge, standing = played.challenge, played.standing
    name = f"challenge #{challenge.number}" if challenge.number else "this challenge"
    is_over = challenge.ended_at is not None
    if is_over and challenge.end_reason is not ChallengeEnd.FINISHED:
        return card(QUIET, f"{name[0].upper()}{name[1:]} was cancelled. Points for the leaderboard are kept.")
    row = ui.ActionRow(_all_places(challenge))
    if standing is None and not is_over and not challenge.questions:
        return card(
            QUIET, f"All questions of {name} are voided: moderators found that something is wrong with them."
        )
    if standing is None and not is_over and not played.left:
        return card(
            QUIET,
            f"You have answered all of {name}. You wrote its questions, so they earn you no points.",
            row,
        )
    if standing is None:
        text = (
            f"You did not play {name}. “All places” shows how it went."
            if is_over
            else f"You have not begun {name} yet."
        )
        first = button("Play", f"{PLAY}:{challenge.id}", style=discord.ButtonStyle.success, emoji="▶️")
        return card(QUIET, text, row if is_over else ui.ActionRow(first))
    rank = f"{_ordinal(standing.rank)} of {played.players}"
    items: list[Item] = [row]
    note = ""
    if is_over:
        head = f"### 🏁 You came in {rank}"
    elif not played.left:
        head = f"### 🎉 All answered: you are {rank} so far"
        note = f"-# The challenge ends {stamp(challenge.ends_at)}; places can change until then."
    else:
        head = f"### You are {rank} so far"
        note = f"-# {count(played.left, 'question')} left. The challenge ends {stamp(challenge.ends_at)}."
        go_on = button("Go on", f"{PLAY}:{challenge.id}", style=discord.ButtonStyle.success, emoji="▶️")
        items = [ui.ActionRow(go_on, _all_places(challenge))]
    return card(
        RIGHT if is_over else OPEN,
        lines([head, standing_line(standing, Names(), timed=True), f"-# {TIMED_LEGEND}", note]),
        *items,
    )


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def podium_card(result: ChallengeResult, names: Names) -> ui.LayoutView:
    """What came of a challenge, for everybody."""
    challenge = result.challenge
    head = f"### 🏆 Challenge #{challenge.number} is over"
    if not result.players:
        return card(QUIET, head, "Nobody played this time. The next one is a new chance.")
    podium = [standing_line(standing, names, timed=True) for standing in result.podium]
    if not podium:
        podium = ["Nobody got a point this time."]
    facts = [f"👥 **{count(result.players, 'member')}** played · 🎯 **{(result.accuracy or 0):.0%}** right"]
    if result.improved is not None:
        member, before, after = result.improved
        facts.append(f"📈 Most improved: {names.one(member)}, from {before:.0%} to {after:.0%} of the points")
    hardest = ""
    if result.hardest is not None:
        title = f"🧗 **Hardest question** ({result.hardest_share:.0%} right)\n{one_line(result.hardest, 600)}"
        key = " and ".join(result.hardest.options[place].text for place in sorted(result.hardest.key))
        room = MOST_TEXT - sum(map(len, [head, *podium, *facts, title])) - 300
        hardest = f"{title}\n✅ {clip(key, 400)}\n{clip(result.hardest.explanation, max(200, room - 400))}"
    return card(
        RIGHT,
        head,
        lines([*podium, f"-# {TIMED_LEGEND}"]),
        ui.Separator(),
        "\n".join(facts),
        ui.Separator() if hardest else "",
        hardest,
        ui.ActionRow(_my_rank(challenge), _all_places(challenge)),
    )


def history_card(number: int, page: int, challenges: Sequence[Challenge], names: Names) -> ui.LayoutView:
    """A page (from 0) of the challenges that are over, as their podiums said."""
    if not challenges:
        return card(QUIET, "### 🗂️ Past challenges", "There are none yet. The first one is waiting for you.")
    last = pages(number) - 1
    page = min(page, last)
    entries: list[Item] = []
    for challenge in challenges:
        won = ", ".join(map(names.one, challenge.winners[:3]))
        when = stamp(challenge.ended_at or challenge.ends_at, "d")
        played = f"{challenge.players} played" if challenge.players else "nobody played"
        first = f"🥇 {won} · {count(challenge.points, 'point')}" if won else ""
        entries.append(
            ui.Section(
                lines([f"**#{challenge.number}** · {when} · {played}", first]),
                accessory=button("Places", board_id(challenge.span, EVERYTHING, 0)),
            )
        )
    turns = [("First", 0), ("Previous", max(0, page - 1)), ("Next", page + 1), ("Last", last)]
    row = [
        ui.ActionRow(
            *(
                button(
                    label,
                    f"{HISTORY}:{action}:{to}",
                    disabled=page == (0 if action < 2 else last),
                )
                for action, (label, to) in enumerate(turns)
            )
        )
    ]
    where = f"-# {count(number, 'challenge')}" + (f", page {page + 1} of {last + 1}" if last else "")
    return card(OPEN, f"### 🗂️ Past challenges\n{where}", *entries, *(row if last else []))


def digest_card(digest: Digest, names: Names) -> ui.LayoutView:
    """A week in a few lines."""
    right = digest.right / digest.answered if digest.answered else 0.0
    leader = next((s for s in digest.best.standings if s.score.points), None)
    climb = digest.climber
    last_day = digest.ends_at - timedelta(seconds=1)
    return card(
        QUIET,
        f"### 📬 The week in numbers\n-# {stamp(digest.starts_at, 'd')} to {stamp(last_day, 'd')}",
        lines(
            [
                f"👥 **{count(digest.members, 'member')}** played",
                f"💬 **{count(digest.answered, 'question')}** answered, **{right:.0%}** right",
                f"🥇 {names.one(leader.score.member_id)} led with {count(leader.score.points, 'point')}"
                if leader
                else "",
                f"🧗 Best climber: {names.one(climb.member_id)}, from {_ordinal(climb.before)} to {_ordinal(climb.after)}"
                if climb
                else "",
            ]
        ),
        "-# `/leaderboard` shows everybody · a moderator switches this off with `/digest off`",
    )
