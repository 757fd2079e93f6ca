"""The head of a file nobody recognises: what is proposed, how sure that is, and what a mapping of it would read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import kpi
from kpi.errors import UnknownExport
from kpi.sources import Guess, check, column_label, draft, preview, to_toml
from kpi.tables import TABLES

pytestmark = pytest.mark.slow

Write = Callable[[str, str], Path]
GERMAN = "Vorgang;Eröffnet am;Gelöst am;Zustand;Bearbeiter;Dauer (min);Anmerkung;PLZ\n" + "".join(
    f"V-{i};{i}.03.2026 08:00;{i}.03.2026 {8 + i % 3:02d}:30;{'Erledigt' if i % 2 else 'Wartet'};Mia;{i};Text {i};10115\n"
    for i in range(1, 29)
)


def columns_of(proposal: dict[str, Guess]) -> dict[str, object]:
    return {c: {"duration": g.header, "unit": g.unit} if g.unit else g.header for c, g in proposal.items()}


def test_a_strange_file_gets_a_proposal_with_its_confidence(write: Write) -> None:
    (seen,) = preview(write("faelle.csv", GERMAN), "faelle.csv")
    assert seen.source is None and "faelle.csv" in seen.problem and seen.likeliest() == "tickets"
    found = seen.proposal("tickets")
    headers = {column: guess.header for column, guess in found.items()}
    assert headers == {
        "ticket_id": "Vorgang",
        "created_at": "Eröffnet am",
        "solved_at": "Gelöst am",
        "status": "Zustand",
        "agent": "Bearbeiter",
        "handle_seconds": "Dauer (min)",
    }
    assert found["handle_seconds"].unit == "minutes"
    assert found["created_at"].word == "sure" and found["status"].word == "likely", "none of its words is known: a person has to say"
    assert seen.examples("Eröffnet am") == ("1.03.2026 08:00", "2.03.2026 08:00", "3.03.2026 08:00")
    assert seen.values("Zustand") == [("Erledigt", 14), ("Wartet", 14)]


def test_a_mapping_is_checked_by_the_code_that_imports(write: Write) -> None:
    path = write("faelle.csv", GERMAN)
    (seen,) = preview(path, "faelle.csv")
    columns = columns_of(seen.proposal("tickets"))
    checked = check(seen, draft("faelle.csv", "tickets", columns))
    report = checked.report
    assert checked.unread == {("tickets", "status"): [("Erledigt", 14), ("Wartet", 14)]}
    status = report.column("tickets", "status")
    assert (status.filled, status.unread, status.examples[0].text) == (0, 28, "Erledigt")
    said = columns | {"status": {"status": "Zustand", "words": {"Erledigt": "solved", "Wartet": "pending"}}}
    mapping = draft("faelle.csv", "tickets", said)
    report = check(seen, mapping).report
    assert [report.column("tickets", c).filled for c in ("status", "created_at", "handle_seconds")] == [28, 28, 28]
    data = kpi.read(path, mappings={"faelle.csv": to_toml(mapping)})
    solved = kpi.measure("tickets_solved", kpi.Scope(), data).frame["value"].iloc[0]
    assert solved == 14 and kpi.measure("handle_time", kpi.Scope(), data).frame["value"].iloc[0] == 60 * 29 / 2  # minutes 1 to 28
    assert data.report.files[0].label == "Your own mapping"


def test_scores_beside_tickets_become_answers(write: Write) -> None:
    path = write("cases.csv", "Case,Opened,Stars\n1,2026-03-01 08:00,5\n2,2026-03-01 09:00,1\n3,2026-03-01 09:00,\n")
    answers = {"fills": "surveys", "columns": {"ticket_id": "Case", "kind": {"constant": "csat"}, "score": "Stars"}}
    mapping = draft("cases.csv", "tickets", {"ticket_id": "Case", "created_at": "Opened"}, [answers])
    data = kpi.read(path, mappings={"cases.csv": to_toml(mapping)})
    assert kpi.measure("csat", kpi.Scope(), data).frame["value"].iloc[0] == 50 and data.rows["surveys"] == 2


def test_a_correction_says_only_what_is_different(write: Write) -> None:
    """Freshdesk's importer takes the resolved time; this team closes without resolving."""
    head = "Ticket ID,Status,Created time,Resolved time,Closed time,Agent interactions,Group\n"
    path = write("freshdesk.csv", head + "1,Closed,2026-01-13 08:00,2026-01-13 09:00,2026-01-13 12:00,2,Desk\n")
    (seen,) = preview(path, "freshdesk.csv")
    assert seen.source is not None and seen.source.name == "freshdesk"
    mapping = draft("freshdesk.csv", "tickets", {"solved_at": "Closed time"}, based_on="freshdesk", leave=["team"])
    data = kpi.read(path, mappings={"freshdesk.csv": to_toml(mapping)})
    assert kpi.measure("full_resolution_time", kpi.Scope(), data).frame["value"].iloc[0] == 4 * 3600
    row = data.query("SELECT agent_replies, team, status FROM tickets", "canonical").iloc[0]
    assert row["agent_replies"] == 2 and row["status"] == "closed" and row.isna()["team"]


