"""What an answer needs besides its own form: the flag it speaks of must carry it."""

from kiemchung.errors import EvidenceError
from kiemchung.records import Answer, Flag
from kiemchung.vocabulary import AnswerKind, Harm


def check_answer(answer: Answer, flag: Flag) -> None:
    """Refuse an answer that says more than `flag`'s evidence allows (boundary 3).

    Raises:
        EvidenceError: the answer attaches evidence that the flag has not, or says `contradicted`
            of another flag than a `false_claim`, or without a check that passes the gate.
    """
    known = {evidence.fact_check: evidence for evidence in flag.evidence}
    if unknown := set(answer.evidence) - known.keys():
        raise EvidenceError(f"answer on {flag.id}: not its evidence: {', '.join(sorted(unknown))}")
    if answer.answer is not AnswerKind.CONTRADICTED:
        return
    if flag.label is not Harm.FALSE_CLAIM:
        raise EvidenceError(f"answer on {flag.id}: only a false_claim can be contradicted")
    if not any(known[fact_check].passes_gate for fact_check in answer.evidence):
        raise EvidenceError(
            f"answer on {flag.id}: contradicted needs an independent check that passes the gate"
        )
