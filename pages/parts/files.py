"""The files of a page: what is on the screen, to the digit, as one web page, PDF, picture, workbook, Markdown or notebook."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import streamlit as st

from kpi import Scope
from kpi.explain.lines import Reading
from kpi.report import KINDS, Report, Title, can_write, named, proof_of, written
from kpi.report.text import words
from pages.parts import recorded
from pages.parts.mine import Mine
from pages.parts.recorded import Recording

LONGEST = 120.0
"""Seconds a file waits for its page to be drawn; then it holds what there is."""
ICONS = {"html": "html", "pdf": "picture_as_pdf", "png": "image", "xlsx": "table", "md": "markdown", "ipynb": "code"}


def popover(mine: Mine, scope: Scope, page: str) -> None:
    """The button "Files". It may stand before or after the page: a file is made when somebody asks for it, of what was drawn by then.

    What is in it is there before it is opened: with a run of the page at each opening, a quick hand met buttons of the run before.
    `page` is the name of the page in the address; it names the files.
    """
    with st.popover("Files", icon=":material/download:", key="files"):
        st.caption("What this page shows now, to the digit, with all it takes to check it.")
        recording = recorded.now()
        for kind, about in KINDS.items():
            st.download_button(
                about.label,
                made(recording, mine, scope, kind),
                f"{file_name(scope, page)}.{kind}",
                about.mime,
                key=f"file_{kind}",
                icon=f":material/{ICONS[kind]}:",
                on_click="ignore",
                width="stretch",
                disabled=not can_write(kind),
            )
        if not all(map(can_write, KINDS)):
            st.caption("Grey ones need more than is installed: `pip install 'deskmeter[report]'`.")


def made(recording: Recording, mine: Mine, scope: Scope, kind: str) -> Callable[[], bytes]:
    """What makes the file, when it is asked for and in a thread of its own: the recording is full by then."""
    return partial(_made, recording, mine, scope, kind)


def _made(recording: Recording, mine: Mine, scope: Scope, kind: str) -> bytes:
    recording.done.wait(LONGEST)
    return written(report(recording, mine, scope), kind)


def report(recording: Recording, mine: Mine, scope: Scope) -> Report:
    """The recording as a report: the title first, whatever was drawn before it."""
    blocks = tuple(sorted(recording.blocks, key=lambda block: not isinstance(block, Title)))
    said = mine.options
    proof = proof_of(recording.results, data=mine.dataset, scope=scope, zone=said.zone, date_orders=said.date_orders)
    source = "Sample data: a made-up company" if mine.is_sample else named(mine.names)
    reading = Reading(mine.given, said.zone, said.date_orders, said.mappings, mine.is_sample)
    return Report(blocks, proof, source, reading=reading)


def file_name(scope: Scope, page: str) -> str:
    """ "overview-2026-10-12-to-2026-11-08": which page, and of which dates."""
    dates = "-to-".join(str(day) for day in (scope.start, scope.end) if day)
    return re.sub(r"[^a-z0-9-]+", "-", "-".join(part for part in (words(page).lower(), dates) if part)).strip("-") or "report"
