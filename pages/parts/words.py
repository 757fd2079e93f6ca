"""Where exceptions become words, and where other people's text becomes harmless Markdown."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from kpi.errors import KpiError

log = logging.getLogger("deskmeter")


def plain(text: object) -> str:
    """Text from a file or a link, made safe to show where Streamlit reads Markdown: no link, picture, colour, icon or formula.

    Line breaks become spaces. Cells of a table and `st.text` need no such care.
    """
    return re.sub(r"([\\`*_{}\[\]()<>#+\-!|~$:&@^=])", r"\\\1", " ".join(str(text).split()))


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
