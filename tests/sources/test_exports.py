"""Every tool: a small made-up export, and beside it the canonical tables worked out by hand.

`tests/exports/<folder>/export.*` is read; `tickets.csv`, `surveys.csv` … are what must come of it: exactly these rows and
exactly these filled columns. `unread.csv` lists the cells that must be reported as unread; without it there must be none.
"""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from kpi.errors import UnknownExport
from kpi.files import RawTable, decode
from kpi.sources import all_sources, recognise
from kpi.tables import TABLES
from tests.sources.conftest import Loaded, Read

pytestmark = pytest.mark.slow

EXPORTS = Path(__file__).parents[1] / "exports"
FOLDERS = sorted(p.name for p in EXPORTS.iterdir() if p.is_dir())


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expected_value(table: str, column: str, text: str) -> Any:
    kind = TABLES[table].by_name[column].type if column in TABLES[table].by_name else "text"
    if text == "":
        return None
    if kind == "instant":
        return datetime.fromisoformat(text)
    if kind in ("count", "number"):
        return float(text)
    return {"flag": text == "true", "list": text.split(";")}.get(kind, text)


def filled_columns(loaded: Loaded, table: str) -> set[str]:
    names = [r[0] for r in loaded.con.execute(f"DESCRIBE {table}").fetchall() if r[0] not in ("_row", "_file")]
    counts = loaded.one(f"SELECT {', '.join(f'count({chr(34)}{n}{chr(34)})' for n in names)} FROM {table}")
    return {n for n, c in zip(names, counts, strict=True) if c}


@pytest.mark.parametrize("folder", FOLDERS)
def test_export_becomes_the_tables_beside_it(folder: str, read: Read) -> None:
    here = EXPORTS / folder
    loaded = read(*sorted(here.glob("export*")))
    expected_tables = {p.stem for p in here.glob("*.csv")} & set(TABLES)
    assert expected_tables, "an export needs the tables expected from it beside it"
    for table in TABLES:
        if table not in expected_tables:
            assert loaded.one(f"SELECT count(*) FROM {table}") == 0
            continue
        expected = rows_of(here / f"{table}.csv")
        assert filled_columns(loaded, table) == {c for r in expected for c, v in r.items() if v}
        columns = list(expected[0])
        found = loaded.con.execute(f"SELECT {', '.join(f'{chr(34)}{c}{chr(34)}' for c in columns)} FROM {table} ORDER BY _row").fetchall()
        assert [dict(zip(columns, r, strict=True)) for r in found] == [
            {c: expected_value(table, c, r[c]) for c in columns} for r in expected
        ]
    unread = here / "unread.csv"
    found = loaded.con.execute('SELECT "table", "column", "row"::VARCHAR, text FROM unread_cells ORDER BY ALL').fetchall()
    assert found == (sorted(tuple(r.values()) for r in rows_of(unread)) if unread.exists() else [])
    assert sum(c.unread for c in loaded.report.columns) == len(found)


def test_no_tool_is_without_an_example(read: Read) -> None:
    raws = [raw for folder in FOLDERS for raw in decode(read().con, sorted((EXPORTS / folder).glob("export*")))]
    made = {recognise(raw).source.name for raw in raws}
    tools = {s.name for s in all_sources().values() if not s.origin and s.tool != "canonical"}
    assert tools <= made, "a tool without an example: put one in tests/exports"


FIXTURES = {
    "zendesk_view_csv.csv": "zendesk",
    "zendesk_api_ticket_with_metric_set.ndjson": "zendesk_api",
    "freshdesk_full.csv": "freshdesk",
    "freshservice_full.csv": "freshservice",
    "intercom_conversations.csv": "intercom",
    "intercom_tickets.csv": "intercom_tickets",
    "servicenow_audit_log.csv": "servicenow",
    "hubspot_tickets_partial.csv": "hubspot",
    "jira_jsm_csv.csv": "jira",
    "salesforce_case_report_partial.csv": "salesforce",
    "intercom_csat.csv": "intercom_csat",
    "intercom_prodsight_export.csv": "intercom_messages",
    "chatwoot_csat.csv": "chatwoot",
    "zoho_desk_partial.csv": "zoho_desk",
    "osticket.csv": "osticket",
    "zammad_report_xlsx.csv": "zammad",
    "gladly_conversation_export_partial.csv": "gladly",
    "genesys_cloud_interactions.csv": "genesys_cloud",
    "qualtrics_3_header_rows.csv": "qualtrics",
    "surveymonkey.csv": "surveymonkey",
    "five9_call_log.csv": "five9",
    "talkdesk_calls.csv": "talkdesk",
}
NAMED = {"chatwoot_agent_report.csv": "summary"}
"""Exports that cannot be read, and a word of the reason."""


@pytest.fixture(scope="session")
def headers(datasets: Path) -> Path:
    return datasets.parent / "exports"


def test_every_known_header_line_is_listed_here(headers: Path) -> None:
    assert {p.name for p in headers.iterdir()} == {*FIXTURES, *NAMED}


@pytest.mark.parametrize("name", FIXTURES)
def test_real_header_lines_are_recognised(name: str, headers: Path, read: Read) -> None:
    loaded = read(headers / name)
    assert [f.source for f in loaded.report.files] == [FIXTURES[name]]


@pytest.mark.parametrize("name", FIXTURES)
def test_a_file_fits_exactly_one_source(name: str, headers: Path, read: Read) -> None:
    (raw,) = decode(read(headers / name).con, [headers / name])
    assert fitting(raw) == [FIXTURES[name]]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_made_up_export_fits_exactly_one_source(folder: str, read: Read) -> None:
    """False positives fail here too, where the real header lines are not at hand. A general source may be the one that is left."""
    for raw in decode(read().con, sorted((EXPORTS / folder).glob("export*"))):
        source = recognise(raw).source
        assert fitting(raw) == ([] if source.general else [source.name])


def fitting(raw: RawTable) -> list[str]:
    """Every particular source whose signs a file bears, but for those before which another declares to go."""
    there = [s for s in all_sources().values() if s.tool != "canonical" and not s.lacks(raw.headers) and not s.general]
    return [s.name for s in there if not any(s.name in o.over for o in there)]


@pytest.mark.parametrize("name", NAMED)
def test_other_exports_are_named_with_what_to_do(name: str, headers: Path, read: Read) -> None:
    with pytest.raises(UnknownExport) as error:
        read(headers / name)
    assert NAMED[name] in error.value.what
    assert name in error.value.what
    assert error.value.hint


def test_the_nearest_source_says_what_is_lacking(write: Any, read: Read) -> None:
    path = write("half.csv", "Id,Satisfaction Score,Group stations,Created at\n1,Good,2,2024-01-01\n")
    with pytest.raises(UnknownExport, match=r"nearest is Zendesk: it lacks “Summation column”"):
        read(path)


def test_an_incremental_dump_holds_the_tickets_inside(write: Any, read: Read) -> None:
    lines = (EXPORTS / "zendesk_api" / "export.ndjson").read_text("utf-8").splitlines()
    dump = {"tickets": [json.loads(line) for line in lines], "next_page": None, "end_time": 1, "end_of_stream": True}
    loaded = read(write("dump.json", json.dumps(dump)))
    assert loaded.report.files[0].superseded == 1
    assert loaded.counts("status") == {"closed": 1, "pending": 1, "deleted": 1}
