"""Reads a spreadsheet in a process of its own and writes its rows to standard output, one JSON value a line.

The spreadsheet library ends its whole process when a damaged or hostile file makes it ask for more memory than there is, and
may run for ever on others. So it runs here, under limits. Started by path (sheets.py), not imported: it needs no package of ours.

Lines: {"sheet": name, "hidden": bool, "left": first column, 0-based}, then one array a row, from the first row of the sheet on;
dates and times are {"is": type, "value": ISO text or microseconds}. A last line {"error": …} or {"end": true}.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sys
from typing import Any, TextIO

import python_calamine as calamine


def plain(value: Any) -> dict[str, Any]:
    """What JSON has no form for."""
    if isinstance(value, dt.timedelta):
        return {"is": "timedelta", "value": value // dt.timedelta(microseconds=1)}
    return {"is": type(value).__name__, "value": value.isoformat()}


def write(path: str, out: TextIO) -> None:
    def line(value: Any) -> None:
        out.write(json.dumps(value, default=plain))
        out.write("\n")

    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            for meta in book.sheets_metadata:
                if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                sheet = book.get_sheet_by_name(meta.name)
                if sheet.start is None:
                    continue
                hidden = meta.visible != calamine.SheetVisibleEnum.Visible
                line({"sheet": meta.name, "hidden": hidden, "left": sheet.start[1]})
                for row in sheet.iter_rows():
                    line(row)
    except calamine.PasswordError:
        line({"error": "password"})
    except (calamine.CalamineError, OSError, ValueError) as error:
        line({"error": str(error)})
    else:
        line({"end": True})


def limit(memory: int, seconds: int) -> None:
    """Bytes of memory and seconds of work this process may use, where the system can hold it to them."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - there is none on Windows

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    limit(int(sys.argv[2]), int(sys.argv[3]))
    write(sys.argv[1], sys.stdout)
