"""Data of an owner who shares a part of them: every name in them occurs nowhere else, so that one that is sent is a leak."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from kpi import sample, store

TEAMS = {"Billing": "Billing", "Technical": "Kestrelgroup", "VIP": "Ospreygroup", "Front line": "Heronguild"}
WORD = "open sesame"
DATES = {"by": "all", "zone": "UTC", "clock": "calendar", "from": "2026-07-01", "to": "2026-09-30", "compare": "previous"}
QUERY = {name: (value,) for name, value in DATES.items()} | {"where": ("team=Billing",)}
PAGES = tuple("overview number trends benchmarks targets agents correlations why what_if workload feedback events definitions".split())
EVENTS = """date,kind,title,note,where
2026-08-03,change,New macro for Billing,,team=Billing
2026-08-04,change,Kestrelgroup moves house,,
2026-08-05,change,New tool for one team,,team=Heronguild
2026-08-06,change,{agent} leaves,,
"""


@dataclass(frozen=True)
class World:
    """A home with the data of one owner, and what nobody with a link to the team Billing may ever be sent."""

    home: Path
    key: str
    secrets: tuple[str, ...]

    def leaks(self, content: bytes | str) -> list[str]:
        text = content.encode() if isinstance(content, str) else content
        return [secret for secret in self.secrets if secret.encode() in text]


def company(home: Path, made: Path) -> World:
    """The sample company under names of our own, imported into a home; `made` is a folder for its files."""
    sample.write(made, tickets=2_000)
    files = {}
    agents: set[str] = set()
    comments: set[str] = set()
    for path in sorted(made.glob("*.csv")):
        rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
        for row in rows:
            for column, cell in row.items():
                if column in ("ticket_id", "requester") and cell:
                    row[column] = f"{'TKT' if column == 'ticket_id' else 'CUST'}-{cell}-X"
                elif cell in TEAMS:
                    row[column] = TEAMS[cell]
            agents |= {row["agent"]} if row.get("agent") else set()
            comments |= {row["comment"]} if len(row.get("comment") or "") > 30 else set()
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        if path.stem != "events":
            files[path.name] = out.getvalue().encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KPI_HOME", str(home))
        key = store.keep(files)
        shutil.copy(made / "calendar.toml", store.folder(key))
        store.import_now(key)
        store.change(key, "events.csv", lambda _: EVENTS.format(agent=min(agents)))
    others = [team for team in TEAMS.values() if team != "Billing"]
    assert len(agents) > 10 and len(comments) > 5
    return World(home, key, (key, *others, *sorted(agents), *sorted(comments), "TKT-", "CUST-"))
