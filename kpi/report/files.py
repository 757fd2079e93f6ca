"""The kinds of file a report can become, and the one function that writes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from kpi.errors import BadValue, did_you_mean
from kpi.report.blocks import Report


@dataclass(frozen=True)
class Kind:
    """A kind of file: its name in words, its type for a browser, and the libraries of the extra `report` it needs."""

    label: str
    mime: str
    module: str
    needs: tuple[str, ...] = ()


KINDS = {
    "html": Kind("One web page", "text/html; charset=utf-8", "html", ("vl_convert",)),
    "pdf": Kind("PDF", "application/pdf", "pdf", ("typst", "vl_convert")),
    "png": Kind("Picture", "image/png", "picture", ("typst", "vl_convert")),
    "xlsx": Kind("Workbook for Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "workbook"),
    "md": Kind("Markdown", "text/markdown; charset=utf-8", "markdown"),
    "ipynb": Kind("Notebook", "application/x-ipynb+json", "notebook"),
}
"""By the ending of the file."""


def can_write(kind: str) -> bool:
    """Whether the libraries a kind needs are installed."""
    return all(find_spec(name) is not None for name in KINDS[kind].needs)


def written(report: Report, kind: str) -> bytes:
    """The report as a file of this kind. BadValue for a kind there is none of, or whose libraries are not installed."""
    if kind not in KINDS:
        raise BadValue(
            f"A report cannot be a .{kind} file.", did_you_mean(kind, KINDS) or f"It may end in {', '.join(f'.{k}' for k in KINDS)}."
        )
    if not can_write(kind):
        raise BadValue(f"{KINDS[kind].label} (.{kind}) needs more than is installed.", "Install it: pip install 'deskmeter[report]'.")
    write: Callable[[Report], bytes] = import_module(f"kpi.report.{KINDS[kind].module}").write
    return write(report)
