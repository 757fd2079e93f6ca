"""What an import keeps beside each ticket is what would be worked out of the ticket: the same values, counts, cells and links, asked either way."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kpi import Scope, sample, store
from kpi.correlations import correlate
from kpi.correlations.facts import is_rare, on_tickets
from kpi.engine import Dataset, Seen
from kpi.measure.facts import EVERY, facts, how_many, kept_columns, kept_name
from kpi.metric import Ask
from kpi.quality.shadow import without
from kpi.store import versions
from kpi.what_if.answers import cells

pytestmark = pytest.mark.slow
TICKETS = 2_500


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Dataset, Dataset, Scope]:
    """The same company twice: with values kept beside its tickets, and without."""
    with pytest.MonkeyPatch.context() as patch:
        found = []
        for worth in (0, TICKETS + 1):
            home = tmp_path_factory.mktemp("home")
            patch.setenv("KPI_HOME", str(home))
            patch.setattr(versions, "WORTH_KEEPING", worth)
            patch.setattr("kpi.engine.stored.PIECE", 700)
            sample.write(home / "company", tickets=TICKETS, seed=5)
            key = store.keep({path.name: path.read_bytes() for path in sorted((home / "company").glob("*.csv"))})
            (store.folder(key) / "calendar.toml").write_text((home / "company" / "calendar.toml").read_text("utf-8"), "utf-8")
            store.import_now(key)
            found.append(store.open_dataset(key))
            calendar = store.default_calendar(key)
    kept, plain = found
    assert (
        kept.fingerprint == plain.fingerprint and kept.valued(kept.stand(None, calendar)) and not plain.valued(plain.stand(None, calendar))
    )
    return kept, plain, Scope(calendar=calendar)


SCOPES: dict[str, dict[str, Any]] = {
    "everything": {},
    "working hours": {"clock": "business"},
    "some weeks in New York": {"zone": "America/New_York", "start": dt.date(2025, 11, 3), "end": dt.date(2026, 2, 15)},
    "a channel, or none": {"where": (("channel", ("email", "(none)")),)},
    "hours of the day": {"where": (("created_hour", ("9", "10", "11")),)},
    "spam as well": {"params": {"statuses": "all"}},
    "clocks that ended": {"params": {"clocks": "finished"}},
}


@pytest.mark.parametrize("said", SCOPES)
def test_tickets_know_the_same(both: tuple[Dataset, Dataset, Scope], said: str) -> None:
    kept, plain, usual = both
    scope = usual.but(**SCOPES[said])
    names = on_tickets(plain, scope)
    rare = tuple(name for name in names if is_rare(name, scope.ask))
    assert kept_columns(names, scope, plain) == () and len(rare) > 2
    if said != "clocks that ended":
        assert len(kept_columns(names, scope, kept)) == len(names)
    for wanted in (EVERY, (("hash(ticket_id) % 10 < 2", ()), ("hash(ticket_id) % 10 < 6", rare))):
        one, other = (
            data.query(f"SELECT * FROM ({text}) ORDER BY ticket_id", schema)
            for data in (kept, plain)
            for text, schema in (facts(names, scope, data, ("channel", "team"), wanted),)
        )
        assert len(one) > 50 and one[list(rare)].notna().to_numpy().any()
        pd.testing.assert_frame_equal(one, other)
    assert how_many(rare, scope, kept) == how_many(rare, scope, plain)


def test_a_threshold_of_its_own_is_worked_out_and_not_taken_from_what_is_kept(both: tuple[Dataset, Dataset, Scope]) -> None:
    kept, plain, usual = both
    scope = usual.but(params={"first_reply_within": "10m"})
    name = "first_reply_within"
    assert kept_columns((name,), usual, kept) and not kept_columns((name,), scope, kept)
    assert kept_columns(("csat",), scope, kept), "what does not ask for the threshold is the same"
    sums = [
        data.query(f"SELECT sum({name}) AS s FROM ({text})", schema)["s"].iloc[0]
        for data in (kept, plain)
        for text, schema in (facts((name,), scope, data),)
    ]
    before = [kept.query(f"SELECT sum({name}) AS s FROM ({text})", schema)["s"].iloc[0] for text, schema in (facts((name,), usual, kept),)]
    assert sums[0] == sums[1] < before[0]


def test_columns_are_told_apart_by_what_decides_their_values() -> None:
    usual, business = Ask(), Ask(clock="business")
    assert kept_name("csat", usual) == kept_name("csat", business) != kept_name("dsat", usual)
    assert kept_name("first_reply_time", usual) != kept_name("first_reply_time", business)
    assert kept_name("first_reply_time", usual) == kept_name("first_reply_time", Ask(params=(("statuses", "all"),)))
    assert kept_name("first_contact_resolution", usual) != kept_name(
        "first_contact_resolution", Ask(params=(("fcr_window", 3 * 86_400.0),))
    )


def test_what_leaves_something_out_does_not_look_at_what_is_kept(both: tuple[Dataset, Dataset, Scope]) -> None:
    kept, _, usual = both
    scope = usual.but(as_of=kept.newest - dt.timedelta(days=90))
    view = kept.as_seen(Seen(names="hidden", until=kept.newest - dt.timedelta(days=30)))
    fewer = without(kept, "SELECT ticket_id FROM {schema}.tickets LIMIT 100")
    created = kept.query("SELECT created_at FROM tickets", kept.stand(None, usual.calendar))["created_at"].dropna()
    assert created.is_monotonic_increasing, "tickets lie in order of creation, though written a piece at a time"
    for data, asked in ((kept, scope), (view, usual), (fewer, usual)):
        assert not kept_columns(("csat",), asked, data)
    shown = {
        name for (name,) in view.con.execute("SELECT table_name FROM information_schema.tables WHERE table_schema LIKE 'seen_%'").fetchall()
    }
    assert "tickets" in shown and "valued_tickets" not in shown
    columns = kept.query("SELECT * FROM tickets LIMIT 1", kept.stand(None, usual.calendar)).columns
    assert not [column for column in columns if column.startswith("kept_")], "a list of tickets holds nothing of it"


def test_links_and_cells_are_the_same(both: tuple[Dataset, Dataset, Scope]) -> None:
    kept, plain, usual = both
    one, other = (correlate("tickets", usual, data) for data in (kept, plain))
    assert [(p.first, p.second, p.n) for p in one.pairs] == [(p.first, p.second, p.n) for p in other.pairs]
    np.testing.assert_allclose([p.r for p in one.pairs], [p.r for p in other.pairs], rtol=1e-12)
    terms = "first_reply_time", "first_contact_resolution", "replies_per_resolution", "reopen_rate", "full_resolution_time"
    for outcome in ("csat", "handle_time", "first_contact_resolution"):
        found, again = (cells(outcome, terms, usual, data, data.newest.date()) for data in (kept, plain))
        assert found.segments == again.segments and len(found.frame) > 100
        pd.testing.assert_frame_equal(found.frame, again.frame)


def test_a_company_written_again_keeps_its_tables(both: tuple[Dataset, Dataset, Scope], tmp_path: Path) -> None:
    from kpi import engine

    kept, _, usual = both
    engine.write(kept, tmp_path / "again.duckdb", usual.calendar)
    again, _ = engine.opened(tmp_path / "again.duckdb")
    assert again.rows == kept.rows and not again.valued(again.stand(None, usual.calendar))
    engine.write(kept, tmp_path / "with.duckdb", usual.calendar, lambda ids: [f"SELECT ticket_id, 1.0 AS one FROM ({ids})"])
    assert engine.opened(tmp_path / "with.duckdb")[0].valued("kept.measured") == {"one"}
    columns = {name: [c for c, _ in again._columns_in("kept.measured", name)] for name in again._tables_in("kept.measured")}
    assert columns == {name: [c for c, _ in kept._columns_in("kept.measured", name)] for name in kept._tables_in("kept.measured")}
