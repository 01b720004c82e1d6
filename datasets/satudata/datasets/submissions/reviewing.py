"""What stands in the way of an act on a submission: another state, no reason, warnings nobody has confirmed."""

from collections.abc import Sequence

from satudata.datasets import checks
from satudata.datasets.errors import InvalidInput, QualityGateFailed, StateConflict
from satudata.datasets.submissions.repository import SubmissionRecord
from satudata.datasets.submissions.states import STATE_NAMES
from satudata.datasets.submissions.types import ReviewDecision, ReviewFinding, SubmissionState
from satudata.validation.contracts.model import Severity
from satudata.validation.reports.model import Report, Verdict
from satudata.validation.text import Text

S = SubmissionState
MAX_FINDINGS = 500


def expect(record: SubmissionRecord, expected: SubmissionState) -> None:
    """Raises StateConflict when the submission is not where the caller saw it."""
    if record.state is not expected:
        now, then = STATE_NAMES[record.state], STATE_NAMES[expected]
        raise StateConflict(
            Text(
                f"Pengajuan ini sekarang {now.id}, bukan {then.id}. Muat ulang lalu putuskan kembali.",
                f"This submission is {now.en} now, not {then.en}. Reload it and decide again.",
            ),
            ("expectedState",),
            actual_state=record.state.value,
        )


def not_in_state(state: SubmissionState) -> StateConflict:
    """For an act that this state does not know."""
    name = STATE_NAMES[state]
    return StateConflict(
        Text(
            f"Tindakan ini tidak mungkin karena pengajuan {name.id}.",
            f"This cannot be done because the submission is {name.en}.",
        ),
        actual_state=state.value,
    )


def reason_for(
    state: SubmissionState, decision: ReviewDecision, reason: str | None, report: Report | None
) -> str | None:
    """The reviewer's reason. Raises InvalidInput when the decision needs one and there is none."""
    if decision is ReviewDecision.RETURN:
        why = Text(
            "Tuliskan alasan pengembalian, agar produsen tahu apa yang harus diperbaiki.",
            "Say why it is returned, so that the producer knows what to fix.",
        )
        return checks.required_prose(reason, "reason", why)
    warned = report is not None and report.verdict is Verdict.NEEDS_CONFIRMATION
    if state is S.RETURNED_TO_STEWARD or (state is S.IN_REVIEW and warned):
        why = Text("Tuliskan alasan menerima data ini.", "Say why this data is accepted.")
        return checks.required_prose(reason, "reason", why)
    return checks.prose(reason, "reason")


def pass_gate(report: Report | None, confirmed_rules: Sequence[str]) -> tuple[str, ...]:
    """The keys of the warnings that are confirmed: the steward says of each rule that it may stand.

    Raises QualityGateFailed while one is not.
    """
    if report is None or report.verdict is not Verdict.NEEDS_CONFIRMATION:
        return ()
    warnings = [rule for rule in report.rules if rule.severity is Severity.WARNING]
    named = set(confirmed_rules)
    unconfirmed = tuple(rule.key for rule in warnings if not {rule.key, rule.code} & named)
    if unconfirmed:
        listed = ", ".join(unconfirmed)
        raise QualityGateFailed(
            Text(
                f"Peringatan berikut belum dikonfirmasi: {listed}. Konfirmasi tiap aturan dengan alasan, atau "
                "kembalikan data kepada produsen.",
                f"These warnings are not confirmed: {listed}. Confirm each rule with a reason, or return the data to "
                "the producer.",
            ),
            ("confirmedRules",),
            report=report,
            unconfirmed=unconfirmed,
        )
    return tuple(rule.key for rule in warnings)


def check_named(report: Report | None, confirmed_rules: Sequence[str]) -> None:
    """Raises InvalidInput when a rule is named that is no warning of the report."""
    warnings = [rule for rule in report.rules if rule.severity is Severity.WARNING] if report else []
    known = {name for rule in warnings for name in (rule.key, rule.code)}
    unknown = ", ".join(dict.fromkeys(name for name in confirmed_rules if name not in known))
    if unknown:
        raise InvalidInput(
            Text(
                f"Bukan peringatan dalam laporan ini: {unknown}. Sebutkan hanya aturan yang diperingatkan laporan.",
                f"Not warnings of this report: {unknown}. Name only rules the report warns of.",
            ),
            ("confirmedRules",),
        )


def clean_findings(findings: Sequence[ReviewFinding]) -> tuple[ReviewFinding, ...]:
    """What the reviewer points at, tidied. Raises InvalidInput for one without text, or far too many."""
    if len(findings) > MAX_FINDINGS:
        raise InvalidInput(
            Text(
                f"Paling banyak {MAX_FINDINGS} temuan; ringkas sisanya dalam alasan.",
                f"At most {MAX_FINDINGS} findings; sum the rest up in the reason.",
            ),
            ("findings",),
        )
    empty = Text("Temuan ini belum ada teksnya.", "This finding has no text.")
    return tuple(
        ReviewFinding(
            checks.required_prose(item.text, "findings", empty),
            item.row,
            checks.optional_line(item.column, "findings"),
        )
        for item in findings
    )
