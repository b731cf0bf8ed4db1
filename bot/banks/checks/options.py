"""Rules on the options: nothing in their form may tell which one is right."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from statistics import fmean

from bot.banks.checks.rules import Item, Note, Rule, error, is_english, warning
from bot.banks.checks.words import stem, without_code, words

NO_CUE = 10
"""Characters. Nobody sees a difference in length below this."""


def _at(place: int) -> tuple[str, int, str]:
    return ("options", place, "text")


def longest_key(item: Item) -> Iterator[Note]:
    """The key is far longer than the distractors."""
    mean = fmean(len(item.text(place)) for place in item.distractors)
    for place in item.keys:
        length = len(item.text(place))
        if length > 1.25 * mean and length - mean > NO_CUE:
            yield warning(
                _at(place),
                f"the key has {length} characters and the distractors {mean:.0f} on average, and the longest option is "
                "what people guess; shorten it, or say as much in the distractors",
            )


_COMBINED = re.compile(
    r"^(?:all|none|any|both|neither|some)(?: of (?:these|those|them))?\W*$"
    r"|\b(?:all|none|any|both|neither|some) of the (?:above|below|options|answers|others)\b"
    r"|\b(?:all|none) (?:above|below)\b"
    r"|\b(?:both|neither) [A-F1-6] (?:and|n?or) [A-F1-6]\b"
    r"|^(?:only |either )?[A-F](?:, ?[A-F])*,? (?:and|or|&) [A-F]\W*$",
    re.I,
)


def combined_option(item: Item) -> Iterator[Note]:
    """An option stands for other options."""
    for place in range(len(item.options)):
        if _COMBINED.search(item.text(place)):
            yield error(
                _at(place),
                "this option stands for others, so that it can be judged without knowing them all; write an answer of "
                "its own",
            )


_ABSOLUTE = re.compile(r"\b(?:always|never|only|all|none|every)\b", re.I)


def absolute_words(item: Item) -> Iterator[Note]:
    """Absolute words stand on one side only."""
    found = [_ABSOLUTE.search(without_code(item.text(place))) for place in range(len(item.options))]
    keys, distractors = any(found[p] for p in item.keys), any(found[p] for p in item.distractors)
    if keys != distractors:
        place, word = next((place, match[0]) for place, match in enumerate(found) if match)
        yield warning(
            _at(place),
            f"'{word}' stands only in {'the key' if keys else 'distractors'}, and absolute statements are seldom true; "
            "say it without, or use such words on both sides",
        )


_VAGUE = re.compile(r"\b(?:often|usually|sometimes|rarely|occasionally|frequently|seldom)\b", re.I)


def vague_words(item: Item) -> Iterator[Note]:
    """Vague words of frequency, which nobody can call wrong."""
    for place in range(len(item.options)):
        match = _VAGUE.search(without_code(item.text(place)))
        if match:
            yield warning(_at(place), f"'{match[0]}' can be neither right nor wrong; say when or how much")


def same_options(item: Item) -> Iterator[Note]:
    """Two options say nearly the same."""
    for first, second in combinations(range(len(item.options)), 2):
        if _say_the_same(item.text(first), item.text(second)):
            yield error(
                _at(second),
                f"this says nearly the same as “{item.text(first)}”, so neither can be the only right one; "
                "make them differ",
            )


def _say_the_same(one: str, other: str) -> bool:
    if "`" in one + other:
        return one.split() == other.split()  # in code every character counts
    if _unpunctuated(one) == _unpunctuated(other):
        return True
    mine, theirs = set(words(one)), set(words(other))
    # the same words in another order, or with one of them exchanged, are another answer: before it, after it
    if mine == theirs or len(mine - theirs) == len(theirs - mine) == 1:
        return False
    return len(mine & theirs) >= 0.8 * len(mine | theirs)


def _unpunctuated(text: str) -> list[str]:
    """Symbols stay: C, C++ and C# are three things."""
    return re.sub(r"[.,;:!?\"'“”’]", " ", text).casefold().split()


_NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five"}
_CHOOSE = re.compile(
    r"(?:^|[.?!:]\s+|\()(?:choose|select|pick|mark) (?:two|three|four|five|several|all|[2-5])\b", re.I | re.M
)


def option_count(item: Item) -> Iterator[Note]:
    """Too few or too many options."""
    count = len(item.options)
    if not 3 <= count <= 5:
        yield error(("options",), f"there are {count} options; three to five serve best, so write that many")


def choose_count(item: Item) -> Iterator[Note]:
    """The prompt must say how many options to choose if it is not one."""
    count = len(item.keys)
    if count == 1 and _CHOOSE.search(item.prose):
        yield error(
            ("prompt",),
            "the prompt asks for several answers, but one option is correct; mark the others or ask for one",
        )
    number = _NUMBERS.get(count, str(count))
    asks = rf"\b(?:which|what|choose|select|pick|mark|name)(?: the)? (?:{number}|{count})\b"
    if count > 1 and not re.search(asks, item.prose, re.I):
        yield error(
            ("prompt",),
            f"{number} options are correct and the prompt does not say so; end it with “Choose {number}.”",
        )


_NO_GERUNDS = {
    "string",
    "thing",
    "something",
    "nothing",
    "everything",
    "anything",
    "during",
    "king",
    "ring",
    "bring",
}


