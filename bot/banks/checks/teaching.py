"""Rules on what teaches: whys, explanation, enough hints, facts that last, references, words of one's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.banks.checks.rules import COPIED, Item, Note, Rule, count, error, warning
from bot.banks.checks.words import grams, prose, words


def no_reason(item: Item) -> Iterator[Note]:
    """A why without a reason, or an explanation that is too short to teach or too long to be read."""
    whys = [option.why for option in item.options]
    for index, why in enumerate(whys):
        if len(words(why)) < 4:
            yield error(
                ("options", index, "why"),
                "this gives no reason; say why the option is right or wrong, so that the member learns something",
            )
        elif why in whys[:index]:
            yield error(
                ("options", index, "why"), "this why stands under two options; say what is true of each"
            )
    number = len(words(item.source.question.explanation))
    if not 40 <= number <= 120:
        yield warning(
            ("explanation",),
            f"the explanation has {count(number, 'word')}; 40 to 120 are enough to teach and to be read",
        )


def echo(item: Item) -> Iterator[Note]:
    """A why that merely repeats its option."""
    for index, option in enumerate(item.options):
        mine = set(words(option.why))
        if 4 <= len(words(option.why)) < 8:
            yield warning(
                ("options", index, "why"),
                "this why has fewer than 8 words; say what the option gets right or wrong",
            )
        elif mine and len(mine & set(words(option.text))) > 0.8 * len(mine):
            yield warning(("options", index, "why"), "this why repeats the option; give the reason")


_VERSION = re.compile(
    r"\b\d+\.\d+(?:\.\w+)*\b|\b20\d\d-\d\d(?:-\d\d)?\b|\bv\d|\b(?:version|revision|release) \d", re.I
)
_COURSE = re.compile(r"\bcourse\b|\bunit \d", re.I)
_FAMILIES = "gpt|claude|gemini|llama|qwen|mistral|mixtral|gemma|deepseek|phi|smollm"
_MODEL_ID = re.compile(
    r"\b[A-Za-z][\w.-]*/[A-Za-z][\w.-]*-(?:\d+(?:\.\d+)?b|instruct|chat|it)\b[\w.-]*"
    rf"|\b(?:{_FAMILIES})-?\d[\w.]*-[\w.-]*\w|\b(?:{_FAMILIES})[\w.-]*-\d+(?:\.\d+)?b\b[\w.-]*"
    r"|\bgpt-\d+[a-z]\b|\bo\d-(?:mini|preview|pro)\b",
    re.I,
)


def unnamed_version(item: Item) -> Iterator[Note]:
    """What holds for a version, told as if it held for ever."""
    for id_ in _facts_that_hold(item, "version"):
        if not _VERSION.search(item.prose):
            yield error(("prompt",), f"the fact {id_} holds for a version; name the version in the prompt")


def unnamed_course(item: Item) -> Iterator[Note]:
    """What the course says, told as if everybody said so."""
    for id_ in _facts_that_hold(item, "course"):
        if not _COURSE.search(item.prose):
            yield warning(
                ("prompt",), f"the fact {id_} is the course's view; say so: “in the course”, “in Unit 1”"
            )


def named_model(item: Item) -> Iterator[Note]:
    """A model that is soon replaced."""
    asked = (text for text in item.shown if text[0][-1] in {"prompt", "text"})
    for place, text in asked:
        match = _MODEL_ID.search(re.sub(r"https?://\S+", "", text))
        if match:
            yield error(
                place,
                f"'{match[0]}' is the id of a model, and models are replaced; describe the model instead",
            )


def default_number(item: Item) -> Iterator[Note]:
    """A default that the next version may change."""
    asks = re.search(r"\bdefaults?\b", item.prose) and not _VERSION.search(item.prose)
    if asks and re.fullmatch(r"\W*\d[\d,.]*( \w+)?", item.text(item.keys[0])):
        yield error(
            ("prompt",),
            "this asks for a default number, which changes; name the version, or ask what it does",
        )


def _facts_that_hold(item: Item, holds: str) -> list[str]:
    facts = item.head.facts
    return [id_ for id_ in item.source.question.facts if id_ in facts and facts[id_].holds == holds]


def no_evidence(item: Item) -> Iterator[Note]:
    """A question without the facts it tests or a reference."""
    question = item.source.question
    for index, id_ in enumerate(question.facts):
        if item.head.facts and id_ not in item.head.facts:
            yield error(
                ("facts", index), f"the fact '{id_}' is not in bank.yaml; correct it, or add it there"
            )
    if item.head.facts and not question.facts:
        yield error((), "this question names no fact that it tests; add facts: […] from bank.yaml")
    if not question.references:
        yield warning((), "there is no reference; add a page where members can read more")


def copied(item: Item) -> Iterator[Note]:
    """Words taken over from a source."""
    for place, text in item.shown if item.copied else ():
        match = next((gram for gram in grams(prose(text), COPIED) if hash(gram) in item.copied), None)
        if match:
            yield error(place, f"“{' '.join(match)}” stands so in a source; say it in your own words")


def few_hints(item: Item) -> Iterator[Note]:
    """Fewer hints than a ladder has."""
    number = len(item.hints)
    if number < 2:
        yield warning(
            (), f"there {'is one hint' if number else 'are no hints'}; write two, a gentle and a stronger one"
        )


RULES = (
    Rule("Q18", "no-reason", no_reason),
    Rule("Q19", "echo", echo),
    Rule("Q22", "stale", unnamed_version),
    Rule("Q22", "stale", unnamed_course, english=True),
    Rule("Q22", "stale", named_model),
    Rule("Q22", "stale", default_number, english=True),
    Rule("Q23", "no-evidence", no_evidence),
    Rule("Q24", "copied", copied),
    Rule("Q26", "few-hints", few_hints),
)
