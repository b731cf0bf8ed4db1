"""Rules on the prompt and the hints: they ask clearly, and tell neither the key nor where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.banks.checks.rules import Item, Note, Rule, count, error, warning
from bot.banks.checks.words import NEGATION, as_written, content, pairs, says, without_code, words

_PLACE = re.compile(
    r"\b(?:[Oo]ption|[Aa]nswer|[Cc]hoice)s? (?:[A-F]|[1-6])\b"
    r"|\b(?:[Oo]ption|[Cc]hoice)s? (?:one|two|three|four|above|below)\b"
    r"|\b(?:[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|[Ll]ast) option\b"
)


def named_place(item: Item) -> Iterator[Note]:
    """A text names an option by letter or place; options are shuffled when they are shown."""
    if all(option.fixed for option in item.options):
        return
    for place, text in item.said:
        match = _PLACE.search(text)
        if match:
            yield error(
                place,
                f"'{match[0]}' names an option by its place, but options are shuffled; name what it says",
            )


_HARMLESS = re.compile(
    # a clause that tells when or why; "at least" and "least privilege" negate nothing
    r"^(?:If|When|Because|While|Although|Unless|Since|Until|After|Before|Once)\b[^,?]*,"
    r"|(?<=\w |, )(?:if|when|because|while|although|unless|since|until|after|before|once)\b[^,?]*"
    r"|\bat least\b|\bleast privilege\b"
)
_NEGATIVE = re.compile(r"\bleast\b|" + NEGATION.pattern, re.I)


def negatives(item: Item) -> tuple[list[str], list[str]]:
    """The negative words of the sentence that asks: all of them, and those neither in capitals nor bold."""
    asking = _HARMLESS.sub(" ", item.asking)
    bold = words(" ".join(re.findall(r"\*\*(.+?)\*\*", asking)))
    found = _NEGATIVE.findall(asking)
    return found, [word for word in found if not word.isupper() and word.lower() not in bold]


def negative_prompt(item: Item) -> Iterator[Note]:
    """The prompt asks for what is not so, and readers may overlook it."""
    _, unmarked = negatives(item)
    if unmarked:
        yield error(
            ("prompt",),
            f"the question turns on '{unmarked[0]}', which is easily overlooked; ask positively, "
            f"or write **{unmarked[0].upper()}**",
        )


def double_negative(item: Item) -> Iterator[Note]:
    """A negation in the question and one in an option."""
    found, _ = negatives(item)
    for place in range(len(item.options)) if found else ():
        if NEGATION.search(without_code(item.text(place))):
            yield error(
                ("options", place, "text"),
                "the prompt asks in the negative and this option is negative too; say one of them positively",
            )


def _clang(stems: Sequence[str], item: Item, common: set[str]) -> tuple[int, str, int]:
    """By how much a text shares more words with a key than with any distractor; these words; the place of the key."""
    mine = set(stems) - common
    other = max(len(mine & set(item.stems[place])) for place in item.distractors)
    most = max(item.keys, key=lambda place: len(mine & set(item.stems[place])))
    shared = mine & set(item.stems[most])
    only = shared.difference(*(item.stems[place] for place in item.distractors))
    return len(shared) - other, ", ".join(as_written(item.text(most), only or shared)), most


def _everywhere(item: Item) -> set[str]:
    """The words of the subject itself."""
    topic = item.head.topics.get(item.source.topic)
    return set(content(f"{item.head.title} {topic.title if topic else ''}"))


def clang(item: Item) -> Iterator[Note]:
    """The prompt repeats words of the key and of no distractor."""
    more, shared, place = _clang(item.prompt_stems, item, _everywhere(item))
    if more > 0:
        note = error if more > 1 else warning
        yield note(
            ("options", place, "text"),
            f"the key repeats words of the prompt ({shared}) more than the distractors do; "
            "use other words, or the same ones in a distractor",
        )


def no_question(item: Item) -> Iterator[Note]:
    """The prompt asks nothing that could be answered without the options."""
    text = re.sub(r"\(?\b(?:choose|select|pick|mark) \w+\b\W*$", "", item.prose, flags=re.I).strip()
    if "?" not in text and not text.endswith((":", "…", "_")):
        yield error(("prompt",), "the prompt asks nothing; end it with a question")
    if len(words(text)) < 6 and not item.has_code:
        yield error(
            ("prompt",), f"the prompt has {count(len(words(text)), 'word')}; say in six or more what is asked"
        )
    elif re.fullmatch(
        r"(?i)which (?:one )?of (?:the following|these)(?: \w+)? (?:is|are) (?:true|correct|right)\??", text
    ):
        yield error(
            ("prompt",), "the prompt asks what is true of anything at all; name the subject and ask about it"
        )


def window_dressing(item: Item) -> Iterator[Note]:
    """A question of recall with a long story."""
    number = len(words(item.prose))
    if number > 60 and item.source.question.level == "recall" and not item.has_code:
        yield warning(
            ("prompt",),
            f"this question asks for recall and its prompt has {number} words; cut it to 60, or use what it tells "
            "(level: apply)",
        )


def contained_key(item: Item) -> Iterator[Note]:
    """The prompt or a hint contains the key."""
    offers = any(says(item.prose, item.text(place)) for place in item.distractors)
    for key in item.keys:
        # a prompt that names what to choose from tells nothing, nor does one with a number that the key is, too
        telling = not offers and not all(stem.isdigit() for stem in item.stems[key])
        texts = [(("prompt",), item.prose), *item.hints] if telling else item.hints
        for place, text in texts:
            if says(text, item.text(key)):
                yield error(place, f"this contains the key, “{item.text(key)}”; say it in other words")


def telling_hint(item: Item) -> Iterator[Note]:
    """A hint has words of the key, or leaves nothing but the key."""
    elsewhere = pairs(content(item.source.question.prompt))
    elsewhere.update(*(pairs(item.stems[place]) for place in item.distractors))
    of_keys = set().union(*(pairs(item.stems[place]) for place in item.keys)) - elsewhere
    for place, hint in item.hints:
        if any(says(hint, item.text(key)) for key in item.keys):
            continue  # the rule above says so
        stems = content(hint)
        told = of_keys & pairs(stems)
        more, shared, _ = _clang(stems, item, set(item.prompt_stems))
        if told:
            pair = " ".join(as_written(hint, min(told)))
            yield error(place, f"this hint says “{pair}”, which stands only in the key; use other words")
        elif more > 1:
            yield warning(place, f"this hint repeats words of the key ({shared}); use other words")
        if all(says(hint, item.text(wrong)) for wrong in item.distractors):
            yield error(place, "this hint names every distractor, which leaves the key; name fewer")


_DEPENDS = re.compile(
    r"\b(?:in|from|of|see|to|after|as) (?:the |in the |this )?(?:previous|preceding|last|next) question\b"
    r"|^(?:the )?(?:previous|preceding) question\b|\bquestion (?:\d+|above|below)\b|\bsee above\b",
    re.I,
)


def depends(item: Item) -> Iterator[Note]:
    """A question that leans on another one, which the member may never see."""
    for place, text in item.said:
        quick = "uestion" in text or "above" in text  # the search is slow, and seldom needed
        match = _DEPENDS.search(text) if quick else None
        if match:
            yield error(
                place,
                f"'{match[0]}' leans on another question, which may not be shown; tell all that is needed",
            )


RULES = (
    Rule("Q02", "named-place", named_place, english=True),
    Rule("Q04", "negative-prompt", negative_prompt, english=True),
    Rule("Q05", "double-negative", double_negative, english=True),
    Rule("Q08", "clang", clang, english=True),
    Rule("Q14", "no-question", no_question, english=True),
    Rule("Q15", "window-dressing", window_dressing),
    Rule("Q17", "reveal", contained_key, english=True),
    Rule("Q17", "reveal", telling_hint, english=True),
    Rule("Q20", "depends", depends, english=True),
)
