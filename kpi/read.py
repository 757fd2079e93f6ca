"""Files to a dataset: decode, recognise, fill the canonical tables, complete what follows from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from kpi import files, sources
from kpi.engine import CANONICAL, Dataset, connect
from kpi.errors import BadValue, UnknownExport, UnreadableFile

Progress = Callable[[str, float], None]


def read(
    *paths: str | Path,
    names: Sequence[str] | None = None,
    source: str | Mapping[str, str] | None = None,
    mapping: str | Path | None = None,
    mappings: Mapping[str, str | Path] | None = None,
    zone: str | None = None,
    date_orders: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """Read one or several export files into one dataset.

    `names` are the files' display names where they lie under others; `source` (one for all, or by displayed name) or `mapping` (a TOML
    file) decide what an export is instead of its headers; `mappings` says it for single files, by the name they are displayed under
    ("tickets.csv", "a.zip › b.csv"): a path, or the TOML text itself; `zone` is the zone of times that state none; `date_orders`
    answers `report.questions` ("dmy" or "mdy" by column). `progress` is
    called with what is done and the share done (0..1). `report` on the result says what was understood.

    Raises a KpiError in one sentence when nothing can be read. When one file of several is not recognised, the others load and it is
    named in `report.doubts`.
    """
    if not paths:
        raise BadValue("No file was given.", "Name at least one export file.")
    found = [Path(p) for p in paths]
    for path in found:
        if not path.exists():
            raise UnreadableFile(f"There is no file {path.name!r}.", "Check the path.")
        if path.is_dir():
            raise UnreadableFile(f"{path.name!r} is a folder.", "Name the files in it.")
    con = connect()
    raw, damaged = _decoded(con, found, names, _part(progress, 0.0, 0.5))
    matches, unknown = _recognised(con, raw, source, mapping, mappings or {})
    report = sources.load(con, matches, zone=zone, date_orders=date_orders, progress=_part(progress, 0.5, 1.0))
    doubts = [*damaged, *unknown, *_complete(con)]
    for table in raw:
        con.execute(f'DROP TABLE IF EXISTS "{table.table}"')
    return Dataset.of(con, replace(report, doubts=(*report.doubts, *doubts)))


def _part(progress: Progress | None, begin: float, end: float) -> Progress | None:
    """The part of the whole that a step stands for."""
    return None if progress is None else lambda what, share: progress(what, begin + share * (end - begin))


def _decoded(con: Any, paths: Sequence[Path], names: Sequence[str] | None, progress: Progress | None) -> tuple[list[Any], list[str]]:
    """The text tables of all files; a damaged one among several is left out and named, so that the rest still loads."""
    tables: list[Any] = []
    damaged: list[str] = []
    first: UnreadableFile | None = None
    for i, path in enumerate(paths):

        def share(what: str, done: float, i: int = i) -> None:
            if progress is not None:
                progress(what, (i + done) / len(paths))

        try:
            tables += files.decode(con, [path], names=[names[i]] if names else None, progress=share)
        except UnreadableFile as error:
            first = first or error
            damaged.append(f"A file was left out: {error}")
    if first is not None and not tables:
        raise first
    return tables, damaged


def _recognised(
    con: Any,
    raw: Sequence[Any],
    source: str | Mapping[str, str] | None,
    mapping: str | Path | None,
    mappings: Mapping[str, str | Path],
) -> tuple[list[Any], list[str]]:
    matches, unknown = [], []
    first: UnknownExport | None = None
    for table in raw:
        said = mappings.get(table.file, mapping)
        named = source.get(table.file) if isinstance(source, Mapping) else source
        try:
            is_text = isinstance(said, str) and "\n" in said
            matches.append(
                sources.recognise(table, con=con, source=named, mapping=sources.parse_mapping(str(said)) if is_text else said or None)
            )
        except UnknownExport as error:
            first = first or error
            unknown.append(f"{table.file} was left out: {error}")
    if not matches:
        raise first or UnreadableFile("There is no table in the file.", "Export tickets as CSV, XLSX, JSON or Parquet.")
    return matches, unknown


def _complete(con: Any) -> list[str]:
    """What the tables imply: tickets of a conversation log, and who wrote where the log does not say it."""
    doubts = []
    tickets, messages, changes = (
        con.execute(f"SELECT count(*) FROM {CANONICAL}.{t}").fetchone()[0] for t in ("tickets", "messages", "changes")
    )
    if not tickets and (messages or changes):
        con.execute(
            f"""INSERT INTO {CANONICAL}.tickets BY NAME
            SELECT ticket_id, min(happened_at) AS created_at, row_number() OVER (ORDER BY min(happened_at), ticket_id) AS _row FROM (
                SELECT ticket_id, sent_at AS happened_at FROM {CANONICAL}.messages UNION ALL SELECT ticket_id, changed_at FROM {CANONICAL}.changes
            ) GROUP BY ticket_id"""
        )
        doubts.append("No tickets were given: each ticket of the messages and changes counts as created at its first one.")
    if messages and not con.execute(f"SELECT count(author_role) FROM {CANONICAL}.messages").fetchone()[0]:
        con.execute(
            f"""UPDATE {CANONICAL}.messages AS m SET author_role = CASE WHEN m.author = t.requester THEN 'requester' ELSE 'agent' END
            FROM {CANONICAL}.tickets t WHERE t.ticket_id = m.ticket_id AND m.author IS NOT NULL AND t.requester IS NOT NULL"""
        )
        doubts.append("The messages do not say who is an agent: everybody but the ticket's requester counts as one.")
    return doubts


def described_files(data: Dataset) -> list[dict[str, Any]]:
    """What became of each file, and how many of its rows found their ticket (`joins`; `rate` from 0 to 1, null where no row could)."""
    return [{**asdict(f), "joins": [{**asdict(join), "rate": join.rate} for join in f.joins]} for f in data.report.files]


def described(data: Dataset) -> dict[str, Any]:
    """What was understood of the files, as `kpi read` and the API tell it."""
    report = data.report
    rejected = data.rejected(100).to_dict("records")
    lacks = data.lacking()
    return {
        "files": described_files(data),
        "fingerprint": data.fingerprint,
        "rows": dict(data.rows),
        "first": data.first.isoformat() + "Z",
        "newest": data.newest.isoformat() + "Z",
        "columns": [asdict(c) for c in report.columns],
        "extras": [asdict(e) for e in report.extras],
        "rejected": {
            "rows": sum(f.rejected for f in report.files),
            "first": rejected,
        },
        "doubts": list(report.doubts),
        "questions": [asdict(q) for q in report.questions],
        "findings": [
            {
                "name": f["name"],
                "sentence": f"{f['tickets']:,} ticket{'s' * (f['tickets'] != 1)} {f['sentence']}.",
                "tickets": f["tickets"],
                "examples": list(f["examples"]),
                "metrics": list(f["metrics"]),
            }
            for f in data.findings().to_dict("records")
        ],
        "metrics": {
            "available": [name for name, missing in lacks.items() if not missing],
            "unavailable": {name: f"needs {' and '.join(missing)}" for name, missing in lacks.items() if missing},
        },
    }
