"""What a reader should know of a frozen link that another version of the product made: whether its numbers are still the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from kpi.errors import KpiError
from kpi.explain.lines import code_version
from kpi.report import Proof
from kpi.report.proof import parsed
from kpi.report.verify import verify
from kpi.store import Shared
from kpi.store.links import PROOF

MOST_TOLD = 3


def proof(kept: Mapping[str, Any]) -> Proof | None:
    """The numbers a frozen link was made with; None for one that has none."""
    return parsed(json.dumps(kept[PROOF]), "The link") if PROOF in kept else None


def note(shared: Shared) -> str:
    """For the reader of a frozen link that another version made: which, and whether its numbers are still the same. "" where there is nothing to say."""
    link = shared.link
    if not link.is_frozen or link.code == code_version():
        return ""
    return f"Made with version {link.code}; this is version {code_version()}. {_checked(link.id, code_version(), _shared=shared)}"


@st.cache_data(max_entries=200, show_spinner=False)
def _checked(number: str, code: str, _shared: Shared) -> str:
    try:
        held = proof(_shared.kept)
        if held is None or not held.count:
            return "Its numbers were not kept, so nobody can tell whether they are the same."
        verdict = verify(held, _shared.dataset, _shared.opening.calendar)
    except KpiError as error:
        return f"Its numbers cannot be made again: {error.what}"
    if verdict.is_equal:
        return (
            f"Its {verdict.checked} numbers were made again, and are the same."
            if verdict.checked > 1
            else "Its number was made again, and is the same."
        )
    told = " ".join(one.text for one in verdict.differences[:MOST_TOLD])
    more = len(verdict.differences) - MOST_TOLD
    return f"{len(verdict.differences)} of its {verdict.checked} numbers differ now: {told}{f' And {more} more.' if more > 0 else ''}"
