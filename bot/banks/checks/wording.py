"""Rules on the prompt, the hints and what teaches: whys, explanation, references."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.banks.checks.rules import COPIED, Item, Note, error, rule, warning
from bot.banks.checks.words import content, grams, pairs, says, without_code, words
from bot.banks.yaml_source import Path as Place

_PLACE = re.compile(
    r"\b(?:[Oo]ption|[Aa]nswer|[Cc]hoice)s? (?:[A-F]|[1-6])\b"
    r"|\b(?:[Oo]ption|[Cc]hoice)s? (?:one|two|three|four|above|below)\b"
    r"|\b(?:[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|[Ll]ast) (?:option|choice)\b"
)


@rule("Q02", "named-place", english=True)
def named_place(item: Item) -> Iterator[Note]:
    """A text names an option by letter or place; options are shuffled when they are shown."""
    for place, text in item.shown:
        match = _PLACE.search(text)
        if match:
            yield error(
                place,
                f"'{match[0]}' names an option by its place, but options are shuffled; name what it says",
            )


_NEGATIVE = re.compile(r"\b(?:not|except|(?<!at )least(?! privilege)|never|false|cannot|\w+n['’]t)\b", re.I)


def negatives(item: Item) -> tuple[list[str], bool]:
    """The negative words of the sentence that asks, and whether each stands in capitals or bold."""
    asking = without_code(item.asking)
    bold = " ".join(re.findall(r"\*\*(.+?)\*\*", asking))
    found = _NEGATIVE.findall(asking)
    return found, all(word.isupper() or word in bold for word in found)


@rule("Q04", "negative-prompt", english=True)
def negative_prompt(item: Item) -> Iterator[Note]:
    """The prompt asks for what is not so, and readers may overlook it."""
    found, marked = negatives(item)
    if found and not marked:
        yield error(
            ("prompt",),
            f"the question turns on '{found[0]}', which is easily overlooked; ask positively, "
            f"or write **{found[0].upper()}**",
        )


def _clang(text: Sequence[str], item: Item, domain: set[str]) -> tuple[int, list[str], int]:
    """By how much a text shares more words with a key than with any distractor; which words; the place of the key."""
    mine = set(text) - domain
    other = max((len(mine & set(item.stems[place])) for place in item.distractors), default=0)
    most = max(item.keys, key=lambda place: len(mine & set(item.stems[place])))
    shared = mine & set(item.stems[most])
    only = shared.difference(*(item.stems[place] for place in item.distractors))
    return len(shared) - other, sorted(only or shared), most


def _domain(item: Item) -> set[str]:
    """Words that are everywhere in this subject."""
    topic = item.head.topics.get(item.source.topic)
    return set(content(f"{item.head.title} {topic.title if topic else ''}"))


@rule("Q08", "clang", english=True)
def clang(item: Item) -> Iterator[Note]:
    """The prompt repeats words of the key and of no distractor."""
    more, shared, place = _clang(item.prompt_stems, item, _domain(item))
    if more > 0:
        note = error if more > 1 else warning
        yield note(
            ("options", place, "text"),
            f"the key repeats words of the prompt ({', '.join(shared)}) more than the distractors do; "
            "use other words, or the same ones in a distractor",
        )


@rule("Q14", "no-question", english=True)
def no_question(item: Item) -> Iterator[Note]:
    """The prompt asks nothing that could be answered without the options."""
    text = item.prose
    if "?" not in text and not text.endswith((":", "…", "_")):
        yield error(("prompt",), "the prompt asks nothing; end it with a question")
    if len(words(text)) < 6:
        yield error(("prompt",), f"the prompt has {len(words(text))} words; say in six or more what is asked")
    elif re.fullmatch(
        r"(?i)which (?:one )?of (?:the following|these)(?: \w+)? (?:is|are) (?:true|correct|right)\??", text
    ):
        yield error(
            ("prompt",), "this asks what is true of anything at all; name the subject and ask about it"
        )


@rule("Q15", "window-dressing")
def window_dressing(item: Item) -> Iterator[Note]:
    """A question of recall with a long story."""
    count = len(words(item.prose))
    if count > 60 and item.source.question.level == "recall" and "```" not in item.source.question.prompt:
        yield warning(
            ("prompt",),
            f"this question asks for recall and its prompt has {count} words; cut it to 60, or use what it tells "
            "(level: apply)",
        )


@rule("Q17", "reveal", english=True)
def reveal(item: Item) -> Iterator[Note]:
    """The prompt or a hint gives the key away."""
    question = item.source.question
    texts: list[tuple[Place, str]] = [(("prompt",), question.prompt), *_hints(item)]
    said = [(place, key) for key in item.keys for place, text in texts if says(text, item.text(key))]
    for place, key in said:
        yield error(place, f"this contains the key, “{item.text(key)}”; say it in other words")
    known = pairs(content(question.prompt)).union(*(pairs(item.stems[place]) for place in item.distractors))
    telling = set().union(*(pairs(item.stems[place]) for place in item.keys)) - known
    for place, hint in _hints(item):
        stems = content(hint)
        told = telling & pairs(stems)
        more, shared, _ = _clang(stems, item, set(item.prompt_stems))
        if any(place == there for there, _ in said):
            continue
        if told:
            pair = " ".join(min(told))
            yield error(place, f"this hint says “{pair}”, which stands only in the key; use other words")
        elif more > 1:
            yield warning(place, f"this hint repeats words of the key ({', '.join(shared)}); use other words")
        if len(item.distractors) > 1 and all(says(hint, item.text(wrong)) for wrong in item.distractors):
            yield error(place, "this hint names every distractor, which leaves the key; name fewer")


def _hints(item: Item) -> list[tuple[Place, str]]:
    return [(("hints", index), hint) for index, hint in enumerate(item.source.question.hints)]


@rule("Q18", "no-reason")
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
    count = len(words(item.source.question.explanation))
    if not 40 <= count <= 120:
        yield warning(
            ("explanation",),
            f"the explanation has {count} words; 40 to 120 are enough to teach and to be read",
        )


@rule("Q19", "echo")
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


_DEPENDS = re.compile(
    r"\b(?:in|from|of|see|to|after|as) (?:the |in the |this )?(?:previous|preceding|last|next) question\b"
    r"|^(?:the )?(?:previous|preceding) question\b|\bquestion (?:\d+|above|below)\b|\bsee above\b",
    re.I,
)


@rule("Q20", "depends", english=True)
def depends(item: Item) -> Iterator[Note]:
    """A question that leans on another one, which the member may never see."""
    for place, text in item.shown:
        match = _DEPENDS.search(text)
        if match:
            yield error(
                place,
                f"'{match[0]}' leans on another question, which may not be shown; tell all that is needed",
            )


_VERSION = re.compile(r"\b\d+\.\d+(?:\.\w+)*\b|\b20\d\d-\d\d(?:-\d\d)?\b")
_COURSE = re.compile(r"\bcourse\b|\bunit \d", re.I)
_MODEL_ID = re.compile(
    r"\b[A-Za-z][\w.-]*/[A-Za-z][\w.]*-[\w.-]*\d[\w.-]*"
    r"|\b(?:gpt|claude|gemini|llama|qwen|mistral|mixtral|gemma|deepseek|phi|smollm)-?\d[\w.]*-[\w.-]*\w"
    r"|\bgpt-\d+[a-z]\b",
    re.I,
)


@rule("Q22", "stale")
def stale(item: Item) -> Iterator[Note]:
    """A question that a new version makes wrong."""
    question = item.source.question
    facts = [(id_, item.head.facts[id_].holds) for id_ in question.facts if id_ in item.head.facts]
    for id_, holds in facts:
        if holds == "version" and not _VERSION.search(item.prose):
            yield error(("prompt",), f"the fact {id_} holds for a version; name the version in the prompt")
        if holds == "course" and not _COURSE.search(item.prose):
            yield warning(
                ("prompt",), f"the fact {id_} is the course's view; say so: “in the course”, “in Unit 1”"
            )
    asked: list[tuple[Place, str]] = [(("prompt",), question.prompt)]
    asked += [(("options", index, "text"), option.text) for index, option in enumerate(item.options)]
    for place, text in asked:
        match = _MODEL_ID.search(re.sub(r"https?://\S+", "", text))
        if match:
            yield error(
                place,
                f"'{match[0]}' is the id of a model, and models are replaced; describe the model instead",
            )
    key = item.text(item.keys[0])
    if (
        re.search(r"\bdefaults?\b", item.prose)
        and re.fullmatch(r"\W*\d[\d,.]*( \w+)?", key)
        and not _VERSION.search(item.prose)
    ):
        yield error(
            ("prompt",),
            "this asks for a default number, which changes; name the version, or ask what it does",
        )


@rule("Q23", "no-evidence")
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


@rule("Q24", "copied")
def copied(item: Item) -> Iterator[Note]:
    """Words taken over from a source."""
    if not item.copied:
        return
    for place, text in item.shown:
        match = next((gram for gram in grams(text, COPIED) if hash(gram) in item.copied), None)
        if match:
            yield error(place, f"“{' '.join(match)}” stands so in a source; say it in your own words")


@rule("Q26", "few-hints")
def few_hints(item: Item) -> Iterator[Note]:
    """Fewer hints than a ladder has."""
    count = len(item.source.question.hints)
    if count < 2:
        yield warning(
            (), f"there {'is one hint' if count else 'are no hints'}; write two, a gentle and a stronger one"
        )
