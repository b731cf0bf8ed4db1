"""Rules on a bank as a whole, and the figures behind them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from statistics import fmean

from bot.banks.checks.prompts import negatives
from bot.banks.checks.rules import Item, Note, error, is_english, warning
from bot.banks.checks.words import normal, words
from bot.banks.format import BankFormat
from bot.banks.loader import QuestionSource, Track, untracked

ENOUGH = 40
"""Questions. In fewer, shares and averages say little, and a single question moves them by points."""

LONGEST = 0.10
"""By how much the share of questions in which the key is the longest option may pass chance: four options make 35 %."""

_CHI_SQUARE = {1: 3.84, 2: 5.99, 3: 7.81, 4: 9.49, 5: 11.07}
"""The 95th percentile of chi-square by degrees of freedom (NIST/SEMATECH e-Handbook, section 1.3.6.7.4)."""


@dataclass(frozen=True, slots=True)
class TopicCoverage:
    """What a bank has on one topic."""

    id: str
    title: str
    weight: int
    """Its part of the subject, in per cent."""
    questions: int
    levels: dict[str, int]
    difficulties: dict[str, int]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a bank has, in figures. Shares are of the questions with one key, from 0 to 1; lengths in characters."""

    bank: str
    questions: int
    topics: tuple[TopicCoverage, ...]
    key_longest: float
    key_places: tuple[int, ...]
    key_length: float
    distractor_length: float
    facts: int
    facts_missed: tuple[str, ...]


def coverage(head: BankFormat, questions: Sequence[QuestionSource]) -> Coverage:
    """Count what a bank has."""
    by_topic: dict[str, list[QuestionSource]] = defaultdict(list)
    for question in questions:
        by_topic[question.topic].append(question)
    keys, distractors = _lengths(questions)
    single = _with_one_key(questions)
    used = {fact for source in questions for fact in source.question.facts}
    return Coverage(
        bank=head.id,
        questions=len(questions),
        topics=tuple(
            TopicCoverage(
                id=id_,
                title=topic.title,
                weight=topic.weight,
                questions=len(by_topic[id_]),
                levels=dict(Counter(source.question.level for source in by_topic[id_])),
                difficulties=dict(Counter(source.question.difficulty for source in by_topic[id_])),
            )
            for id_, topic in head.topics.items()
        ),
        key_longest=sum(map(_key_is_longest, single)) / len(single) if single else 0,
        key_places=_key_places(single),
        key_length=fmean(keys) if keys else 0,
        distractor_length=fmean(distractors) if distractors else 0,
        facts=len(head.facts),
        facts_missed=tuple(id_ for id_ in head.facts if id_ not in used),
    )


def bank_notes(head: BankFormat, items: Sequence[Item], found: Coverage) -> Iterator[tuple[str, Note]]:
    """What is wrong with the bank as a whole, by the code of the rule. Places are in bank.yaml."""
    single = _with_one_key([item.source for item in items])
    for topic in found.topics:
        if not topic.questions:
            yield "Q23", warning(("topics", topic.id), "this topic has no question; write some, or remove it")
    if found.questions < ENOUGH:
        return
    for topic in found.topics:
        wanted = found.questions * topic.weight / 100
        share = 100 * topic.questions / found.questions
        if abs(share - topic.weight) > 2 and abs(topic.questions - wanted) > 1:
            yield (
                "Q23",
                error(
                    ("topics", topic.id),
                    f"this topic has {share:.1f} % of the questions and a weight of {topic.weight} %; "
                    f"it should have about {wanted:.0f} of {found.questions}, not {topic.questions}",
                ),
            )
    most = LONGEST + (fmean(1 / len(source.question.options) for source in single) if single else 1)
    if found.key_longest > most:
        yield (
            "Q01",
            error(
                (),
                f"the key is the longest option in {found.key_longest:.1%} of the questions with one key; "
                f"bring it below {most:.0%} by shorter keys or longer distractors",
            ),
        )
    if found.key_length > 1.1 * found.distractor_length:
        yield (
            "Q01",
            warning(
                (),
                f"keys have {found.key_length:.0f} characters on average and distractors "
                f"{found.distractor_length:.0f}; bring them within a tenth",
            ),
        )
    yield from _places(found.key_places, single)
    if is_english(head):
        yield from _negatives(items)


