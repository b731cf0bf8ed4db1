"""The rules on a bank as a whole, and its figures."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.banks.checks import check
from bot.banks.checks.bank_wide import ENOUGH, alike, similar
from tests.banks.checks.items import BANK, GOOD, write

WORDS = [
    "flame",
    "salt",
    "rice",
    "soup",
    "lamb",
    "cream",
    "lemon",
    "plate",
    "spoon",
    "knife",
    "bowl",
    "yeast",
    "thyme",
    "sieve",
    "crust",
    "broth",
]


def questions(count: int, prefix: str, key: int | None = None, **values: Any) -> list[dict[str, Any]]:
    """Many questions that are unlike each other; the key stands in each place in turn, or in one."""
    rng = random.Random(prefix)
    found = []
    for number in range(count):
        story = " ".join(rng.choices(WORDS, k=12))
        place = number % 4 if key is None else key
        options = [{k: v for k, v in option.items() if k != "correct"} for option in GOOD["options"]]
        options[place]["correct"] = True
        found.append(
            {
                **GOOD,
                "id": f"{prefix}-{number}",
                "prompt": f"A cook said {story}. What helps now?",
                "options": options,
                **values,
            }
        )
    return found


def whole(
    folder: Path, stove: list[dict[str, Any]], oven: list[dict[str, Any]], **bank: Any
) -> list[tuple[str, str, str]]:
    """What is found in bank.yaml: code and name, level, sentence."""
    path = write(folder, stove, oven=oven, bank={**BANK, **bank})
    return [
        (f"{f.code} {f.name}", f.level, f.what) for f in check(path).findings if f.file.endswith("bank.yaml")
    ]


def test_a_balanced_bank_is_fine(tmp_path: Path) -> None:
    assert whole(tmp_path, questions(48, "s"), questions(32, "o")) == []


def test_topics_must_keep_their_weights(tmp_path: Path) -> None:
    found = whole(tmp_path, questions(44, "s"), questions(36, "o"))
    assert [entry[:2] for entry in found] == [("Q23 weights", "error")] * 2
    assert (
        "55.0 % of the questions and a weight of 60 %; it should have about 48 of 80, not 44" in found[0][2]
    )


def test_two_points_are_tolerated(tmp_path: Path) -> None:
    assert whole(tmp_path, questions(47, "s"), questions(33, "o")) == []


def test_a_topic_without_questions_is_told_even_in_a_small_bank(tmp_path: Path) -> None:
    topics = {
        "stove": {"title": "On the stove", "weight": 60},
        "oven": {"title": "Oven", "weight": 30},
        "bar": {"title": "Bar", "weight": 10},
    }
    (found,) = whole(tmp_path, questions(1, "s"), questions(1, "o"), topics=topics)
    assert found == ("Q23 weights", "warning", "this topic has no question; write some, or remove it")


def test_a_small_bank_is_not_judged_by_shares(tmp_path: Path) -> None:
    assert whole(tmp_path, questions(1, "s", key=0), questions(ENOUGH - 2, "o", key=0)) == []


def test_the_key_must_not_be_the_longest_too_often(tmp_path: Path) -> None:
    def lengthen(items: list[dict[str, Any]], share: float) -> list[dict[str, Any]]:
        for item in items[: round(share * len(items))]:
            for option in item["options"]:
                option["text"] = (
                    "Some of it" + (" now" if option.get("correct") else "") + " " + option["text"][:3]
                )
        return items

    fine, many = tmp_path / "fine", tmp_path / "many"
    # in a quarter of the others the key stands in the place of the longest text
    assert whole(fine, lengthen(questions(48, "s"), 0.1), lengthen(questions(32, "o"), 0.1)) == []
    found = whole(many, lengthen(questions(48, "s"), 0.5), lengthen(questions(32, "o"), 0.5))
    assert found[0][:2] == ("Q01 longest-key", "error")
    assert "of the questions with one key; bring it below 35%" in found[0][2]


def test_keys_must_not_be_longer_on_average(tmp_path: Path) -> None:
    stove, oven = questions(48, "s"), questions(32, "o")
    for number, item in enumerate(stove + oven):
        for option, text in zip(item["options"], ("Frying", "Baking", "Boiling", "Roasting"), strict=True):
            option["text"] = text
        key = next(option for option in item["options"] if option.get("correct"))
        other = next(option for option in item["options"] if option is not key)
        key["text"] += " it"
        # another one is longer still, so that the key is not the longest
        other["text"] += " it well" if number % 2 else ""
    found = whole(tmp_path, stove, oven)
    assert ("Q01 longest-key", "warning") in {entry[:2] for entry in found}


def test_the_place_of_the_key_must_vary(tmp_path: Path) -> None:
    found = whole(tmp_path, questions(48, "s", key=1), questions(32, "o"))
    assert {entry[:2] for entry in found} == {("Q02 key-place", "error")}
    assert any(
        "in 56 questions the key stands in place 2, and chance would put it there in 20;" in entry[2]
        for entry in found
    )


def test_places_that_chance_explains_are_fine(tmp_path: Path) -> None:
    stove, oven = questions(24, "s"), questions(16, "o")
    # 15 of 40 stand first where 10 would be even: over 10 points, and yet p > .05
    for item in [item for item in stove + oven if item["options"][3].get("correct")][:5]:
        item["options"] = [item["options"][3], *item["options"][:3]]
    assert whole(tmp_path, stove, oven) == []


def test_three_options_may_have_the_longest_key_more_often(tmp_path: Path) -> None:
    stove, oven = questions(48, "s", key=0), questions(32, "o", key=0)
    for number, item in enumerate(stove + oven):
        item["options"] = item["options"][:3]
        texts = ["Baking", "Frying", "Cooked" + ("!" if number % 5 > 1 else "")]
        texts = (
            [texts[(place + number) % 3] for place in range(3)] if number % 5 < 2 else [texts[2], *texts[:2]]
        )
        for option, text in zip(item["options"], texts, strict=True):
            option["text"] = text
    longest = [entry for entry in whole(tmp_path, stove, oven) if entry[0].startswith("Q01")]
    assert [entry[1] for entry in longest] == ["error"]
    assert "in 60.0% of the questions with one key; bring it below 43%" in longest[0][2]


def test_few_questions_may_ask_in_the_negative(tmp_path: Path) -> None:
    stove, oven = questions(48, "s"), questions(32, "o")
    for item in stove[:4]:
        item["prompt"] = item["prompt"].replace("What helps", "What does NOT help")
    assert whole(tmp_path / "few", stove, oven) == []
    stove[4]["prompt"] = stove[4]["prompt"].replace("What helps", "What does NOT help")
    (found,) = whole(tmp_path / "many", stove, oven)
    assert found == (
        "Q04 negative-prompt",
        "error",
        "5 of 80 questions ask in the negative; ask more than 95 % positively",
    )


def test_figures(tmp_path: Path) -> None:
    bank = {**BANK, "facts": {"F1": {"about": "Foam"}, "F2": {"about": "Lids"}}}
    stove = questions(3, "s", facts=["F1"], level="judge", difficulty="hard")
    (figures,) = check(write(tmp_path, stove, oven=questions(1, "o", facts=["F1"]), bank=bank)).coverages
    assert (figures.bank, figures.questions, figures.facts, figures.facts_missed) == ("small", 4, 2, ("F2",))
    assert figures.key_places == (2, 1, 1, 0)
    first, second = figures.topics
    assert (first.id, first.weight, first.questions) == ("stove", 60, 3)
    assert (first.levels, first.difficulties) == ({"judge": 3}, {"hard": 3})
    assert (second.levels, second.difficulties) == ({"apply": 1}, {"easy": 1})
    assert figures.key_longest == 0.5  # the first two: 24 characters each, no other has as many
    assert round(figures.distractor_length, 1) == 22.1


def near(tmp_path: Path, *changes: dict[str, Any]) -> list[tuple[str, str, str]]:
    path = write(tmp_path, [{**GOOD, "id": f"n-{n}", **change} for n, change in enumerate(changes)])
    return [(f.question, f.level, f.what) for f in check(path).findings if f.code == "Q21"]


def test_the_same_question_twice_is_found(tmp_path: Path) -> None:
    (found,) = near(tmp_path, {}, {"prompt": GOOD["prompt"].replace("cook", "chef")})
    assert found[:2] == ("n-1", "error")
    assert "the same as n-0 (" in found[2]
    assert "stove.yaml:3)" in found[2]


def test_a_like_prompt_with_another_key_is_a_warning(tmp_path: Path) -> None:
    options = [{**option, "text": f"{option['text']} now"} for option in GOOD["options"]]
    (found,) = near(tmp_path, {}, {"options": options})
    assert found[:2] == ("n-1", "warning")


def test_other_prompts_are_no_duplicates(tmp_path: Path) -> None:
    assert (
        near(
            tmp_path,
            {},
            {"prompt": "A chef forgets cream upon a hot plate; it swells up. What rescues the pot now?"},
        )
        == []
    )


texts = st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=14), max_size=12)


@given(texts)
def test_the_quick_search_finds_what_comparing_all_pairs_finds(found: list[list[str]]) -> None:
    slow = {}
    for later in range(len(found)):
        for earlier in range(later):
            if alike(found[later], found[earlier]):
                slow.setdefault(later, earlier)
    assert dict(similar(found)) == slow


def test_texts_that_are_just_alike_are_found_at_any_length() -> None:
    for size in range(1, 200):
        long = [f"w{number}" for number in range(size)]
        short = long[: -(-85 * size // 115)]
        assert (list(similar([long, short])) == [(1, 0)]) == alike(long, short)
        assert (list(similar([short, long])) == [(1, 0)]) == alike(short, long)
