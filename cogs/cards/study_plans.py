"""A study plan: what is left, what to do today, what will be known on the day of the exam."""

from __future__ import annotations

from datetime import date

import discord
from discord import ui

from bot.domain.study_plans import Forecast, TopicStand
from bot.study.study_plans import Progress, Quota
from cogs.cards.layout import OPEN, QUIET, RIGHT, button, card, clip, count, lines
from cogs.cards.sessions import QUESTIONS, practice_id, review_id

PLAN_DELETE = "plan-delete"
"""Kind of the buttons that delete a plan: the day of its exam, by number."""

_NEW = "`/plan` with an `exam-date` makes a new one"


def day_name(day: date, today: date) -> str:
    """A day in words, seen on `today`: Thu 15 Jan, and the year if it is another one."""
    return f"{day:%a} {day.day} {day:%b}" + (f" {day.year}" if day.year != today.year else "")


def no_plan_card(note: str | None) -> ui.LayoutView:
    """Says how to make a plan. `note` is what else the member must be told."""
    return card(
        QUIET,
        note or "",
        "### 🗓️ You have no plan yet\n"
        "When is your exam? Use `/plan` with an `exam-date`, such as “in 3 weeks”.\n"
        "-# You get questions for each day, your weakest topics, and a forecast.",
    )


def plan_card(progress: Progress, note: str | None) -> ui.LayoutView:
    """The plan, until the exam and after it. `note` is what else the member must be told."""
    plan, bank = progress.plan, progress.bank
    delete = button("Delete plan", f"{PLAN_DELETE}:{plan.exam_day.toordinal()}", emoji="🗑️")
    head, exam_day = f"### 🗓️ {clip(bank.title, 100)}", day_name(plan.exam_day, progress.day)
    if progress.today is None or progress.forecast is None:
        return card(
            QUIET,
            note or "",
            lines([head, _over(progress.days_left, exam_day)]),
            ui.Separator(),
            _so_far(progress),
            ui.ActionRow(delete),
        )
    practise = practice_id(progress.weakest_scope, None, QUESTIONS)
    row = [button("Practise the weakest", practise, emoji="🎯"), delete]
    if progress.today.reviews_left:
        row.insert(0, button("Review", review_id(beside=True), style=discord.ButtonStyle.success, emoji="🔁"))
    return card(
        RIGHT if _is_done(progress.today) else OPEN,
        note or "",
        lines(
            [
                head,
                f"⏳ **{count(progress.days_left, 'day')}** left · exam {exam_day}",
                _each_day(progress.today, progress.forecast),
            ]
        ),
        ui.Separator(),
        _today(progress.today),
        ui.Separator(),
        _so_far(progress),
        ui.Separator(),
        _forecast(progress.forecast, bank.pass_mark),
        ui.Separator(),
        _weakest(progress.weakest),
        "-# `/review` asks what is due, `/practice` what is new, `/exam start` is a rehearsal.",
        ui.ActionRow(*row),
    )


def deleted_card(*, existed: bool) -> ui.LayoutView:
    """Says that a plan was deleted, or that it was gone."""
    text = "🗑️ Your plan is deleted; your answers are kept." if existed else "That plan is gone already."
    return card(
        QUIET,
        f"{text} {_NEW}." if existed else f"{text} `/plan` shows the one that you have, or how to make one.",
    )


def _over(days_left: int, exam_day: str) -> str:
    if days_left == 0:
        return "🍀 **Your exam is today.** Good luck!"
    return f"🏁 The exam was on {exam_day}. {_NEW}."


def _each_day(today: Quota, found: Forecast) -> str:
    new, reviews = today.new_a_day, round(found.reviews_a_day)
    if not new + reviews:
        return "📌 Less than **one question a day**"
    return f"📌 About **{new + reviews} a day**: {new} new, {count(reviews, 'review')}"


def _is_done(today: Quota) -> bool:
    return today.new_done >= today.new and not today.reviews_left


def _today(today: Quota) -> str:
    if today.new_done > today.new:
        new = f"🌱 **{today.new_done}** new ✅ ({today.new} planned)"
    elif today.new:
        new = f"🌱 **{today.new_done} of {today.new}** new" + (" ✅" if today.new_done == today.new else "")
    else:
        new = "🌱 Nothing new is left ✅"
    reviews = today.reviews_done + today.reviews_left
    due = "" if today.reviews_left else " ✅"
    repeated = (
        f"🔁 **{today.reviews_done} of {count(reviews, 'review')}**{due}"
        if reviews
        else "🔁 No reviews are due ✅"
    )
    return lines(["**Today**", new, repeated])


def _so_far(progress: Progress) -> str:
    plan, total = progress.plan, len(progress.bank.questions)
    if plan.made_on >= progress.day:  # later: a calendar can go back by a day with the zone
        return lines(
            [
                "**Where you are**",
                f"👀 **{progress.seen}** of {total} questions answered",
                f"🧠 **{progress.known:.0%}** known",
            ]
        )
    return lines(
        [
            f"**Since {day_name(plan.made_on, progress.day)}**",
            f"👀 {plan.seen} → **{progress.seen}** of {total} answered",
            f"🧠 {plan.known:.0%} → **{progress.known:.0%}** known",
        ]
    )


def _forecast(found: Forecast, pass_mark: int) -> str:
    is_enough = found.planned * 100 >= pass_mark
    sign = "✅ above" if is_enough else "⚠️ below"
    return lines(
        [
            "**On exam day** (an estimate)",
            f"🛑 If you stop now: **{found.idle:.0%}** known",
            f"🚀 With this plan: about **{found.planned:.0%}**",
            f"-# {sign} the pass mark of {pass_mark}%",
        ]
    )


def _weakest(topics: tuple[TopicStand, ...]) -> str:
    stands = [
        f"**{topic.known:.0%}** · {clip(topic.title, 60)}\n"
        f"-# {topic.seen} of {topic.questions} answered · {topic.weight}% of the exam"
        for topic in topics
    ]
    return "\n".join(["**Weakest topics**, if you stop now", *stands])
