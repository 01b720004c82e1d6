"""Documents people register, to be named by the hash of their text"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registered_document",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_registered_document_person_id_person")
        ),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_registered_document")),
    )
    op.create_index(
        op.f("ix_registered_document_person_id_registered_at"),
        "registered_document",
        ["person_id", "registered_at"],
    )


def downgrade() -> None:
    op.drop_table("registered_document")
