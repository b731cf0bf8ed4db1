"""What everybody sees at the end: the result of a round, the scoreboard of a quiz, the leaderboard."""

from __future__ import annotations

from discord import ui

from bot.domain.questions import LETTERS
from bot.domain.quizzes import EndReason, Quiz, QuizResult
from bot.domain.rounds import Round, RoundResult
from cogs.cards.boards import standing_line
from cogs.cards.layout import (
    MOST_TEXT,
    OPEN,
    QUIET,
    RIGHT,
    bar,
    card,
    clip,
    count,
    duration,
    lines,
    links,
    one_line,
)
from cogs.cards.names import Names

_ON_A_BOARD = 10


def result_card(round_: Round, result: RoundResult, names: Names, *, more: bool) -> ui.LayoutView:
    """Key, how many chose what, who was right, the explanation."""
    question = round_.question
    head = (
        f"### Result of question {round_.position} of {round_.total}"
        if round_.quiz_id
        else f"### Result\n{one_line(question)}"
    )
    if result.voided:
        head += "\n🚫 **A moderator has voided this question:** nobody has points for it."
    options = []
    for place, option in enumerate(round_.order):
        chosen = result.counts[option]
        share = chosen / result.answered if result.answered else 0.0
        symbol = "✅" if option in question.key else "▫️"
        options.append(
            f"{symbol} **{LETTERS[place]}**  {clip(question.options[option].text, 90)}\n{bar(share)} {chosen}"
        )
    # no timestamp: it would read "3 hours ago" for as long as the channel is there
    following = "⏭️ Next question in a few seconds" if more else ""
    parts = [head, "\n".join(options), question.explanation, links(question), following]
    room = MOST_TEXT - sum(map(len, parts)) - 150
    return card(
        RIGHT if result.right and not result.voided else QUIET,
        *parts[:2],
        _who(result, names, room),
        ui.Separator(),
        *parts[2:],
    )


def _who(result: RoundResult, names: Names, room: int) -> str:
    if not result.answered:
        return "Nobody answered."
    if not result.right:
        return f"**0 of {result.answered}** right."
    right = f"**{len(result.right)} of {result.answered}** right"
    if not names.hidden:
        right += f": {names.several(result.right, min(room, 1000))}"
    if result.fastest is None:
        return right
    return f"{right}\n⚡ Fastest: {names.one(result.right[0])} in {duration(result.fastest)}"


_ENDED = {
    EndReason.FINISHED: "",
    EndReason.STOPPED: "It was stopped early.",
    EndReason.IDLE: "Nobody answered the last questions, so I ended it here. `/quiz start` begins a new one.",
    EndReason.AWAY: "I was away for a while, so I ended it here. All answers are kept; `/quiz start` begins a new one.",
    EndReason.REFUSED: "",
}


def scoreboard_card(quiz: Quiz, result: QuizResult, names: Names) -> ui.LayoutView:
    """How a quiz went."""
    head = lines(
        [
            f"### 🏁 Quiz over · {count(result.asked, 'question')}",
            _ENDED[quiz.end_reason or EndReason.FINISHED],
            f"🚫 {count(result.voided, 'question')} voided by a moderator: left out here."
            if result.voided
            else "",
        ]
    )
    if not result.standings:
        return card(QUIET, head, "Nobody answered this time.")
    facts = [f"🎯 **{(result.accuracy or 0):.0%}** of all answers were right"]
    if result.hardest is not None:
        facts.append(f"🧗 Hardest ({result.hardest_share:.0%} right): {one_line(result.hardest)}")
    more = len(result.standings) - 2 * _ON_A_BOARD
    table = [standing_line(standing, names, result.asked) for standing in result.standings[: 2 * _ON_A_BOARD]]
    rest = f"… and {more} more · " if more > 0 else ""
    table.append(f"-# {rest}points · right of {count(result.asked, 'question')}")
    return card(
        OPEN,
        head,
        "\n".join(table),
        ui.Separator(),
        "\n".join(facts),
        "-# `/explain` repeats your last explanation · `/leaderboard` shows the week",
    )
