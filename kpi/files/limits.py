"""How much of a file we are willing to read: everything in an upload is hostile until it has been counted."""

from __future__ import annotations

MAX_MEMBERS = 200
"""Files in one archive."""
MAX_UNPACKED = 4 * 2**30
"""Bytes an archive may unpack to, all members together."""
MAX_WORKBOOK = 2**30
"""Bytes the parts of one spreadsheet may unpack to."""
MAX_RATIO = 200
"""Unpacked bytes per packed byte. Text packs at most about 1:30, columns of zeros about 1:1000."""
RATIO_SLACK = 16 * 2**20
"""Unpacked bytes below which the ratio is not looked at: a small file harms nobody."""
MAX_DEPTH = 2
"""Archives around a table: `a.zip › b.csv.gz` is two, and as deep as it goes."""
MAX_RECORD = 64 * 2**20
"""Bytes of one line, one record or one JSON object."""
MAX_COLUMNS = 10_000
"""Columns of one table (spreadsheets end at 16,384, but no help desk has so many)."""
MAX_HEADER = 1_000
"""Characters kept of a header."""
MAX_SHEET_CELLS = 40_000_000
"""Cells of the rectangle a sheet spans. The spreadsheet reader keeps all of it in memory, about 32 bytes a cell."""
MAX_SHEET_MEMORY = 4 * 2**30
"""Bytes of memory the process that reads a spreadsheet may use."""
MAX_SHEET_SECONDS = 600
"""Seconds of work it may take."""
MAX_ROWS = 100_000_000
"""Rows of a Parquet file, where a few bytes can stand for billions of rows."""
MAX_JSON_DOCUMENT = 256 * 2**20
"""Bytes of a JSON file that is one object around its rows, and so must be held in memory."""
MAX_JSON_DEPTH = 12
"""Levels of nesting that become dotted paths; deeper ones stay JSON text."""
MAX_ODD_LINES = 1_000
"""Lines of a second encoding that are listed; all are counted."""
MAX_REJECTED_TEXT = 10_000
"""Characters kept of a row that could not be read."""

SAMPLE_LINES = 1_000
SAMPLE_CHARACTERS = 2**20
"""How much of a text file is looked at to find its delimiter and header."""
HEADER_WITHIN = 30
"""Rows from the top among which the header is looked for."""
FOOTERS_WITHIN = 20
"""Rows from the end among which footers are looked for."""
BATCH_CELLS = 500_000
BATCH_CHARACTERS = 32 * 2**20
"""Cells and characters held in Python before they go to DuckDB."""
