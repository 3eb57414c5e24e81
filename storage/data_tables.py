"""Every column of every table: its class, who reads it in the own data, and why nobody does where nobody does.

A table names the columns that a person gets, by the path of foreign keys from the row to that person, and the columns
that nobody gets, by the reason. What only joins tables (`id`, and keys to tables other than `person`) needs no line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class DataClass(StrEnum):
    """The data kept for one purpose and one time (`storage.data_classes.KEPT`)."""

    ACCOUNT = "account"
    LOG_INS = "log_ins"
    LISTS = "lists"
    MAILS = "mails"
    DOSSIER = "dossier"
    ROLE_DOCUMENTS = "role_documents"
    EXAM = "exam"
    RECORDINGS = "recordings"
    RENDITIONS = "renditions"
    SCORES = "scores"
    VERDICTS = "verdicts"
    COMPLAINTS = "complaints"
    INQUIRIES = "inquiries"
    REGISTER = "register"
    TESTS = "tests"
    PLANNING = "planning"
    ASSESSORS = "assessors"
    CONSENTS = "consents"
    REQUESTS = "requests"
    MONEY = "money"
    AUDITS = "audits"
    AUDIT = "audit"
    TECHNICAL = "technical"
    """Nothing about a person."""


class Apart(StrEnum):
    """Why a column is in nobody's own data."""

    SECRET = "secret"  # noqa: S105 (the name of a kind of data)
    """Whoever has it can open something: a password, a key, a code."""
    DERIVED = "derived"
    """Made of what the person gets anyway."""
    OTHERS = "others"
    """About somebody else than whoever the row belongs to."""
    INNER = "inner"
    """How the product keeps or counts it; nothing about a person."""


@dataclass(frozen=True)
class Table:
    """One table. Names of columns are separated by spaces.

    `told`: by path, such as "answer_id.sitting_id.dossier_id.candidate_id", what that person gets of the row.
    `once`: by path, the moment (table, column) on that path before which the person gets nothing.
    `other`: columns that belong to another class than the rest.
    """

    data_class: DataClass
    told: Mapping[str, str] = field(default_factory=dict)
    apart: Mapping[Apart, str] = field(default_factory=dict)
    once: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    other: Mapping[str, DataClass] = field(default_factory=dict)

    @property
    def columns(self) -> set[str]:
        """Every column that has a line here."""
        ends = {path.partition(".")[0] for path in self.told}
        return ends.union(*(names.split() for names in (*self.told.values(), *self.apart.values())))

    @property
    def classes(self) -> set[DataClass]:
        return {self.data_class, *self.other.values()}

    def class_of(self, column: str) -> DataClass:
        """Raises KeyError for a column without a line."""
        if column not in self.columns:
            raise KeyError(column)
        return self.other.get(column, self.data_class)


_DOSSIER = "dossier_id.candidate_id"
_BY_MANAGER = "dossier_id.manager_id"
_SITTING = "sitting_id.dossier_id.candidate_id"
_ANSWER = f"answer_id.{_SITTING}"
_RECORDING = f"recording_id.{_ANSWER}"
_RATING = f"rating_id.{_ANSWER}"
_THEORY_TEST = "test_id.person_id"
_TOLD = ("sitting", "told_at")
_SCORED = (
    "competency level not_observable reason remark evidence changed phase2_level phase2_not_observable phase2_reason "
    "change_reason phase2_evidence"
)

