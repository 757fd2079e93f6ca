"""The tables of the book as they are now. A change here needs a migration beside it; a test compares the two."""

from __future__ import annotations

import sqlalchemy as sa

META = sa.MetaData()

LINKS = sa.Table(
    "links",
    META,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("data_key", sa.String(32), nullable=False, index=True),
    sa.Column("version", sa.String(80)),  # the file of a frozen link's dataset; null for a live one
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("code", sa.String(80), nullable=False),
    sa.Column("told", sa.JSON, nullable=False),  # title, note, pages, the query it opens with, what may be seen and changed
    sa.Column("kept", sa.JSON),  # a frozen link's texts, working hours and numbers as they were
    sa.Column("passphrase_hash", sa.String(200)),
    sa.Column("made_by", sa.String(200), nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("expires_at", sa.DateTime),
    sa.Column("revoked_at", sa.DateTime),
    sa.Column("views", sa.Integer, nullable=False),
    sa.Column("seen_at", sa.DateTime),
    sa.Column("failed", sa.Integer, nullable=False),  # wrong passphrases in a row, and the last of them
    sa.Column("failed_at", sa.DateTime),
)

AUDIT = sa.Table(
    "audit",
    META,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.DateTime, nullable=False, index=True),
    sa.Column("who", sa.String(200), nullable=False),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("data_key", sa.String(32), nullable=False, index=True),
    sa.Column("about", sa.JSON, nullable=False),
)

DATASETS = sa.Table(
    "datasets",
    META,
    sa.Column("data_key", sa.String(32), primary_key=True),
    sa.Column("workspace", sa.String(80), nullable=False, index=True),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("made_by", sa.String(200), nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),
)

WORKSPACES = sa.Table(
    "workspaces",
    META,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("made_by", sa.String(200), nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),
)

MEMBERS = sa.Table(
    "members",
    META,
    sa.Column("workspace", sa.String(80), primary_key=True),
    sa.Column("email", sa.String(200), primary_key=True),
    sa.Column("role", sa.String(10), nullable=False),
    sa.Column("added_at", sa.DateTime, nullable=False),
)