def _beginning(text: str) -> str:
    first = (text.split(maxsplit=1) or [text])[0]
    plain = first.strip("“”\"'(,;:-−").casefold()
    if first.startswith("`"):
        return "code"
    if plain[:1].isdigit():
        return "a number"
    if plain in {"a", "an", "the"}:
        return "an article"
    if plain == "to":
        return "“to”"
    if plain.endswith("ing") and len(plain) > 4 and plain not in _NO_GERUNDS:
        return "an -ing form"
    return "a word of another kind"


def _odd_one(values: Sequence[str]) -> int | None:
    """The place of the one value that differs where all others agree."""
    ranking = Counter(values).most_common()
    if len(values) < 3 or len(ranking) != 2 or ranking[1][1] != 1:
        return None
    return values.index(ranking[1][0])


def grammar(item: Item) -> Iterator[Note]:
    """One option differs from all others in its grammar, or does not fit the prompt."""
    texts = [option.text for option in item.options]
    beginnings = [_beginning(text) for text in texts]
    odd = _odd_one(beginnings)
    if odd is not None:
        others = beginnings[odd - 1]
        yield warning(
            _at(odd),
            f"this option begins with {beginnings[odd]} and the others with {others}; give all the same form",
        )
    article = re.search(r"\b(an?)\s*[?:…_.]*$", item.prose)
    for place, text in enumerate(texts):
        if article and text[0].isalpha() and (text[0].casefold() in "aeiou") != (article[1] == "an"):
            yield warning(
                _at(place),
                f"this does not fit the '{article[1]}' that ends the prompt; move the article into the options",
            )
    yield from _surface(texts)


def _surface(texts: Sequence[str]) -> Iterator[Note]:
    ends = [text[-1] if text[-1] in ".!;" else "" for text in texts]
    if len(set(ends)) > 1:
        place = next(place for place, end in enumerate(ends) if end != Counter(ends).most_common(1)[0][0])
        yield warning(
            _at(place), "the options end differently; put a full stop behind all of them or behind none"
        )
    first = [re.match(r"[A-Za-z][a-z]*\b(?![-_.\w])", text) for text in texts]
    cases = [match[0][0].isupper() if match else None for match in first]
    plain = [case for case in cases if case is not None]
    if True in plain and False in plain:
        place = cases.index(Counter(plain).most_common()[-1][0])
        yield warning(
            _at(place), "some options begin with a capital letter and some do not; write all the same way"
        )


def option_lengths(item: Item) -> Iterator[Note]:
    """The options differ much in length."""
    lengths = [len(option.text) for option in item.options]
    if max(lengths) > 2.5 * min(lengths) and max(lengths) - min(lengths) > NO_CUE:
        yield warning(
            ("options",),
            f"the longest option has {max(lengths)} characters and the shortest {min(lengths)}; bring them closer",
        )


_NUMBER = r"-?\d[\d,]*(?:\.\d+)?"
_NUMERIC = re.compile(
    rf"^([^\w\s<>≤≥-]?)\s*({_NUMBER})(?:\s*(?:-|–|to)\s*({_NUMBER}))?\s*(%|[^\W\d]*)\s?([^\W\d]*)[.]?$"
)
_LONE_NUMBER = re.compile(rf"([^\d`]*?)({_NUMBER})([^\d`]*)")


def _ranges(texts: Sequence[str]) -> list[tuple[float, ...]]:
    """The number or range in each option, if all are such or differ in nothing but a number; else nothing."""
    found = [(m[2], m[3], (m[1], stem(m[4]), m[5])) for m in map(_NUMERIC.match, texts) if m]
    if len(found) < len(texts):
        lone = [m for m in map(_LONE_NUMBER.fullmatch, texts) if m and "." not in m[2]]
        found = [(m[2], None, (m[1], m[3], "")) for m in lone]
    # numbers of different units, or with different words around them, have no plain order
    if len(found) < len(texts) or len({around for *_, around in found}) > 1:
        return []
    return [tuple(float(n.replace(",", "")) for n in (low, high) if n) for low, high, _ in found]


def number_order(item: Item) -> Iterator[Note]:
    """Options that are numbers stand in no order, or their ranges overlap."""
    texts = [option.text for option in item.options]
    ranges = _ranges(texts)
    if not ranges or ("," in "".join(texts) and not is_english(item.head)):
        return  # elsewhere 0,5 is a half
    lows = [numbers[0] for numbers in ranges]
    if lows not in (sorted(lows), sorted(lows, reverse=True)):
        yield error(("options",), "these numbers stand in no order; sort them from small to large")
    elif not all(option.fixed for option in item.options):
        yield error(
            ("options",),
            "these numbers would be shuffled; write fixed: true in each option, so that they stay in order",
        )
    for one, other in pairwise(sorted(ranges)):
        if other[0] < one[-1] or (len(one) > 1 and other[0] == one[-1]):
            yield error(
                ("options",), "these ranges overlap, so that a number belongs to two of them; separate them"
            )
            break


RULES = (
    Rule("Q01", "longest-key", longest_key),
    Rule("Q03", "combined-option", combined_option, english=True),
    Rule("Q06", "absolute-words", absolute_words, english=True),
    Rule("Q07", "vague-words", vague_words, english=True),
    Rule("Q10", "same-options", same_options),
    Rule("Q11", "option-count", option_count),
    Rule("Q11", "option-count", choose_count, english=True),
    Rule("Q12", "grammar", grammar, english=True),
    Rule("Q13", "option-lengths", option_lengths),
    Rule("Q16", "number-order", number_order),
)