TABLES: Mapping[str, Table] = {
    # people
    "person": Table(
        DataClass.ACCOUNT,
        {"id": "email name created_at bounced_at"},
        {Apart.SECRET: "password_hash", Apart.INNER: "session_epoch stands_for_id"},
    ),
    "membership": Table(DataClass.ACCOUNT, {"person_id": "role organisation_id since until in_job_since"}),
    "search_word": Table(DataClass.ACCOUNT, {}, {Apart.DERIVED: "word person_id"}),
    "second_factor": Table(
        DataClass.ACCOUNT,
        {"person_id": "created_at confirmed_at"},
        {Apart.SECRET: "sealed", Apart.INNER: "last_step"},
    ),
    "recovery_code": Table(DataClass.ACCOUNT, {"second_factor_id.person_id": "used_at"}, {Apart.SECRET: "digest"}),
    "log_in": Table(
        DataClass.LOG_INS,
        {"person_id": "device created_at used_at confirmed_at ended_at"},
        {Apart.INNER: "epoch"},
    ),
    "calendar_feed": Table(
        DataClass.LOG_INS, {"person_id": "organisation_id made_at ended_at"}, {Apart.SECRET: "digest"}
    ),
    "link": Table(DataClass.LOG_INS, {"person_id": "kind address created_at expires_at used_at"}),
    "staff_change": Table(
        DataClass.ACCOUNT,
        {
            "person_id": "role address asked_at granted decided_at",
            "asked_by_id": "asked_at",
            "decided_by_id": "decided_at",
        },
    ),
    "mail_message": Table(
        DataClass.MAILS,
        {"person_id": "template subject text state created_at sent_at address calendar"},
        {Apart.INNER: "attempts error text_version"},
    ),
    "mail_text": Table(DataClass.AUDIT, {"made_by_id": "kind number subject body made_at"}),
    "organisation": Table(
        DataClass.TECHNICAL, {}, {Apart.INNER: "name is_member supplies_examiners created_at roster_columns"}
    ),
    "institution": Table(
        DataClass.TECHNICAL,
        {},
        {
            Apart.INNER: "kind name address telephone mail opening_hours complaints_address kvk_number vat_number iban"
            " colour sender logo_key changed_at",
            Apart.OTHERS: "privacy_officer signatory_name signatory_function",
        },
        other=dict.fromkeys(("privacy_officer", "signatory_name", "signatory_function"), DataClass.REGISTER),
    ),
    "roster": Table(
        DataClass.LISTS, {"uploaded_by_id": "created_at exam done_at"}, {Apart.OTHERS: "entries faults table"}
    ),
    # part 1
    "dossier": Table(
        DataClass.DOSSIER,
        {
            "candidate_id": "code state created_at cost_centre tasks shared_facts reason example_role manager_id"
            " manager_done_at role_description job_title years work_confirmed work_remark work_told_at motivation goal"
            " submitted_at rounds open_parts decided_at decided_by_id decision_reason",
            "manager_id": "code candidate_id state created_at tasks shared_facts reason example_role alike_share"
            " alike_reason manager_done_at",
            "work_told_by_id": "code candidate_id job_title years work_confirmed work_remark work_told_at",
        },
        {Apart.INNER: "manager_version candidate_version"},
    ),
    "dossier_revision": Table(
        DataClass.DOSSIER, {"author_id": "side number began_at saved_at content round"}, {Apart.INNER: "restored_from"}
    ),
    "self_assessment": Table(DataClass.DOSSIER, {_DOSSIER: "competency level star"}),
    "star": Table(DataClass.DOSSIER, {_DOSSIER: "kind situation tasks activities result"}),
    "accommodation": Table(
        DataClass.DOSSIER,
        {
            _DOSSIER: "extra_time replay text_prompt wish asked_at granted decided_at decided_by_id reason",
            "decided_by_id": "granted decided_at reason",
        },
    ),
    "part_one_review": Table(
        DataClass.DOSSIER,
        {
            _DOSSIER: "round officer_id marks reason outcome fixed_at",
            "officer_id": "round marks reason outcome fixed_at",
        },
        {Apart.INNER: "claimed_until"},
        once={_DOSSIER: ("part_one_review", "fixed_at")},
    ),
    "role_document": Table(
        DataClass.ROLE_DOCUMENTS,
        {_DOSSIER: "name content_type size sha256 created_at removed_at"},
        {Apart.INNER: "key cipher_size cipher_sha256 sealed_under"},
    ),
    # the exam
    "sitting": Table(
        DataClass.EXAM,
        {
            _DOSSIER: "stage opens_at closes_at extra_time replay text_prompt consent_version consented_at"
            " device_check break_until finished_at told_at extension_reason identified_at identified_by_id",
            "identified_by_id": "identified_at",
        },
        {Apart.SECRET: "seat identity_code", Apart.INNER: "judging marking reminded identity_tries"},
        other={"device_check": DataClass.LOG_INS},
    ),
    "answer": Table(
        DataClass.EXAM,
        {
            _SITTING: "number parallel code stage plays stalled preparation_restarts preparing_since recording_since"
            " recorded_at takes extra_takes"
        },
    ),
    "backup": Table(DataClass.TECHNICAL, {}, {Apart.INNER: "began_at ended_at objects size copied faults"}),
    "key_rotation": Table(DataClass.TECHNICAL, {}, {Apart.INNER: "began_at ended_at keys secrets"}),
    "recorder_place": Table(DataClass.TECHNICAL, {}, {Apart.INNER: "kept_until"}),
    "look": Table(
        DataClass.AUDIT,
        {_DOSSIER: "seen subject role reason at", "person_id": "seen subject role reason at"},
    ),
    "take_decision": Table(DataClass.EXAM, {_RECORDING: "kind reason by_id at", "by_id": "kind reason at"}),
    "recording": Table(
        DataClass.RECORDINGS,
        {
            _ANSWER: "take state limit_s created_at closed_at captured_at stored_at seconds figures faults late_at"
            " erased_at"
        },
        {Apart.SECRET: "ticket_sha256"},
    ),
    "original": Table(
        DataClass.RECORDINGS,
        {_RECORDING: "name size sha256 created_at"},
        {Apart.INNER: "key cipher_size cipher_sha256 sealed_under"},
    ),
    "rendition": Table(
        DataClass.RENDITIONS, {_RECORDING: "kind content_type size sha256"}, {Apart.INNER: "key sealed_under"}
    ),
    # judging
    "rating": Table(
        DataClass.SCORES,
        {
            _ANSWER: "assessor_id slot phase1_signed_at phase2_signed_at declined_at declined_because unseen_because",
            "assessor_id": "slot opened_at active_at phase1_signed_at phase2_signed_at declined_at declined_because"
            " seen unseen_because",
        },
        {Apart.INNER: "version shuffle position_s marking purpose"},
        once={_ANSWER: _TOLD},
    ),
    "score": Table(DataClass.SCORES, {_RATING: _SCORED, "rating_id.assessor_id": _SCORED}, once={_RATING: _TOLD}),
    "remark": Table(
        DataClass.SCORES,
        {_RATING: "at_s text competency created_at", "rating_id.assessor_id": "at_s text competency created_at"},
        once={_RATING: _TOLD},
    ),
    "flag": Table(
        DataClass.SCORES,
        {
            _RATING: "kind reason raised_at closed_at reply",
            "rating_id.assessor_id": "kind reason raised_at closed_at reply",
            "taken_by_id": "kind closed_at",
            "closed_by_id": "kind closed_at reply",
        },
        once={_RATING: _TOLD},
    ),
    "repeat": Table(
        DataClass.SCORES,
        {_ANSWER: "asked_at asked_by_id until given_up_at reason verdict", "asked_by_id": "asked_at reason"},
        once={_ANSWER: _TOLD},
    ),
    "verdict": Table(
        DataClass.VERDICTS,
        {
            _SITTING: "passed inputs decision decided_at settled_at settled_by_id settled_because confirmed_at"
            " confirmed_by_id released_at released_by_id cause cause_text asked_until ended_at",
            "settled_by_id": "settled_at settled_because",
            "confirmed_by_id": "confirmed_at",
            "released_by_id": "released_at",
        },
        {Apart.INNER: "marking"},
        once={_SITTING: _TOLD},
    ),
    "objection": Table(
        DataClass.VERDICTS,
        {
            _DOSSIER: "code against decision_at grounds late_reason received_at state ground ruling ruling_text"
            " ruled_at ruled_by_id remark_ordered_at remark_ordered_by_id remark_because",
            "ruled_by_id": "code ruling ruling_text ruled_at",
            "remark_ordered_by_id": "code remark_ordered_at remark_because",
        },
        {Apart.INNER: "marking"},
    ),
    "objection_minute": Table(
        DataClass.VERDICTS, {"objection_id.dossier_id.candidate_id": "by_id at text", "by_id": "at text"}
    ),
    "objection_outsider": Table(
        DataClass.VERDICTS,
        {
            "objection_id.dossier_id.candidate_id": "person_id because appointed_at appointed_by_id",
            "person_id": "because appointed_at",
            "appointed_by_id": "because appointed_at",
        },
    ),
    "inquiry": Table(DataClass.INQUIRIES, {"asker_id": "code state state_at", _DOSSIER: "code state state_at"}),
    "inquiry_post": Table(
        DataClass.INQUIRIES,
        {
            "inquiry_id.asker_id": "number by_office text written_at",
            f"inquiry_id.{_DOSSIER}": "number by_office text written_at",
            "author_id": "number by_office written_at",
        },
    ),
    "complaint": Table(
        DataClass.COMPLAINTS,
        {
            "person_id": "code subject text received_at answer answered_at answered_by_id",
            "answered_by_id": "code answered_at answer",
        },
    ),
    "qualification": Table(
        DataClass.REGISTER,
        {"person_id": "key number since reason entered_by_id entered_at", "entered_by_id": "key since entered_at"},
    ),
    "certificate": Table(
        DataClass.REGISTER,
        {
            "person_id": "number letters title name state earned_on issued_on valid_until issued_at issued_by_id"
            " first_by_id taken_over badge",
            "issued_by_id": "number issued_at",
            "first_by_id": "number issued_at",
        },
        {Apart.SECRET: "share", Apart.INNER: "list_number list_index"},
    ),
    "certificate_change": Table(
        DataClass.REGISTER,
        {
            "certificate_id.person_id": "to reason name asked_by_id asked_at granted decided_by_id decided_at",
            "asked_by_id": "to reason asked_at granted",
            "decided_by_id": "to granted decided_at",
        },
    ),
    "copy_order": Table(
        DataClass.REGISTER,
        {"certificate_id.person_id": "cents ordered_at", "ordered_by_id": "ordered_at"},
    ),
    # audits of organisations
    "organisation_audit": Table(
        DataClass.AUDITS,
        {
            "auditor_id": "starts_at place state reason held_on conclusion ended_at",
            "planned_by_id": "starts_at place state planned_at",
        },
        {Apart.INNER: "version answers"},
    ),
    "audit_finding": Table(
        DataClass.AUDITS,
        {
            "owner_id": "number text until state made_at remark closed_at",
            "answered_by_id": "number text follow_up answered_at",
            "closed_by_id": "number remark closed_at",
        },
        {Apart.INNER: "point"},
    ),
    "audit_sample": Table(
        DataClass.AUDITS,
        {"drawn_by_id": "year day by_chance by_risk drawn_at"},
        {Apart.INNER: "version seed known chosen exams"},
    ),
    "audit_pack": Table(
        DataClass.AUDITS,
        {"asked_by_id": "year with_video reason asked_at made_at erased_at size sha256"},
        {Apart.INNER: "codes files key key_id"},
    ),
    "audit_evidence": Table(
        DataClass.AUDITS,
        {"by_id": "name content_type size sha256 created_at removed_at"},
        {Apart.INNER: "key cipher_size cipher_sha256"},
    ),
    # money
    "fee_settings": Table(
        DataClass.TECHNICAL, {}, {Apart.INNER: "kind since days_to_pay exemption accounts payment_link"}
    ),
    "fee_price": Table(DataClass.AUDIT, {"set_by_id": "exam price since cents set_at taken_back_at"}),
    "billing_details": Table(
        DataClass.AUDIT,
        {"changed_by_id": "changed_at"},
        {Apart.INNER: "legal_name street postcode city kvk_number oin vat_number mail reference format rhythm"},
    ),
    "fee_order": Table(
        DataClass.MONEY,
        {"candidate_id": "product reason cents ordered_at note"},
        {Apart.INNER: "subject subject_id cost_centre"},
    ),
    "invoice": Table(
        DataClass.MONEY,
        {
            "person_id": "number issued_on due_on net_cents vat_cents total_cents state state_on reminders reminded_at "
            "payment_link"
        },
        {Apart.INNER: "year sequence made_at content reason"},
    ),
    "invoice_counter": Table(DataClass.TECHNICAL, {}, {Apart.INNER: "year last"}),
    "paper_list": Table(DataClass.LISTS, {"uploaded_by_id": "created_at done_at"}, {Apart.OTHERS: "entries faults"}),
    "signing_key": Table(
        DataClass.AUDIT,
        {"made_by_id": "name created_at"},
        {Apart.SECRET: "sealed", Apart.INNER: "public revoked_at"},
    ),
    "affiliation": Table(DataClass.ASSESSORS, {"person_id": "name"}),
    "employer": Table(DataClass.ASSESSORS, {"person_id": "organisation_id name since until"}),
    "examiner": Table(
        DataClass.ASSESSORS,
        {
            "person_id": "name email state proposed_at answered_at trained_on active_from calibrated_on ended_at",
            "proposed_by_id": "proposed_at state answered_at reason",
            "answered_by_id": "answered_at state reason",
        },
    ),
    "calibration_note": Table(
        DataClass.ASSESSORS, {"examiner_id.person_id": "day noted_at noted_by_id", "noted_by_id": "day noted_at"}
    ),
    "absence": Table(DataClass.ASSESSORS, {"person_id": "first last cancelled_at"}),
    "calibration": Table(
        DataClass.ASSESSORS,
        {"assessor_id": "exam kind begun_at ended_at answers scores exact within_one passed valid_until"},
    ),
    "benchmark_work": Table(DataClass.ASSESSORS, {"rating_id.assessor_id": "steps judged_at"}, {Apart.INNER: "place"}),
    "allocation": Table(
        DataClass.ASSESSORS,
        {"made_by_id": "mode made_at", "final_by_id": "mode final_at"},
        {Apart.INNER: "seed", Apart.OTHERS: "inputs outcome"},
    ),
    # planning
    "theory_test": Table(
        DataClass.TESTS,
        {
            "person_id": "certificate starts_at state set_by_id set_at ended_by_id ended_at reason extra_time",
            "set_by_id": "certificate starts_at set_at",
            "ended_by_id": "certificate starts_at state ended_at reason",
        },
        {Apart.INNER: "code_tries"},
    ),
    "practical_session": Table(
        DataClass.TESTS,
        {
            "asked_by_id": "day asked_at state answered_at reason",
            "examiner_id": "day state",
        },
        {Apart.INNER: "alternatives offered"},
    ),
    "practical_seat": Table(DataClass.TESTS, {"candidate_id": "day number freed_at"}),
    "practical_entry": Table(
        DataClass.SCORES,
        {"written_by_id": "received_at"},
        {Apart.DERIVED: "field value", Apart.INNER: "replaces device"},
    ),
    "practical_result": Table(
        DataClass.VERDICTS,
        {
            "participant_id.candidate_id": "state sheet judgement passed signed_by_id signed_at released_by_id"
            " released_at objection objected_at ruling granted ruled_at",
            "signed_by_id": "state signed_at",
            "released_by_id": "state released_at",
            "sent_back_by_id": "state sent_back_at reason",
            "ruled_by_id": "ruling granted ruled_at",
        },
        {Apart.INNER: "seen"},
        once={"participant_id.candidate_id": ("practical_result", "released_at")},
    ),
    "assessment": Table(
        DataClass.VERDICTS,
        {
            "candidate_id": "starts_at place asked_at state answered_at reason",
            "asked_by_id": "asked_at state answered_at",
            "endorsed_by_id": "state endorsed_at",
            "released_by_id": "state released_at",
        },
        {Apart.DERIVED: "judgement passed judged_at"},
    ),
    "assessment_sheet": Table(
        DataClass.SCORES,
        {
            "assessment_id.candidate_id": "slot written signed_at",
            "assessor_id": "slot written signed_at replaced_at",
        },
        {Apart.INNER: "version"},
        once={"assessment_id.candidate_id": ("assessment", "released_at")},
    ),
    "portfolio_document": Table(
        DataClass.ROLE_DOCUMENTS,
        {"assessment_id.candidate_id": "competency name content_type size sha256 created_at removed_at"},
        {Apart.INNER: "key cipher_size cipher_sha256"},
    ),
    "booking": Table(
        DataClass.PLANNING,
        {
            "candidate_id": "day asked_at state answered_at reason",
            "asked_by_id": "day asked_at state answered_at reason",
        },
    ),
    "location_check": Table(DataClass.PLANNING, {"checked_by_id": "checked_at marks remarks figures"}),
    "exam_date": Table(
        DataClass.PLANNING,
        {"published_by_id": "exam day published_at withdrawn_at"},
        {Apart.INNER: "starts_at ends_at"},
    ),
    "exam_place": Table(DataClass.TECHNICAL, {}, {Apart.INNER: "day number"}),
    "location": Table(
        DataClass.TECHNICAL,
        {},
        {Apart.INNER: "name address room created_at closed_at checked_on complete measured_on measured_fine"},
    ),
    # the bank of items
    "theory_item": Table(
        DataClass.AUDIT,
        {
            "author_id": "number version created_at",
            "reviewed_by_id": "number version reviewed_at",
            "approved_by_id": "number version approved_at",
            "retired_by_id": "number version retired_at reason",
        },
        {Apart.INNER: "state kind term title source words document sha256 live_at review_on"},
    ),
    "theory_drop": Table(
        DataClass.AUDIT,
        {"proposed_by_id": "proposed_at reason", "decided_by_id": "decided_at"},
        {Apart.INNER: "rescored", Apart.OTHERS: "outcomes"},
    ),
    "angoff_panel": Table(
        DataClass.AUDIT, {"opened_by_id": "opened_at", "closed_by_id": "closed_at"}, {Apart.INNER: "items"}
    ),
    "angoff_judge": Table(DataClass.AUDIT, {"person_id": "estimates saved_at"}),
    "theory_sitting": Table(
        DataClass.TESTS,
        {
            _THEORY_TEST: "stage opened_at opened_by_id by_code started_at ends_at handed_in_at by_clock passed outcome"
            " released_at released_by_id",
            "opened_by_id": "opened_at by_code",
            "released_by_id": "released_at",
        },
        {Apart.SECRET: "seat seed", Apart.DERIVED: "share_sum"},
        once={_THEORY_TEST: ("theory_sitting", "released_at")},
    ),
    "theory_answer": Table(
        DataClass.TESTS,
        {f"sitting_id.{_THEORY_TEST}": "number response flagged saved_at"},
        once={f"sitting_id.{_THEORY_TEST}": ("theory_sitting", "released_at")},
    ),
    "theory_fact": Table(
        DataClass.TESTS,
        {f"sitting_id.{_THEORY_TEST}": "kind at seconds"},
        once={f"sitting_id.{_THEORY_TEST}": ("theory_sitting", "released_at")},
    ),
    "theory_day_code": Table(DataClass.TESTS, {"made_by_id": "day made_at"}, {Apart.SECRET: "code"}),
    "theory_medium": Table(DataClass.TECHNICAL, {}, {Apart.INNER: "path key content_type size"}),
    # what is asked and allowed
    "consent": Table(DataClass.CONSENTS, {_DOSSIER: "kind version given_at taken_back_at"}),
    "benchmark": Table(
        DataClass.CONSENTS,
        {
            _ANSWER: "state chosen_at agreed_at ended_at ended_because",
            "chosen_by_id": "chosen_at",
            "agreed_by_id": "agreed_at",
        },
    ),
    "agreed_score": Table(DataClass.CONSENTS, {f"benchmark_id.{_ANSWER}": "competency level reason"}),
    "erasure_request": Table(
        DataClass.REQUESTS,
        {
            "person_id": "wanted words asked_at answer_by state decided_at decided_by_id granted reason answered_at"
            " approved_by_id erased done_at",
            "decided_by_id": "granted reason decided_at",
            "approved_by_id": "granted answered_at",
        },
    ),
    # erasing
    "retention_hold": Table(
        DataClass.EXAM,
        {
            _DOSSIER: "reason until placed_at placed_by_id lifted_at",
            "placed_by_id": "reason until placed_at",
            "lifted_by_id": "lifted_at",
        },
    ),
    "audit_year": Table(DataClass.AUDIT, {"closed_by_id": "year closed_at"}, {Apart.SECRET: "seed"}),
    "retention_run": Table(DataClass.TECHNICAL, {}, {Apart.INNER: "began_at ended_at"}),
    "destruction": Table(
        DataClass.AUDIT, {"person_id": "what due at contents objects size"}, {Apart.INNER: "began_at"}
    ),
    # what everything runs on
    "audit_event": Table(
        DataClass.AUDIT,
        {"actor": "at verb subject_kind subject facts"},
        {Apart.INNER: "number hash seal"},
    ),
    "scheme": Table(DataClass.TECHNICAL, {}, {Apart.INNER: "key number data sha256 created_at"}),
    "pack": Table(DataClass.TECHNICAL, {}, {Apart.INNER: "number data sha256 created_at"}),
    "clip": Table(
        DataClass.TECHNICAL,
        {},
        {Apart.INNER: "number parallel seconds video_key video_size video_sha256 captions_key"},
    ),
    "irregularity": Table(
        DataClass.VERDICTS,
        {
            "person_id": "code kind facts opened_at state hearing_at hearing_place invited_at came heard heard_at"
            " effect reasons sent_back decided_at objection objected_at answer granted answered_at"
            " dropped_because ended_at",
            "opened_by_id": "code opened_at",
            "invited_by_id": "code invited_at",
            "heard_by_id": "code heard_at",
            "proposed_by_id": "code proposed_at",
            "decided_by_id": "code decided_at",
            "answered_by_id": "code answered_at",
        },
        once={"person_id": ("irregularity", "ended_at")},
    ),
    "decision_minutes": Table(
        DataClass.AUDIT,
        {"made_by_id": "year number held_on made_at", "signed_by_id": "year number held_on state signed_at reason"},
        {Apart.INNER: "since until content sha256"},
    ),
    "content_look": Table(DataClass.AUDIT, {"by_id": "kind exam part version outcome remark at"}),
    "simulation": Table(
        DataClass.AUDIT,
        {"asked_by_id": "candidates supposed asked_at finished_at"},
        {Apart.INNER: "pack_id seed figures version"},
    ),
    "judging_figures": Table(
        DataClass.ASSESSORS, {}, {Apart.INNER: "exam made_at candidates scores", Apart.DERIVED: "figures"}
    ),
    "retired_scenario": Table(
        DataClass.AUDIT, {"retired_by_id": "exam scenario reason retired_at", "restored_by_id": "restored_at"}
    ),
    "recorder_node": Table(
        DataClass.TECHNICAL, {}, {Apart.INNER: "name url capacity live draining drain_asked heartbeat_at"}
    ),
    "alarm": Table(DataClass.TECHNICAL, {}, {Apart.INNER: "name since told_at"}),
    "job": Table(
        DataClass.TECHNICAL,
        {},
        {
            Apart.INNER: "queue kind subject request state attempts progress again result error created_at not_before"
            " rung_at lease_until lease_owner finished_at"
        },
    ),
}
