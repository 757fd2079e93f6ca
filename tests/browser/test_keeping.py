"""A server with KPI_RETENTION: what is too old is gone soon after it starts, what is not stays."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from kpi import store
from kpi.store import audit, database, links, retention
from kpi.store.links import Told
from kpi.store.schema import AUDIT

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CSV = b"ticket_id,created_at,status\n1,2026-01-01T00:00:00Z,open\n"
LONG = 120
"""Seconds a busy machine may take."""


def test_the_server_deletes_what_is_too_old_when_it_starts(serving: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("KPI_HOME", str(home))
    old, young = (store.keep({name: CSV}) for name in ("old.csv", "young.csv"))
    for key in (old, young):
        store.import_now(key)
    token, _ = links.make(old, Told("Dies"), fingerprint="f", code="1")
    with database.begin() as connection:
        connection.execute(sa.update(AUDIT).where(AUDIT.c.data_key == old).values(at=audit.now() - dt.timedelta(days=91)))
    monkeypatch.setenv(retention.SETTING, "90d")
    with serving(home, tmp_path / "server.log"):
        for _ in range(LONG * 5):
            if not store.folder(old).exists() and any(deed.what == "delete" for deed in audit.deeds(old)):
                break
            time.sleep(0.2)
        assert not store.folder(old).exists() and store.open_dataset(young).rows["tickets"] == 1
    assert links.find(token) is None
    (deed,) = [deed for deed in audit.deeds(old) if deed.what == "delete"]
    assert deed.who == "retention" and deed.about["died"] == ["Dies"]
