"""Datasets of workspaces, and who may do what there."""

import sqlalchemy as sa
from alembic import op

revision = "b2"
down_revision = "a1"


def upgrade() -> None:
    op.create_table(
        "datasets",
        sa.Column("data_key", sa.String(32), primary_key=True),
        sa.Column("workspace", sa.String(80), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_datasets_workspace", "datasets", ["workspace"])
    op.create_table(
        "members",
        sa.Column("workspace", sa.String(80), primary_key=True),
        sa.Column("email", sa.String(200), primary_key=True),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("added_at", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("members")
    op.drop_table("datasets")
