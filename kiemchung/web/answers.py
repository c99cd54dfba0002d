"""Reads an answer out of a form, and says in words what is wrong with it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import uuid4

import msgspec

from kiemchung.desk import check_answer
from kiemchung.errors import RecordError
from kiemchung.records import Answer, Flag
from kiemchung.text import clean
from kiemchung.vocabulary import AnswerKind, Harm
from kiemchung.web.security import Claim

NOTE_LIMIT = 2_000
LEARNED = (Harm.SCAM, Harm.HEALTH, Harm.EMERGENCY, Harm.ABUSE)


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One choice of the form: an answer and the label that belongs to it."""

    answer: AnswerKind
    label: Harm | None = None

    @property
    def value(self) -> str:
        """Return the choice as the form sends it."""
        return f"{self.answer}.{self.label}" if self.label else self.answer.value


HARMFUL = tuple(Option(answer=AnswerKind.HARMFUL, label=harm) for harm in LEARNED)
CONTRADICTED = Option(answer=AnswerKind.CONTRADICTED, label=Harm.FALSE_CLAIM)
OTHERS = tuple(
    Option(answer=answer)
    for answer in (AnswerKind.NOT_HARMFUL, AnswerKind.OUT_OF_SCOPE, AnswerKind.CANNOT_TELL)
)
OPTIONS = {option.value: option for option in (*HARMFUL, CONTRADICTED, *OTHERS)}


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer filled in."""

    choice: str = ""
    evidence: tuple[str, ...] = ()
    note: str = ""


def read_form(fields: Mapping[str, Sequence[str]]) -> Form:
    """Read the fields that a browser sent; line ends become one newline."""
    note = clean("".join(fields.get("note", ())[:1]))
    return Form(
        choice="".join(fields.get("choice", ())[:1]),
        evidence=tuple(dict.fromkeys(fields.get("evidence", ()))),
        note=note.replace("\r\n", "\n").replace("\r", "\n").strip(),
    )


def form_of(answer: Answer) -> Form:
    """Return the form as it was filled in for `answer`."""
    option = Option(answer=answer.answer, label=answer.label)
    return Form(choice=option.value, evidence=answer.evidence, note=answer.note)


def make_answer(form: Form, flag: Flag, claim: Claim, reviewer: str) -> Answer | str:
    """Make the answer that `form` gives to `flag`, or return the key of the word that says why not.

    Nothing is chosen, the note is too long, or the evidence does not carry `contradicted`.
    """
    option = OPTIONS.get(form.choice)
    if option is None:
        return "form.choose"
    if len(form.note) > NOTE_LIMIT:
        return "form.note_too_long"
    try:
        answer = _answer(option, form, claim, reviewer)
        check_answer(answer, flag)
    except RecordError:
        return "form.evidence_needed"
    return answer


def _answer(option: Option, form: Form, claim: Claim, reviewer: str) -> Answer:
    contradicts = option.answer is AnswerKind.CONTRADICTED
    return Answer(
        id=uuid4().hex,
        flag=claim.flag,
        flag_revision=claim.revision,
        reviewer=reviewer,
        answer=option.answer,
        label=option.label,
        evidence=form.evidence if contradicts else (),
        note=form.note,
        claimed_at=claim.claimed_at,
        given_at=datetime.now(UTC),
    )
