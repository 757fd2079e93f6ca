"""Workspaces by name and title; there is always "main"."""

import datetime as dt

import sqlalchemy as sa
from alembic import op

revision = "c3"
down_revision = "b2"


def upgrade() -> None:
    made = op.create_table(
        "workspaces",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    at = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
    op.bulk_insert(made, [{"name": "main", "title": "Main", "made_by": "", "made_at": at}])


def downgrade() -> None:
    op.drop_table("workspaces")
