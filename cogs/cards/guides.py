"""The help card and the announcement of a quiz."""

from __future__ import annotations

from discord import ui

from bot.domain.questions import Bank, Catalog, Topic
from bot.domain.quizzes import Quiz
from bot.domain.scoring import HINT_COST, LEAST_POINTS, RIGHT_POINTS, SPEED_POINTS
from cogs.cards.layout import OPEN, card, clip, count
from cogs.cards.names import Names


def help_card(catalog: Catalog) -> ui.LayoutView:
    """What one can do here."""
    banks = "\n".join(
        f"**{bank.title}**: {count(len(bank.questions), 'question')} on {count(len(bank.topics_with_questions), 'topic')}. "
        f"-# {bank.disclaimer} Licence: {bank.license}."
        for bank in list(catalog.banks.values())[:5]
    ).replace(" -# ", "\n-# ")
    return card(
        OPEN,
        "### 🎓 Studyhall: study together, right here",
        "**Play**\n"
        "`/quiz start` asks a series of questions in this channel; click a letter to answer. Your first answer counts, "
        "and only you see your verdict.\n"
        "`/question` posts one question that stays open for hours or days.\n"
        "`/quiz skip` and `/quiz stop` are for whoever started the quiz, and for moderators.",
        "**Learn**\n"
        "`/hint` gives you the next hint of the open question, in private.\n"
        "`/explain` shows again why each option of your last question is right or wrong.\n"
        "🚩 **Report** on a card notes what is wrong with a question, for whoever looks after the questions.",
        "**Study alone, in private**\n"
        "`/practice` goes through questions on a topic with you; `/review` asks what you are about to forget, "
        "`/remind on` tells you when something is due (`/remind off`).\n"
        "`/exam start` is a timed mock exam with a report, `/exam history` shows your past ones. `/plan` counts the days to your "
        "exam and the questions for each.\n"
        "`/privacy` shows what I keep about you, exports it and erases it.\n"
        "-# These work in direct messages with me, too.",
        "**Win**\n"
        "`/challenge play` is the weekly challenge: the same questions for everyone, at your own pace; "
        "`/challenge history` shows who won.\n"
        "`/leaderboard` shows who leads this week, this month, in the challenge …, `/stats` how you do.\n"
        f"-# A right answer: {RIGHT_POINTS} points, and up to {SPEED_POINTS} more for speed in a quiz. Each hint: −{HINT_COST}, but a "
        f"right answer keeps at least {LEAST_POINTS}. Several correct options: a part of the key earns that part of the {RIGHT_POINTS}. "
        "A question scores on the leaderboard once a week.",
        "**For moderators**\n"
        "`/challenge setup` makes a challenge come by itself each week; `/challenge pause`, `/challenge resume`, "
        "`/challenge now`, `/challenge cancel`.\n"
        "`/settings` says where quizzes run, who starts them, which bank and time zone are used, and whether names are shown; "
        "`/digest on` and `/digest off`: the week in numbers; `/reload` reads the questions again.\n"
        "`/reports` shows what members reported about questions, and takes points of faulty ones back.",
        ui.Separator(),
        clip(banks, 1200),
    )


def announcement_card(quiz: Quiz, bank: Bank, topic: Topic | None) -> ui.LayoutView:
    """Says that a quiz begins."""
    subject = f"{topic.title} ({bank.title})" if topic else bank.title
    return card(
        OPEN,
        f"### 🎓 Quiz: {subject}\n"
        f"{Names().one(quiz.starter_id)} starts a quiz: **{count(quiz.questions, 'question')}**, {quiz.seconds} seconds each. "
        "The first question follows in a few seconds.",
        "-# Click a letter to answer. Your first answer counts, and only you see your verdict.",
    )
