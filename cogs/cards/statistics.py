"""How a member does, in numbers beside the picture."""

from __future__ import annotations

from discord import ui

from bot.domain.questions import Catalog
from bot.domain.statistics import ENOUGH, Statistics, TopicRecord, extremes, wilson
from cogs.cards.layout import OPEN, PARTLY, Item, button, card, clip, count, lines

VISIBILITY = "v"
"""Kind of the buttons that hide a member (1) or show them again (0)."""

PICTURE = "activity.png"

_TOPICS_SHOWN = 20


def statistics_card(
    found: Statistics, catalog: Catalog, description: str | None, *, hidden: bool | None
) -> ui.LayoutView:
    """The card. `description` says what the picture shows; None: there is no picture.

    `hidden` is whether the member, who is then the one who asks, is on no board; None: somebody else's.
    """
    picture: ui.MediaGallery[ui.LayoutView] = ui.MediaGallery()
    if description is not None:
        picture.add_item(media=f"attachment://{PICTURE}", description=description)
    items: list[Item | str] = [
        lines([f"### 📊 <@{found.member_id}>", _numbers(found), _streak(found)]),
        picture if description is not None else "",
        _topics(found, catalog),
        "-# Accuracy counts your first answer to a question in each week, the calendar counts all answers, also those alone.",
    ]
    if hidden is not None:
        label = "Show me on boards" if hidden else "Hide me from boards"
        items.append(
            ui.ActionRow(button(label, f"{VISIBILITY}:{0 if hidden else 1}", emoji="👀" if hidden else "🙈"))
        )
    return card(OPEN, *items)


def _numbers(found: Statistics) -> str:
    if found.accuracy is None:
        accuracy = "no answer counts yet"
    else:
        low, high = wilson(found.right, found.scored)
        accuracy = f"**{found.accuracy:.0%}** right (probably between {low:.0%} and {high:.0%})"
    return lines(
        [
            f"💬 **{count(found.answers, 'answer')}** · 🎯 {accuracy}",
            f"⭐ **{count(found.week_points, 'point')}** this week · **{found.points}** in all",
            _alone(found),
        ]
    )


def _alone(found: Statistics) -> str:
    answers, right = sum(day.answers for day in found.alone), sum(day.right for day in found.alone)
    if not answers:
        return ""
    return f"🔒 Alone: **{count(answers, 'answer')}**, {right / answers:.0%} right (nobody else sees this)"


def _streak(found: Statistics) -> str:
    streak = found.streak
    if not streak.days:
        longest = f" The longest was {count(streak.longest, 'day')}." if streak.longest else ""
        return f"🔥 No streak at the moment: one answer today begins one.{longest}"
    freezes = f" · 🧊 {count(streak.freezes, 'freeze')} for missed days" if streak.freezes else ""
    longest = f" (longest {streak.longest})" if streak.longest > streak.days else ""
    return f"🔥 **{count(streak.days, 'day')}** in a row{longest}{freezes}"


def _topics(found: Statistics, catalog: Catalog) -> str:
    if not found.topics:
        return ""
    ends = extremes(found.topics)

    def line(topic: TopicRecord) -> str:
        bank = catalog.banks.get(topic.bank)
        known = bank.topics.get(topic.topic) if bank else None
        note = {ends[0]: " 🌱", ends[1]: " 💪"}.get(topic, "") if ends else ""
        title = clip(known.title if known else topic.topic, 60)
        return f"**{topic.accuracy:.0%}** · {topic.right}/{topic.answered} · {title}{note}"

    table = [line(topic) for topic in found.topics]
    if len(table) > _TOPICS_SHOWN:
        half = _TOPICS_SHOWN // 2
        table = [*table[:half], f"-# … {len(table) - 2 * half} more …", *table[-half:]]
    note = (
        "💪 strongest and 🌱 weakest, as far as one can tell"
        if ends
        else f"Once two topics have {ENOUGH} answers each, strongest and weakest are named"
    )
    return "\n".join(["**By topic**", *table, f"-# {note}"])


def visibility_card(*, hidden: bool) -> ui.LayoutView:
    """Says what hiding means."""
    if hidden:
        text = (
            "🙈 You are hidden: no board names you, and nobody but you sees your statistics. Your answers and points "
            "are kept. While you are hidden you win neither podium nor champion's role. Results of quizzes that you play in name "
            "you as before."
        )
    else:
        text = "👀 You are on the boards again, and others may look at your statistics."
    back = button(
        "Show me on boards" if hidden else "Hide me from boards", f"{VISIBILITY}:{0 if hidden else 1}"
    )
    return card(PARTLY if hidden else OPEN, text, ui.ActionRow(back))
