"""The format of a bank's files. The JSON Schemas for editors are generated from these models."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    StringConstraints,
    TypeAdapter,
    model_validator,
)
from pydantic_core import PydanticCustomError

from bot.banks.nonsense import NONSENSE, nonsense
from bot.domain.questions import (
    FEWEST_EXAM_QUESTIONS,
    LONGEST_EXAM,
    MOST_EXAM_QUESTIONS,
    SHORTEST_EXAM,
    Bank,
    Difficulty,
    ExamFormat,
    Option,
    Question,
    Reference,
    Topic,
)

Slug = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64),
    Field(examples=["base-vs-instruct"]),
]


Level = Literal["recall", "apply", "judge"]

LEVELS: tuple[str, ...] = get_args(Level)
"""What a question may ask of the member, from little to much."""

FactId = Annotated[str, StringConstraints(min_length=1, max_length=40), Field(examples=["C08"])]

Allowed = dict[
    Annotated[str, StringConstraints(pattern=r"^Q\d\d$"), Field(examples=["Q08"])],
    Annotated[str, StringConstraints(min_length=10, max_length=300)],
]
"""Rules of `python -m bot check` that need not hold here, each with the reason."""


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, str_strip_whitespace=True)


class OptionFormat(_Strict):
    """One answer that can be chosen."""

    text: str = Field(min_length=1, max_length=300, description="What the option says.")
    correct: bool = Field(False, description="true for a correct option. Leave it out for the others.")
    why: str = Field(
        min_length=1,
        max_length=500,
        description="Why this option is right or wrong; shown to members who chose it.",
    )
    fixed: bool = Field(
        False,
        description="true keeps the option last when options are shuffled; on all: nothing is shuffled.",
    )


_ADDRESS = TypeAdapter(HttpUrl)


def _address(text: str) -> str:
    _ADDRESS.validate_python(text)
    return text


class ReferenceFormat(_Strict):
    """Where to read more."""

    title: str = Field(min_length=1, max_length=100, description="What the link is called.")
    url: Annotated[
        str,
        StringConstraints(max_length=500, pattern=r"^https?://[^\s()<>]+$"),
        AfterValidator(_address),
    ] = Field(description="A full web address, beginning with https://.")


class _Whole(_Strict):
    """Something that can be wrong as a whole although each of its fields is right."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        found = list(nonsense(self.model_dump()))
        if found:
            raise PydanticCustomError(NONSENSE, "; also ".join(found))
        return self


class QuestionFormat(_Whole):
    """One question."""

    id: Slug = Field(description="Unique in the bank, and never reused for another question.")
    facts: list[FactId] = Field(default_factory=list, max_length=10, description="Codes of what it tests.")
    level: Level = Field("recall", description="What it asks of the member.")
    difficulty: Difficulty = Field("medium", description="How hard it is.")
    prompt: str = Field(
        min_length=1, max_length=2000, description="The question. Markdown and fenced code blocks are shown."
    )
    options: list[OptionFormat] = Field(min_length=2, max_length=6, description="The answers to choose from.")
    explanation: str = Field(
        min_length=1, max_length=2000, description="Teaches the idea; shown with every verdict."
    )
    hints: list[Annotated[str, StringConstraints(min_length=1, max_length=500)]] = Field(
        default_factory=list, max_length=4, description="From gentle to strong. None gives the key away."
    )
    references: list[ReferenceFormat] = Field(
        default_factory=list, max_length=4, description="Where to read more."
    )
    author: int | None = Field(
        None,
        ge=1,
        le=(1 << 63) - 1,
        description="The Discord id of the member who wrote it. Their own answers to it earn no points.",
    )
    allow: Allowed = Field(
        default_factory=dict,
        description="Rules of the check that need not hold for this question, each with the reason.",
    )


