"""What outlives a visit: the files people brought, and the datasets read from them.

    KPI_HOME/data/<key>/            the key is long and random, and whoever has it may see the data
        0.csv 1.xlsx …              the files as they came; names.json has the names they came with
        names.before.json           the files before an upload that is not read yet (see `uploads`)
        options.json                what the visitor said about them (zone, day-month order, mappings)
        calendars/<print>.toml      working hours the visitor brought; calendar.toml is the one meant by default
        events.csv targets.toml …   what people said that belongs to the key (see `texts`)
        <fingerprint>.duckdb        a version of the dataset: written once, never changed
        import.json                 which version is the present one, and what was understood of the files
        opened.json                 when somebody last opened them, to the hour
        progress.json failed.json   an import under way, or why the last one failed
    KPI_HOME/book.sqlite            links and the audit log (`database`); or PostgreSQL, by KPI_DATABASE

An import runs in a process of its own, so that a server stays small and answers while it runs, and so that it can be stopped. Everything
is written aside and takes its name at the end: a crash in the middle leaves the store as it was.
"""

from __future__ import annotations

from kpi.store import audit, connected, links, people, workspaces
from kpi.store.folders import (
    SAMPLE,
    Options,
    add_calendar,
    calendars,
    default_calendar,
    files,
    folder,
    keep,
    names,
    options,
    say,
)
from kpi.store.imports import State, begin, cancel, discard, import_now, state
from kpi.store.shared import Shared, frozen, shared
from kpi.store.texts import TEXTS, change, text
from kpi.store.uploads import bring, go_back, may_go_back
from kpi.store.versions import open_dataset

__all__ = [
    "SAMPLE",
    "TEXTS",
    "Options",
    "Shared",
    "State",
    "add_calendar",
    "audit",
    "begin",
    "bring",
    "calendars",
    "cancel",
    "change",
    "connected",
    "default_calendar",
    "discard",
    "files",
    "folder",
    "frozen",
    "go_back",
    "import_now",
    "keep",
    "links",
    "may_go_back",
    "names",
    "open_dataset",
    "options",
    "people",
    "say",
    "shared",
    "state",
    "text",
    "workspaces",
]
