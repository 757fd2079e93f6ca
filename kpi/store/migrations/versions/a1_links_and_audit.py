"""Links and the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "a1"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "links",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("data_key", sa.String(32), nullable=False),
        sa.Column("version", sa.String(80)),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("told", sa.JSON, nullable=False),
        sa.Column("kept", sa.JSON),
        sa.Column("passphrase_hash", sa.String(200)),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("expires_at", sa.DateTime),
        sa.Column("revoked_at", sa.DateTime),
        sa.Column("views", sa.Integer, nullable=False),
        sa.Column("seen_at", sa.DateTime),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("failed_at", sa.DateTime),
    )
    op.create_index("ix_links_data_key", "links", ["data_key"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("data_key", sa.String(32), nullable=False),
        sa.Column("about", sa.JSON, nullable=False),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_data_key", "audit", ["data_key"])


def downgrade() -> None:
    op.drop_table("audit")
    op.drop_table("links")