class QuestionFileFormat(_Strict):
    """A file of questions on one topic: `<topic>.yaml`."""

    topic: Slug = Field(description="The id of the topic, as bank.yaml names it.")
    questions: list[QuestionFormat] = Field(min_length=1, description="The questions on this topic.")


class TopicFormat(_Strict):
    """One topic of a bank."""

    title: str = Field(min_length=1, max_length=80, description="What members see.")
    weight: int = Field(ge=1, le=100, description="Its part of the subject, in per cent.")


class FactFormat(_Strict):
    """A fact that questions test."""

    about: str = Field(min_length=1, max_length=100, description="What it is about, in a few words.")
    holds: Literal["always", "course", "version"] = Field(
        "always",
        description="course: as the course tells it; version: for a version. The prompt must then say which.",
    )


_USUAL_EXAM = ExamFormat()


class MockExamFormat(_Strict):
    """What a mock exam on a bank looks like."""

    questions: int = Field(
        default=_USUAL_EXAM.questions,
        ge=FEWEST_EXAM_QUESTIONS,
        le=MOST_EXAM_QUESTIONS,
        description="How many questions it has; no more than there are in the bank.",
    )
    minutes: int = Field(
        default=_USUAL_EXAM.minutes,
        ge=SHORTEST_EXAM,
        le=LONGEST_EXAM,
        description="How much time there is for it.",
    )


class BankFormat(_Whole):
    """`bank.yaml`: what a bank is about."""

    id: Slug = Field(description="The name of the bank's folder.")
    title: str = Field(min_length=1, max_length=80, description="What members see.")
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")] = Field(
        description="The language tag of the questions, such as en."
    )
    license: str = Field(
        min_length=1, max_length=80, description="The licence of the questions, such as CC-BY-4.0."
    )
    disclaimer: str = Field(
        min_length=1, max_length=300, description="Shown in /help: what this bank is not."
    )
    pass_mark: int = Field(80, ge=1, le=100, description="Per cent right that passes a mock exam.")
    exam: MockExamFormat = Field(
        default_factory=MockExamFormat, description="What a mock exam looks like unless somebody chooses."
    )
    topics: dict[Slug, TopicFormat] = Field(
        min_length=1, max_length=50, description="The topics by id; their weights add up to 100."
    )
    facts: dict[FactId, FactFormat] = Field(
        default_factory=dict,
        description="What questions test, by id. Without any, questions may name what they like.",
    )
    allow: Allowed = Field(
        default_factory=dict,
        description="Rules of the check that need not hold for the bank as a whole, each with the reason.",
    )


def to_question(bank: str, topic: str, source: QuestionFormat) -> Question:
    """The domain's question for a validated one from a file."""
    return Question(
        bank=bank,
        id=source.id,
        topic=topic,
        prompt=source.prompt,
        options=tuple(Option(o.text, o.why, o.correct, o.fixed) for o in source.options),
        explanation=source.explanation,
        hints=tuple(source.hints),
        references=tuple(Reference(r.title, r.url) for r in source.references),
        level=source.level,
        difficulty=source.difficulty,
        facts=tuple(source.facts),
        author=source.author,
    )


def to_bank(source: BankFormat, questions: list[Question]) -> Bank:
    """The domain's bank for a validated `bank.yaml` and its questions."""
    return Bank(
        id=source.id,
        title=source.title,
        language=source.language,
        license=source.license,
        disclaimer=source.disclaimer,
        pass_mark=source.pass_mark,
        topics={id_: Topic(id_, topic.title, topic.weight) for id_, topic in source.topics.items()},
        questions=tuple(questions),
        exam=ExamFormat(source.exam.questions, source.exam.minutes),
    )


def json_schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schemas by file name, for editors that complete and check YAML while it is written."""
    schemas = {}
    models: dict[str, type[BaseModel]] = {"bank": BankFormat, "questions": QuestionFileFormat}
    for name, model in models.items():
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
        schemas[f"{name}.schema.json"] = schema
    return schemas
