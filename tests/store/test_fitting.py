"""What people wrote beside the data, as a link shows it: worked by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from kpi import events, store, targets
from kpi.engine import Seen
from kpi.store import links
from kpi.store.fitting import fitting, withheld
from kpi.store.links import Told

CSV = (
    b"ticket_id,created_at,status,team,agent,tags\n"
    b'1,2026-01-01T00:00:00Z,open,Billing,Ann Noe,"[""vip""]"\n'
    b'2,2026-01-02T00:00:00Z,open,Sales,Bob Roe,"[""new""]"\n'
)
EVENTS = """date,kind,title,note,where
2026-01-01,change,New tool,,
2026-01-02,change,New macro,,team=Billing
2026-01-03,change,Other macro,,team=Sales
2026-01-04,change,Both,,team=Billing;team=Sales
2026-01-05,change,SALES moves,,
2026-01-06,change,Salesmen come,,
2026-01-07,change,Training,by Ann Noe,
2026-01-08,change,Her own,,agent=Ann Noe
"""
TARGETS = """[[target]]
name = "All of us"
metric = "csat"
to = 90.0
start = 2026-01-01
deadline = "6 months"
[[target]]
name = "Others"
metric = "csat"
where = { team = "Sales" }
to = 80.0
start = 2026-01-01
deadline = "6 months"
[[target]]
name = "Owned"
metric = "csat"
where = { team = "Billing" }
owner = "Bob Roe"
to = 80.0
start = 2026-01-01
deadline = "6 months"
"""


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("KPI_HOME", str(tmp_path))
    monkeypatch.delenv("KPI_DATABASE", raising=False)
    key = store.keep({"tickets.csv": CSV})
    store.import_now(key)
    return key


def titles(key: str, seen: Seen) -> list[str]:
    names, others = withheld(store.open_dataset(key), seen)
    return [event.title for event in events.read(fitting("events.csv", EVENTS, seen, names, others)).events]


def test_notes_are_those_about_the_rows_that_name_nothing_left_out(key: str) -> None:
    """The word “Salesmen” is not the team “Sales”; “SALES” is."""
    billing = (("team", ("Billing",)),)
    assert titles(key, Seen()) == [line.split(",")[2] for line in EVENTS.splitlines()[1:]]
    assert titles(key, Seen("pseudonyms", billing)) == ["New tool", "New macro", "Salesmen come"]
    assert titles(key, Seen("shown", billing)) == ["New tool", "New macro", "Salesmen come", "Training", "Her own"]
    assert titles(key, Seen("hidden")) == ["New tool", "New macro", "Other macro", "Both", "SALES moves", "Salesmen come"]


def test_notes_are_of_the_days_that_are_seen(key: str) -> None:
    """A day's margin on both sides: the note's zone is not known."""
    seen = Seen("hidden", since=dt.datetime(2026, 1, 4), until=dt.datetime(2026, 1, 5))
    assert titles(key, seen) == ["Other macro", "Both", "SALES moves", "Salesmen come"]


def test_targets_of_others_and_their_owners_are_left_out(key: str) -> None:
    seen = Seen("pseudonyms", (("team", ("Billing",)),))
    kept = targets.read(fitting("targets.toml", TARGETS, seen, *withheld(store.open_dataset(key), seen))).targets
    assert [target.name for target in kept] == ["All of us"]
    kept = targets.read(fitting("targets.toml", TARGETS, Seen("shown", seen.where), (), ())).targets
    assert [target.name for target in kept] == ["All of us", "Owned"]


def test_lists_are_told_apart_by_their_parts(key: str) -> None:
    names, others = withheld(store.open_dataset(key), Seen("hidden", (("tags", ("vip",)),)))
    assert names == ("Ann Noe", "Bob Roe") and others == ("new",)


def test_forecasts_and_what_cannot_be_read_are_part_of_no_link(key: str) -> None:
    seen = Seen("pseudonyms")
    assert fitting("calls.csv", "made,knew_to\n", Seen(), (), ()) == ""
    for name in ("events.csv", "targets.toml", "scenarios.toml"):
        assert fitting(name, "nothing = [of that kind", seen, (), ()) == ""
    assert fitting("themes.toml", "words = ['chat']", seen, ("Ann Noe",), ("chat",)) == "words = ['chat']"
    assert fitting("themes.toml", "words = ['ann noe']", seen, ("Ann Noe",), ()) == ""


def test_a_link_tells_what_fits_it(key: str) -> None:
    store.change(key, "events.csv", lambda _: EVENTS)
    told = Told(where=(("team", ("Billing",)),), query={"where": ("team=Billing",)}, free=("dates",))
    for frozen in (None, store.frozen(key)):
        _, link = links.make(key, told, fingerprint="f", code="1", frozen=frozen)
        said = events.read(store.shared(link).text("events.csv")).events
        assert [event.title for event in said] == ["New tool", "New macro", "Salesmen come"]
