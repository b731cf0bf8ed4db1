"""Each rule on single questions: what it finds, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.banks.checks import NAMES, RULES
from bot.banks.checks.rules import Item
from bot.banks.format import BankFormat, QuestionFormat
from bot.banks.loader import QuestionSource
from bot.banks.yaml_source import read_yaml
from tests.banks.checks.items import BANK, GOOD, changed, found

FACTS = {
    "F1": {"about": "Foam and steam"},
    "F2": {"about": "What the course says of lids", "holds": "course"},
    "F3": {"about": "A setting of the stove", "holds": "version"},
}


def test_the_good_question_is_good(tmp_path: Path) -> None:
    assert found(tmp_path, GOOD) == []


def numbers(*texts: str, fixed: bool = True) -> list[dict[str, Any]]:
    return [
        {**option, "text": text, "fixed": fixed} for option, text in zip(GOOD["options"], texts, strict=True)
    ]


def two_keys(prompt: str) -> dict[str, Any]:
    return changed(prompt=prompt, option_2_correct=True)


PROMPT = GOOD["prompt"]

FAULTS: list[tuple[str, dict[str, Any], str, str]] = [
    # code, question, the part of it whose line is named, a part of the sentence
    ("Q01 warning", changed(option_0_text="Lifting it from the heat before the foam can reach the rim"), "Lifting", "longest"),
    ("Q02 error", changed(option_1_why="Salt is for soup; the best here is option A, as anyone can see."), "Salt is", "'option A'"),
    ("Q02 error", changed(hints=["Think.", "It is not the first option that you see."]), "It is not", "'first option'"),
    ("Q02 error", changed(option_0_why="Answer B fails here, and there is not much time to be lost now."), "Answer B", "'Answer B'"),
    ("Q03 error", changed(option_3_text="All of the above"), "All of", "stands for others"),
    ("Q03 error", changed(option_3_text="None of these"), "None of", "stands for others"),
    ("Q03 error", changed(option_3_text="Both A and B work well"), "Both A", "stands for others"),
    ("Q03 error", changed(option_3_text="A, B and C"), "A, B", "stands for others"),
    ("Q03 error", changed(option_3_text="Both"), "Both", "stands for others"),
    ("Q04 error", changed(prompt="Milk foams over. What is NOT right, and what doesn't help?"), "prompt:", "**DOESN'T**"),
    ("Q04 error", changed(prompt="Milk foams over a high flame. What does not save the pan?"), "prompt:", "'not'"),
    ("Q04 error", changed(prompt="Milk foams over a high flame. Which step is least useful?"), "prompt:", "**LEAST**"),
    ("Q04 error", changed(prompt="Milk foams over a flame. Which of these doesn't help?"), "prompt:", "'doesn't'"),
    ("Q05 error", changed(prompt="Milk foams over a high flame. What does NOT help?", option_1_text="Not adding any salt"), "Not adding", "positively"),
    ("Q05 error", changed(prompt="Milk foams over a high flame. Which statement is FALSE?", option_1_text="Salt does not help"), "Salt does", "positively"),
    ("Q06 warning", changed(option_3_text="Always stirring in sugar"), "Always", "distractors"),
    ("Q06 warning", changed(option_0_text="Lifting it at every sign"), "Lifting", "the key"),
    ("Q07 warning", changed(option_2_text="Usually closing the lid"), "Usually", "when or how much"),
    ("Q08 warning", changed(option_0_text="Lifting it off the flame"), "Lifting", "flame"),
    ("Q08 error", changed(option_0_text="Lifting milk off the flame"), "Lifting", "milk, flame"),
    ("Q10 error", changed(option_1_text="lifting it, from the heat!"), "lifting it,", "nearly the same"),
    ("Q10 error", changed(option_1_text="Lifting it slowly from the heat"), "Lifting it slowly", "nearly the same"),
    ("Q11 error", changed(options=GOOD["options"][:2]), "options:", "2 options"),
    ("Q11 error", changed(prompt=PROMPT + " Choose two."), "prompt:", "one option is correct"),
    ("Q11 error", two_keys(PROMPT), "prompt:", "Choose two."),
    ("Q11 error", two_keys("Two cooks have a pan in which milk foams. What saves it?"), "prompt:", "Choose two."),
    ("Q12 warning", changed(option_2_text="To close it with a lid"), "To close", "“to”"),
    ("Q12 warning", changed(option_2_text="A lid that closes tightly"), "A lid", "an article"),
    ("Q12 warning", changed(option_2_text="`close()` on the lid"), "`close", "code"),
    ("Q12 warning", changed(option_2_text="closing it with a lid"), "closing", "capital letter"),
    ("Q12 warning", changed(option_2_text="Closing it with a lid."), "Closing", "full stop"),
    ("Q12 warning", changed(prompt="The best thing to do in this case is an:", options=[{**o, "text": t} for o, t in zip(GOOD["options"], ["act", "ebb", "lid", "ice"], strict=True)]), "lid", "'an'"),
    ("Q13 warning", changed(option_1_text="Salt", option_3_text="Stirring in some sugar and cream"), "options:", "shortest 4"),
    ("Q14 error", changed(prompt="The milk foams and climbs up to the rim."), "prompt:", "asks nothing"),
    ("Q14 error", changed(prompt="What saves the pan?"), "prompt:", "4 words"),
    ("Q14 error", changed(prompt="Which of the following statements is true?"), "prompt:", "anything at all"),
    ("Q14 error", two_keys("Which of the following are true? Choose two."), "prompt:", "anything at all"),
    ("Q15 warning", changed(level="recall", prompt="There was a cook. " * 16 + PROMPT), "prompt:", "cut it to 60"),
    ("Q16 error", changed(options=numbers("10", "2", "30", "40")), "options:", "no order"),
    ("Q16 error", changed(options=numbers("2 spoons", "10 spoons", "30 spoons", "40 spoons", fixed=False)), "options:", "fixed: true"),
    ("Q16 error", changed(options=numbers("1 to 5", "5 to 9", "10 to 20", "21 to 30")), "options:", "overlap"),
    ("Q16 error", changed(options=numbers("After line 4", "After line 1", "After line 3", "After line 6")), "options:", "no order"),
    ("Q16 error", changed(options=numbers("After line 1", "After line 3", "After line 4", "After line 6", fixed=False)), "options:", "fixed: true"),
    ("Q17 error", changed(hints=["Think.", "Try lifting it from the heat now."]), "Try lifting", "contains the key"),
    ("Q17 error", changed(prompt="Is lifting it from the heat good? What saves the pan?"), "prompt:", "contains the key"),
    ("Q17 error", changed(option_0_text="Lifting off the pan lid", hints=["Think.", "It is done at the pan lid."]), "It is done", "“pan lid”"),
    ("Q17 error", changed(hints=["Think.", "Adding a spoon of salt, closing it with a lid or stirring in some sugar?"]), "Adding a spoon of salt,", "every distractor"),
    ("Q17 warning", changed(hints=["Think.", "Some heat makes a case for lifting."]), "Some heat", "lifting, heat"),
    ("Q18 error", changed(option_2_why="This is incorrect."), "This is incorrect", "no reason"),
    ("Q18 error", changed(option_2_why=GOOD["options"][1]["why"]), "Salt seasons", "two options"),
    ("Q18 warning", changed(explanation="Steam carries the foam."), "explanation:", "4 words"),
    ("Q18 warning", changed(explanation="Steam carries the foam. " * 40), "explanation:", "160 words"),
    ("Q19 warning", changed(option_2_why="A lid keeps all steam in."), "A lid keeps all", "fewer than 8"),
    ("Q19 warning", changed(option_2_why="Closing it, closing it with a lid, with a lid closing."), "Closing it,", "repeats the option"),
    ("Q20 error", changed(prompt="As in the previous question, milk foams. What saves the pan?"), "prompt:", "previous question"),
    ("Q20 error", changed(option_0_why="Question 3 tells at length why steam carries the foam up."), "Question 3", "Question 3"),
    ("Q22 error", changed(facts=["F3"]), "prompt:", "name the version"),
    ("Q22 warning", changed(facts=["F2"]), "prompt:", "in the course"),
    ("Q22 error", changed(facts=["F1"], prompt="Which step follows after loading acme/cook-7b-instruct into a pan?"), "prompt:", "acme/cook-7b-instruct"),
    ("Q22 error", changed(facts=["F1"], option_1_text="Asking gpt-4o-mini first"), "Asking", "gpt-4o-mini"),
    ("Q22 error", changed(facts=["F1"], prompt="How long does the stove cook by default?", options=numbers("1 minute", "2 minutes", "3 minutes", "4 minutes")), "prompt:", "default number"),
    ("Q22 error", changed(facts=["F1"], prompt="A cook asks Mistral-7B how to save milk. Which step follows?"), "prompt:", "Mistral-7B"),
    ("Q23 error", changed(facts=["F1", "F9"]), "F9", "'F9' is not in bank.yaml"),
    ("Q23 error", changed(facts=[]), "foam-on-the-milk", "names no fact"),
    ("Q23 warning", changed(facts=["F1"], references=[]), "foam-on-the-milk", "no reference"),
    ("Q26 warning", changed(hints=["Ask what carries the bubbles."]), "foam-on-the-milk", "one hint"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "question", "line", "part"), FAULTS, ids=[f"{n}-{fault[0]}" for n, fault in enumerate(FAULTS)]
)
def test_a_fault_is_found(kind: str, question: dict[str, Any], line: str, part: str, tmp_path: Path) -> None:
    bank = {**BANK, "facts": FACTS} if "facts" in question else BANK
    code, level = kind.split()
    findings = [finding for finding in found(tmp_path, question, bank=bank) if finding.code == code]
    assert [(finding.level, finding.name) for finding in findings] == [(level, NAMES[code])], findings
    assert part in findings[0].what
    assert ";" in findings[0].what or "," in findings[0].what, "it says what to do"
    lines = Path(findings[0].file).read_text(encoding="utf-8").splitlines()
    assert line in lines[findings[0].line - 1]


FINE: list[tuple[str, dict[str, Any]]] = [
    ("a difference in length that nobody sees", changed(option_0_text="Lifting it off from heat")),
    ("a model's answer", changed(option_1_why="The answer of a model may vary, and salt in answer a has no effect.")),
    ("all, of some things", changed(option_1_text="All of the salt we have", option_0_text="All of the heat turned off")),
    ("a negative in the story", changed(prompt="The milk does not stop to climb. What saves the pan at once?")),
    ("a marked negative", changed(prompt="A pan of milk foams over. Which step does **NOT** help here?")),
    ("at least", changed(prompt="A pan of milk foams over. What saves at least half of it?")),
    ("False in code", changed(prompt="A pan returns `False` when it is full. What saves `not pan` at once?")),
    ("absolute words on both sides", changed(option_0_text="Lifting all from the heat", option_1_text="Adding all of the salt")),
    ("words that a distractor repeats as well", changed(option_0_text="Lifting it off the flame", option_1_text="Salting milk on the flame")),
    ("words of the subject itself", changed(option_0_text="Lifting it off the stove", prompt="Milk foams on the stove. What saves the pan at once?")),
    ("words in the code to read", changed(option_0_text="`h, eat`", option_1_text="`s, alt`", option_2_text="`l, ids`", option_3_text="`s, uga`", prompt="What does this program print when it runs?\n```python\nprint(chr(104) + eat)\n```", hints=["Read.", "Run."])),
    ("another order", changed(option_1_text="Lifting the heat from it")),
    ("code that differs in a character", changed(option_0_text="`x[0]`", option_1_text="`x[1]`", option_2_text="`x(0)`", option_3_text="`x(1)`")),
    ("two keys with their number", two_keys("A cook boils milk, and foam climbs. What saves the pan? Choose two.")),
    ("names of classes", changed(option_0_text="CodeAgent and heat", option_1_text="smolagents and salt", option_2_text="LangGraph and a lid", option_3_text="LlamaIndex and sugar")),
    ("short labels", changed(option_0_text="Heat", option_1_text="Salting", option_2_text="Lid", option_3_text="Sugaring it")),
    ("a question with a colon", changed(prompt="In such a case, a quick cook saves the pan by:")),
    ("a long story to judge", changed(level="judge", prompt="There was a cook. " * 16 + PROMPT)),
    ("numbers in order", changed(options=numbers("1,000", "2,000", "3,000", "4,000"))),
    ("numbers from large to small", changed(options=numbers("4 %", "3 %", "2 %", "1.5 %"))),
    ("ranges in order", changed(options=numbers("1–4", "5–9", "10–20", "21–30"))),
    ("numbers among other things", changed(option_0_text="7 days", option_1_text="5 days or more", option_2_text="2 weeks of it", option_3_text="1 day")),
    ("a hint with a word of key and distractor", changed(option_1_text="Adding salt to the heat", hints=["Think.", "Heat is the thing."])),
    ("what was asked before, in the story", changed(prompt="A cook repeats the guest's previous question. What saves the pan?")),
    ("a version", changed(facts=["F3"], prompt="In version 1.27 of the stove, milk foams. What saves the pan?")),
    ("a revision by date", changed(facts=["F3"], prompt="In revision 2026-07-28 of the stove, milk foams. What saves it?")),
    ("the course's view", changed(facts=["F2"], prompt="In Unit 2, milk foams over in a pan. What saves it at once?")),
    ("a folder and a file", changed(prompt="A cook reads docs/unit-1.md and train/test-80 first. What saves the pan?")),
    ("a version in words", changed(facts=["F3"], prompt="In version 5 of the stove, milk foams. What saves the pan?")),
    ("numbers with other units", changed(options=numbers("30 minutes", "1 hour", "2 days", "1 week", fixed=False))),
    ("pairs of numbers", changed(options=numbers("1 and 2", "1 and 3", "2 and 3", "2 and 4", fixed=False))),
    ("numbers around nought", changed(options=numbers("-10", "-5", "0", "5"))),
    ("limits", changed(options=numbers("< 10", "10 to 20", "21 to 40", "> 40", fixed=False))),
    ("symbols that differ", changed(options=numbers("C", "C#", "C++", "F#", fixed=False))),
    ("one word exchanged", changed(option_1_text="Lifting it before the heat", option_0_text="Lifting it after the heat")),
    ("what to choose from, quoted in the prompt", changed(prompt="Which comes first in this cook's notes: heat, salt, lid or sugar?", options=[{**o, "text": t} for o, t in zip(GOOD["options"], ["Heat", "Salt", "Lid", "Sugar"], strict=True)], hints=["Read.", "Look."])),
    ("a number that stands in the prompt", changed(prompt="In version 3 of the recipe, how many lids does a cook need?", options=numbers("1", "2", "3", "4"))),
    ("a condition in the negative", changed(prompt="What should a cook do when the flame does not go out?")),
    ("a condition in front", changed(prompt="If the flame does not go out, what should a cook do?")),
    ("to select things, in the story", changed(prompt="A cook wants to select all pans that foam. What saves them?")),
    ("a short question on code", changed(prompt="What does this print?\n```python\nprint(4)\n```")),
    ("the first choice", changed(option_1_why="Salt is the first choice for soups, but the foam does not mind it.")),
    ("a letter where nothing is shuffled", changed(options=[{**o, "fixed": True} for o in GOOD["options"]], hints=["Think of option B.", "Think of heat."])),
    ("three options", changed(options=GOOD["options"][:3])),
    ("a family of models", changed(prompt="Llama 3 and GPT-4 write recipes on and/or off. What saves the pan?")),
]  # fmt: skip


@pytest.mark.parametrize("question", [fine[1] for fine in FINE], ids=[fine[0] for fine in FINE])
def test_what_is_fine_is_left_alone(question: dict[str, Any], tmp_path: Path) -> None:
    bank = {**BANK, "facts": FACTS} if "facts" in question else BANK
    assert [str(finding) for finding in found(tmp_path, question, bank=bank)] == []


def test_each_rule_has_a_fault() -> None:
    assert {rule.code for rule in RULES} - {"Q24"} == {kind.split()[0] for kind, *_ in FAULTS}


@pytest.mark.parametrize("language", ["de", "enm"])
def test_a_bank_in_another_language_is_spared_the_rules_on_english_words(
    tmp_path: Path, language: str
) -> None:
    question = changed(
        prompt="Nie kocht die Milch über?", option_0_text="All of the above", option_1_why="Falsch ist das."
    )
    codes = {finding.code for finding in found(tmp_path, question, bank={**BANK, "language": language})}
    assert codes == {"Q18"}


def test_decimals_with_a_comma_are_not_put_in_order(tmp_path: Path) -> None:
    question = changed(options=numbers("0,5 Gramm", "1 Gramm", "2 Gramm", "4 Gramm", fixed=False))
    assert found(tmp_path, question, bank={**BANK, "language": "de"}) == []


def test_chinese_words_are_counted_by_characters(tmp_path: Path) -> None:
    whys = [
        "因为蒸汽不再把泡沫往上推了",
        "盐只能让汤更有味道而已啊",
        "盖子只会让水升得更快一些",
        "糖会让更多的气泡马上出现",
    ]
    question = changed(
        prompt="牛奶在大火上煮的时候泡沫升到锅边，怎样才能马上救回这锅牛奶？",
        options=[
            {"text": text, "why": why, "correct": place == 0}
            for place, (text, why) in enumerate(zip(["离火", "加盐", "盖上", "加糖"], whys, strict=True))
        ],
        explanation="泡沫是由底下的蒸汽推上来的，" * 5,
        hints=["想想是什么在推", "能量要停下来"],
    )
    assert [str(finding) for finding in found(tmp_path, question, bank={**BANK, "language": "zh"})] == []


pieces = st.sampled_from(
    [*"ab1 .,?:`*_'-/\n\x1c", "not ", "all ", "a ", "to ", "```", "𝒳", "学", "\u200b", "Choose two. "]
)
short_texts = st.lists(pieces, min_size=1, max_size=30).map("".join)


@given(st.data())
@settings(suppress_health_check=list(HealthCheck))
def test_no_valid_question_is_too_odd_for_the_rules(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 6))
    values = {
        "id": "odd",
        "level": data.draw(st.sampled_from(["recall", "apply", "judge"])),
        "prompt": data.draw(st.lists(pieces, min_size=1, max_size=80).map("".join)),
        "options": [
            {
                "text": data.draw(short_texts),
                "why": data.draw(short_texts),
                "correct": data.draw(st.booleans()),
            }
            for _ in range(count)
        ],
        "explanation": data.draw(short_texts),
        "hints": data.draw(st.lists(short_texts, max_size=4)),
        "facts": data.draw(st.lists(st.sampled_from(["F1", "F2", "F3", "F4"]), max_size=3)),
    }
    try:
        question = QuestionFormat.model_validate(values)
    except ValidationError:
        return
    head = BankFormat.model_validate({**BANK, "facts": FACTS})
    document = read_yaml(yaml.safe_dump({"topic": "stove", "questions": [values]}))
    item = Item(QuestionSource("stove.yaml", "stove", question, document, 0), head, frozenset({1}))
    for entered in RULES:
        for note in entered.find(item):
            assert item.source.line(note.place) >= 1
            assert ("questions", 0, *note.place) in document.lines or not note.place