def test_a_correction_of_nothing_known(write: Write) -> None:
    path = write("x.csv", "a,b\n1,2\n")
    with pytest.raises(kpi.KpiError, match="freshdeks"):
        kpi.read(path, mappings={"x.csv": to_toml(draft("x.csv", "tickets", {"ticket_id": "a"}, based_on="freshdeks"))})


def test_a_mapping_that_does_not_fit_is_said(write: Write) -> None:
    (seen,) = preview(write("x.csv", "a,b\n1,2\n"), "x.csv")
    with pytest.raises(UnknownExport, match="lacks"):
        check(seen, draft("x.csv", "tickets", {"created_at": "b"}))


def test_postcodes_and_notes_are_not_proposed_and_unknown_names_are_only_guesses(write: Write) -> None:
    rows = "".join(f"K{i},10{100 + i},0{1 + i % 9}.03.2026 10:00,Something {i} quite long\n" for i in range(40))
    (seen,) = preview(write("odd.csv", "Zzyx,Plz,Wann,Blurb\n" + rows), "odd.csv")
    found = seen.proposal("tickets")
    assert found["ticket_id"].header == "Zzyx" and found["created_at"].header == "Wann"
    assert {guess.word for guess in found.values()} == {"a guess"} and "Plz" not in {guess.header for guess in found.values()}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_canonical_headers_are_proposed_for_themselves(name: str, write: Write) -> None:
    headers = [c.name for c in TABLES[name].columns if c.name != "source"]
    (seen,) = preview(write("x.csv", ",".join(headers) + "\n"), "x.csv")
    found = seen.proposal(name)
    assert all(guess.header == column for column, guess in found.items()) and set(TABLES[name].required) <= set(found)


def test_only_the_head_is_read_whatever_the_format(tmp_path: Path) -> None:
    import json

    import pandas as pd

    frame = pd.DataFrame({"Case": range(1, 3001), "Opened": "2026-03-01 10:00"}).astype(str)
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    (tmp_path / "a.json").write_text(json.dumps(frame.to_dict("records")), "utf-8")
    (tmp_path / "a.ndjson").write_text("\n".join(json.dumps(r) for r in frame.to_dict("records")), "utf-8")
    for path in sorted(tmp_path.iterdir()):
        (seen,) = preview(path, path.name, rows=100)
        assert seen.raw.rows == seen.rows.num_rows == 100, path.name
        assert seen.examples("Case") == ("1", "2", "3") and set(seen.proposal("tickets")) == {"ticket_id", "created_at"}, path.name


def test_the_head_of_a_large_file_ends_at_a_line(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("w", encoding="utf-8") as out:
        out.write("Case,Opened,Text\n")
        for i in range(60_000):
            out.write(f'{i},2026-03-01 10:00,"{"x" * 100}"\n')
    assert path.stat().st_size > 4 * 2**20
    (seen,) = preview(path, "large.csv")
    assert seen.raw.rows == 1_000 and seen.raw.rejected == 0


def test_every_column_has_words() -> None:
    for name, table in TABLES.items():
        labels = [column_label(name, c.name) for c in table.columns]
        assert len(set(labels)) == len(labels), name
        assert all("_" not in label and label[0].isupper() and not label.endswith((" at", " seconds")) for label in labels)
