"""What exams cost: prices, orders, invoices, and to whom they go."""

import sqlalchemy as sa
from alembic import op

from storage.base.database import UtcDateTime

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fee_settings",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("days_to_pay", sa.Integer(), nullable=False),
        sa.Column("exemption", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind = 'fees'", name=op.f("ck_fee_settings_kind")),
        sa.CheckConstraint("days_to_pay BETWEEN 1 AND 120", name=op.f("ck_fee_settings_days_to_pay")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_settings")),
        sa.UniqueConstraint("kind", name=op.f("uq_fee_settings_kind")),
    )
    op.create_table(
        "invoice_counter",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_invoice_counter")),
    )
    op.create_table(
        "billing_details",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("legal_name", sa.String(length=120), nullable=False),
        sa.Column("street", sa.String(length=120), nullable=False),
        sa.Column("postcode", sa.String(length=7), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("kvk_number", sa.String(length=8), nullable=False),
        sa.Column("oin", sa.String(length=20), nullable=False),
        sa.Column("vat_number", sa.String(length=14), nullable=False),
        sa.Column("mail", sa.String(length=254), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column(
            "format",
            sa.Enum(
                "pdf", "nlcius", "peppol", name="invoiceformat", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "rhythm",
            sa.Enum("monthly", "per_order", name="rhythm", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("changed_by_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by_id"], ["person.id"], name=op.f("fk_billing_details_changed_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_billing_details_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_details")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_billing_details_organisation_id")),
    )
    op.create_table(
        "fee_price",
        sa.Column("exam", sa.String(length=60), nullable=False),
        sa.Column(
            "price",
            sa.Enum(
                "member_cents",
                "non_member_cents",
                "no_examiner_cents",
                "resit_cents",
                "copy_cents",
                name="price",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("set_by_id", sa.Uuid(), nullable=False),
        sa.Column("set_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("cents BETWEEN 0 AND 1000000", name=op.f("ck_fee_price_cents")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_fee_price_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_price")),
    )
    op.create_index(
        "uq_fee_price_once",
        "fee_price",
        ["exam", "price", "since"],
        unique=True,
        sqlite_where=sa.text("taken_back_at IS NULL"),
        postgresql_where=sa.text("taken_back_at IS NULL"),
    )
    op.create_table(
        "invoice",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("credits_id", sa.Uuid(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("net_cents", sa.Integer(), nullable=False),
        sa.Column("vat_cents", sa.Integer(), nullable=False),
        sa.Column("total_cents", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "paid",
                "written_off",
                "settled",
                name="invoicestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reminded_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(credits_id IS NULL) <> (state = 'settled')", name=op.f("ck_invoice_settled")),
        sa.CheckConstraint("(organisation_id IS NULL) <> (person_id IS NULL)", name=op.f("ck_invoice_buyer")),
        sa.CheckConstraint("net_cents > 0", name=op.f("ck_invoice_net")),
        sa.CheckConstraint("total_cents = net_cents + vat_cents", name=op.f("ck_invoice_total")),
        sa.ForeignKeyConstraint(["credits_id"], ["invoice.id"], name=op.f("fk_invoice_credits_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_invoice_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invoice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("number", name=op.f("uq_invoice_number")),
        sa.UniqueConstraint("year", "sequence", name=op.f("uq_invoice_year_sequence")),
    )
    op.create_index(
        op.f("ix_invoice_organisation_id_invoice_issued_on"), "invoice", ["organisation_id", "issued_on"], unique=False
    )
    op.create_index(op.f("ix_invoice_person_id"), "invoice", ["person_id"], unique=False)
    op.create_index(op.f("ix_invoice_state_invoice_due_on"), "invoice", ["state", "due_on"], unique=False)

    op.create_table(
        "fee_order",
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column(
            "product",
            sa.Enum(
                "exam",
                "resit",
                "no_examiner",
                "copy",
                name="product",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "member",
                "no_member",
                "again",
                "no_examiner",
                "own_examiner",
                "copy",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "subject",
            sa.Enum(
                "theory_test",
                "practical_seat",
                "dossier",
                "copy_order",
                name="subject",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("cost_centre", sa.String(length=40), nullable=False),
        sa.Column("ordered_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("credits_id", sa.Uuid(), nullable=True),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("credits_id IS NULL OR note <> ''", name=op.f("ck_fee_order_credit_reason")),
        sa.CheckConstraint("(credits_id IS NULL) = (cents >= 0)", name=op.f("ck_fee_order_cents")),
        sa.ForeignKeyConstraint(["candidate_id"], ["person.id"], name=op.f("fk_fee_order_candidate_id")),
        sa.ForeignKeyConstraint(["credits_id"], ["fee_order.id"], name=op.f("fk_fee_order_credits_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_fee_order_invoice_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_fee_order_organisation_id")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_fee_order_scheme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_order")),
        sa.UniqueConstraint("credits_id", name=op.f("uq_fee_order_credits_id")),
    )
    op.create_index(op.f("ix_fee_order_candidate_id"), "fee_order", ["candidate_id"], unique=False)
    op.create_index(op.f("ix_fee_order_invoice_id"), "fee_order", ["invoice_id"], unique=False)
    op.create_index(op.f("ix_fee_order_ordered_at"), "fee_order", ["ordered_at"], unique=False)
    op.create_index(
        op.f("ix_fee_order_organisation_id_fee_order_ordered_at"),
        "fee_order",
        ["organisation_id", "ordered_at"],
        unique=False,
    )
    op.create_index(
        "uq_fee_order_once",
        "fee_order",
        ["subject_id", "product"],
        unique=True,
        sqlite_where=sa.text("credits_id IS NULL"),
        postgresql_where=sa.text("credits_id IS NULL"),
    )


def downgrade() -> None:
    for table in ("fee_order", "invoice", "fee_price", "billing_details", "invoice_counter", "fee_settings"):
        op.drop_table(table)
