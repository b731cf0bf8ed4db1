"""Texts as the checks see them: words without case, punctuation and inflection. English where a language matters."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from itertools import pairwise

import snowballstemmer

_FENCE = re.compile(r"```.*?```", re.S)
_CODE = re.compile(r"`[^`]*`")
_SENTENCE = re.compile(r"(?<=[.!?:])\s+")
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_UNSPACED = re.compile(r"([\u3040-\u30ff\u3400-\u9fff])")
"""Chinese and Japanese put no spaces between words: each character counts as one."""

NEGATION = re.compile(r"\b(?:not|never|cannot|except|false|\w+n['’]t)\b", re.I)
"""Words that turn a statement round."""

_STOP = frozenset(
    """a about after again all also an and another any are as at be been before being both but by can could did do
    does done during each either else ever every few first for from get gets given go goes had has have he her here him
    his how if in instead into is it its itself just last least less let like made make makes many may me might more
    most much must my need needs neither new next no none nor not now of off on once one only onto or other others our
    out over own per put rather same second see set she should since so some still such take takes than that the their
    them then there these they thing this those through to together too two under until up upon us use used uses using
    very was way we well were what when where whether which while who whom whose why will with within without would
    yet you your""".split()  # noqa: SIM905 - a list of words reads best as text
)


def prose(text: str) -> str:
    """A text without its fenced code blocks."""
    return _FENCE.sub("\n", text).strip()


def without_code(text: str) -> str:
    """A text without any code, fenced or in backticks."""
    return _CODE.sub(" ", prose(text))


def asking_sentence(prompt: str) -> str:
    """The sentence of a prompt that asks: the last one with a question mark, else the last one of all."""
    sentences = [sentence for sentence in _SENTENCE.split(prose(prompt)) if sentence]
    asking = [sentence for sentence in sentences if "?" in sentence]
    return (asking or sentences or [""])[-1]


def words(text: str) -> list[str]:
    """The words of a text in lower case; identifiers such as `max_steps` are one word."""
    return _WORD.findall((text if text.isascii() else _UNSPACED.sub(r" \1 ", text)).lower())


def normal(text: str) -> str:
    """A text without case, punctuation and repeated spaces, for comparing."""
    return " ".join(words(text))


def says(text: str, part: str) -> bool:
    """Whether a text contains another one, word by word. Texts without words (`+`) are compared as they are."""
    if not words(part):
        return part.strip() in text
    return f" {normal(part)} " in f" {normal(text)} "


def content(text: str) -> list[str]:
    """The stems of the words that carry meaning, in order."""
    return [stem(word) for word in words(text) if word not in _STOP]


@cache
def stem(word: str) -> str:
    """A word without its inflection: agents, agent."""
    return str(_STEMMER.stemWord(word))


_STEMMER = snowballstemmer.stemmer("english")


def as_written(text: str, stems: Collection[str]) -> list[str]:
    """The words of a text that have these stems, each once."""
    return list(dict.fromkeys(word for word in words(text) if word not in _STOP and stem(word) in stems))


def pairs(stems: Sequence[str]) -> set[tuple[str, str]]:
    """The neighbours in a list."""
    return set(pairwise(stems))


def grams(text: str, size: int) -> Iterable[tuple[str, ...]]:
    """All runs of so many words."""
    found = words(text)
    return (tuple(found[start : start + size]) for start in range(len(found) - size + 1))
