"""Where exceptions become words, and where other people's text becomes harmless Markdown."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from kpi.errors import KpiError
from kpi.report.text import JOINER

log = logging.getLogger("deskmeter")
_ADDRESS = re.compile(r"@(?=[-\w])|https?:(?=//)|www(?=\.)", re.IGNORECASE)
"""Where Streamlit's Markdown sees an address begin (mdast-util-gfm-autolink-literal)."""


def plain(text: object) -> str:
    """Text from a file or a link, made safe to show where Streamlit reads Markdown: no link, picture, colour, icon or formula.

    Line breaks become spaces. Cells of a table and `st.text` need no such care. What looks like an address of the web or of a person is made a
    link after all marks are read, so no backslash keeps it from that: a letter of no width stands in it, which files leave out (`kpi.report.text`).
    """
    one_line = _ADDRESS.sub(lambda found: found[0] + JOINER, " ".join(str(text).split()))
    return re.sub(r"([\\`*_{}\[\]()<>#+\-!|~$:&@^=])", r"\\\1", one_line)


def say(error: Exception) -> bool:
    """Show an exception as words. True: nothing else needs to be shown (Streamlit's own box stays away).

    A KpiError is the reader's business and is said in full. Anything else is ours: the reader gets a calm sentence and a
    number, and the log gets the same number with the traceback.
    """
    if isinstance(error, KpiError):
        st.error(plain(error.hint or "Nothing else on the page is affected."), title=plain(error.what), icon=":material/error:")
        return True
    number = secrets.token_hex(3)
    log.error("error %s", number, exc_info=error)
    st.error(
        f"The rest still works: choose another page, or reload. If it comes back, quote error {number}; "
        "the server's log has the details under that number.",
        title="Something went wrong on our side",
        icon=":material/error:",
    )
    return True


@contextmanager
def errors_in_words() -> Iterator[None]:
    """The frame wraps every page in this. Streamlit's own control flow (stop, rerun) is no Exception and passes through."""
    try:
        yield
    except Exception as error:
        say(error)