def _places(places: Sequence[int], single: Sequence[QuestionSource]) -> Iterator[tuple[str, Note]]:
    """Where the key stands in the file. Options are shuffled when shown, but the bank may be used elsewhere."""
    counts = [len(source.question.options) for source in single]
    expected = [
        sum(1 / count for count in counts if count > place) for place in range(max(counts, default=0))
    ]
    if len(expected) < 2:
        return
    distance = sum((seen - due) ** 2 / due for seen, due in zip(places, expected, strict=True))
    for place, (seen, due) in enumerate(zip(places, expected, strict=True), start=1):
        if abs(seen - due) > len(single) / 10 and distance > _CHI_SQUARE[len(expected) - 1]:
            yield (
                "Q02",
                error(
                    (),
                    f"in {seen} questions the key stands in place {place}, and chance would put it there in {due:.0f}; "
                    "move some keys in the files",
                ),
            )


def _negatives(items: Sequence[Item]) -> Iterator[tuple[str, Note]]:
    found = sum(bool(negatives(item)[0]) for item in items)
    if found > len(items) / 20:
        yield (
            "Q04",
            error(
                (), f"{found} of {len(items)} questions ask in the negative; ask more than 95 % positively"
            ),
        )


def _with_one_key(questions: Sequence[QuestionSource]) -> list[QuestionSource]:
    return [source for source in questions if sum(o.correct for o in source.question.options) == 1]


def _key_is_longest(source: QuestionSource) -> bool:
    options = source.question.options
    key = next(len(option.text) for option in options if option.correct)
    return all(len(option.text) < key for option in options if not option.correct)


def _key_places(single: Sequence[QuestionSource]) -> tuple[int, ...]:
    found = Counter(
        next(place for place, option in enumerate(source.question.options) if option.correct)
        for source in single
    )
    longest = max((len(source.question.options) for source in single), default=0)
    return tuple(found[place] for place in range(longest))


def _lengths(questions: Sequence[QuestionSource]) -> tuple[list[int], list[int]]:
    options = [option for source in questions for option in source.question.options]
    keys = [len(option.text) for option in options if option.correct]
    return keys, [len(option.text) for option in options if not option.correct]


ALIKE = 85
"""Per cent. From this similarity on, two prompts are near-duplicates: 2 × words in common, in order / words of both."""


def near_duplicates(items: Sequence[Item], track: Track = untracked) -> Iterator[tuple[int, Note]]:
    """The numbers of questions whose prompt is nearly that of an earlier one: an error if the key is the same, too."""
    prompts = [words(item.source.question.prompt) for item in items]
    for later, earlier in similar(prompts, track):
        item, other = items[later], items[earlier]
        where = f"{other.source.question.id} ({other.source.file}:{other.source.line()})"
        if _key_text(item) == _key_text(other):
            yield later, error(("prompt",), f"this asks the same as {where}; remove one of them")
        else:
            what = f"this prompt is nearly that of {where}; ask about something else"
            yield later, warning(("prompt",), what)


def _key_text(item: Item) -> tuple[str, ...]:
    return tuple(sorted(normal(item.text(place)) or item.text(place) for place in item.keys))


def similar(texts: Sequence[Sequence[str]], track: Track = untracked) -> Iterator[tuple[int, int]]:
    """The places of texts that are alike, each with that of the first earlier one.

    Two texts can be alike only if they share one of the rarest words of each ("prefix filtering", Chaudhuri, Ganti and
    Kaushik 2006, doi 10.1109/ICDE.2006.9), so that few pairs need comparing in full.
    """
    marked = [_marked(text) for text in texts]
    frequency = Counter(word for text in marked for word in text)
    # numbered by rarity: sorting and comparing numbers is what makes this fast
    rank = {word: number for number, word in enumerate(sorted(frequency, key=lambda w: (frequency[w], w)))}
    ranked = [sorted(rank[word] for word in text) for text in marked]
    sets = [frozenset(text) for text in ranked]
    index: dict[int, list[int]] = defaultdict(list)
    for later, text in enumerate(track(ranked, "comparing")):
        size = len(text)
        # an alike text has at least this many of the words, whatever its own length; rounded up, in whole numbers
        least = -(-ALIKE * size // (200 - ALIKE))
        prefix = text[: size - least + 1]
        for earlier in sorted({earlier for word in prefix for earlier in index[word]}):
            both = size + len(sets[earlier])
            # twice the shorter one is the most that they can share
            if 200 * min(size, both - size) < ALIKE * both:
                continue
            shared = len(sets[later] & sets[earlier])
            if 200 * shared >= ALIKE * both and alike(texts[later], texts[earlier]):
                yield later, earlier
                break
        for word in prefix:
            index[word].append(later)


def _marked(text: Sequence[str]) -> set[tuple[str, int]]:
    """The words of a text, each repetition as a word of its own."""
    seen: Counter[str] = Counter()
    found = set()
    for word in text:
        seen[word] += 1
        found.add((word, seen[word]))
    return found


def alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two texts have enough words in common, in the same order."""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    shared = sum(block.size for block in matcher.get_matching_blocks())
    return 200 * shared >= ALIKE * (len(one) + len(other))
