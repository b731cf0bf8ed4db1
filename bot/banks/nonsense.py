"""What can be wrong with a question or a bank as a whole although each of its fields is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

CARD_TEXT = 3600
"""What a question may put on one card. Discord allows 4,000 characters in a message
(https://docs.discord.com/developers/components/reference); the rest is ours: headings, points, tally, names."""

_RESULT_TABLE = 800
"""Room for the options on the result card, cut to a line each, and who was right."""

CARD_BYTES = 8000
"""The same in UTF-8 bytes: Discord fails above about 10 kB, which counts for CJK and emoji
(https://github.com/discord/discord-api-docs/issues/8554)."""

NONSENSE = "nonsense"
"""The kind of error of what is wrong with a question or bank as a whole."""


def nonsense(values: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a question or a bank as a whole, as far as its values can be judged.

    Takes plain values of any kind, so that these problems can be told beside those of single fields.
    """
    yield from _wrong_options(_groups(values, "options"))
    hints = _strings(values, "hints")
    if len(set(hints)) < len(hints):
        yield "two hints say the same; remove one"
    for name, text in _shown(values).items():
        if text.count("```") % 2:
            yield f"{name} opens a code block (```) and does not close it; add the closing ```"
    for card, parts in _cards(values).items():
        text = "".join(parts)
        if len(text) > CARD_TEXT:
            yield (
                f"the {card} would have {len(text):,} characters of text, and Discord takes {CARD_TEXT:,} "
                "beside the bot's own; shorten it"
            )
        elif len(text.encode()) > CARD_BYTES:
            yield (
                f"the {card} would take {len(text.encode()):,} bytes, and Discord takes {CARD_BYTES:,} "
                "beside the bot's own; shorten it"
            )
    yield from _wrong_weights(values.get("topics"))


def _wrong_weights(topics: Any) -> Iterator[str]:
    groups = topics.values() if isinstance(topics, dict) else []
    weights: list[Any] = [topic.get("weight") for topic in groups if isinstance(topic, dict)]
    if weights and all(type(weight) is int for weight in weights) and sum(weights) != 100:
        yield f"the weights of the topics add up to {sum(weights)}; they must add up to 100"


def _wrong_options(options: list[dict[str, Any]]) -> Iterator[str]:
    correct = [option.get("correct", False) for option in options]
    if len(options) > 1 and all(type(mark) is bool for mark in correct):
        if not any(correct):
            yield "no option is correct; mark at least one with 'correct: true'"
        if all(correct):
            yield "every option is correct; at least one must be wrong"
    texts = [option["text"].strip().casefold() for option in options if isinstance(option.get("text"), str)]
    if len(set(texts)) < len(texts):
        yield "two options say the same; give each its own text"


def _groups(values: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = values.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _strings(values: Mapping[str, Any], *names: str) -> list[str]:
    """The texts under some keys, also those in lists; whatever else stands there is left out."""
    found: list[str] = []
    for name in names:
        value = values.get(name)
        found += [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
    return found


def _shown(question: Mapping[str, Any]) -> dict[str, str]:
    """Every text of a question that members see, by what to call it."""
    shown = {name: text for name in ("prompt", "explanation") for text in _strings(question, name)}
    for number, option in enumerate(_groups(question, "options"), start=1):
        shown |= {
            f"option {number}, {name}": text for name in ("text", "why") for text in _strings(option, name)
        }
    return shown | {
        f"hint {number}": text for number, text in enumerate(_strings(question, "hints"), start=1)
    }


def _cards(question: Mapping[str, Any]) -> dict[str, list[str]]:
    """The text that each kind of card shows of a question, at most."""
    options, references = _groups(question, "options"), _groups(question, "references")
    texts = [text for option in options for text in _strings(option, "text")]
    # whys are shown as quotations, line by line
    whys = [why.replace("\n", "\n> ") for option in options for why in _strings(option, "why")]
    links = [f"[]({text})" for reference in references for text in _strings(reference, "title", "url")]
    return {
        "question card (prompt and options)": [*_strings(question, "prompt"), *texts],
        "explanation card (options with their whys, explanation and references)": [
            *texts,
            *whys,
            *_strings(question, "explanation"),
            *links,
        ],
        "result card (explanation and references)": [
            *_strings(question, "explanation"),
            *links,
            " " * _RESULT_TABLE,
        ],
        "hint card (all hints)": _strings(question, "hints"),
    }
