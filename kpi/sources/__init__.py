"""Importers: one file per tool, each a declaration; this folder and `data/mappings` are the registry.

matches = [recognise(raw) for raw in kpi.files.decode(con, paths)]
report = load(con, matches)            # the eight canonical tables are now in con
"""

from kpi.sources._load import load
from kpi.sources._mapping import from_mapping, parse_mapping, read_mapping
from kpi.sources._preview import Checked, Guess, Preview, check, draft, preview
from kpi.sources._propose import propose, to_toml
from kpi.sources._recognise import Match, recognise
from kpi.sources._registry import all_sources
from kpi.sources._report import ColumnReport, Extra, FileReport, Import, Join, Unread
from kpi.sources._satisfaction import Satisfaction, satisfaction
from kpi.sources._saved import delete_mapping, forget_mappings, name_of, save_mapping, saved, saved_path, saved_text
from kpi.sources._source import CONFIDENCES, Part, Source
from kpi.sources._words import column_label

__all__ = [
    "CONFIDENCES", "Checked", "ColumnReport", "Extra", "FileReport", "Guess", "Import", "Join", "Match", "Part", "Preview", "Satisfaction", "Source",
    "Unread", "all_sources", "check", "column_label", "delete_mapping", "draft", "forget_mappings", "from_mapping", "load", "name_of", "parse_mapping",
    "preview", "propose", "read_mapping", "recognise", "satisfaction", "save_mapping", "saved", "saved_path", "saved_text", "to_toml",
]  # fmt: skip
