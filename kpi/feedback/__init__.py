"""What customers write: themes by a dictionary people can edit, words that separate low from high scores, quotes. No sentiment score.

said = heard(scope, data)                      # masked, with language and score; most recent 50,000
themes = ours()                                # or read(text) of one's own themes.toml
flags = matched(said, themes)
counted(said, themes, flags).text
contrast(said, "en").told("low")
weekly(said, themes, flags, periods, "week")   # all themes judged together
"""

from __future__ import annotations

from kpi.feedback.contrast import Contrast, contrast
from kpi.feedback.counted import Counted, ThemeCount, counted
from kpi.feedback.heard import COMMENTS, HIGH, LOW, MESSAGES, MIDDLE, MOST, Heard, has_any, heard
from kpi.feedback.languages import label, language_of
from kpi.feedback.masking import masked
from kpi.feedback.matching import Flags, matched
from kpi.feedback.themes import ANY, Theme, named, ours, read, write
from kpi.feedback.tokens import terms
from kpi.feedback.weekly import Weekly, grain, weekly

__all__ = [
    "ANY",
    "COMMENTS",
    "HIGH",
    "LOW",
    "MESSAGES",
    "MIDDLE",
    "MOST",
    "Contrast",
    "Counted",
    "Flags",
    "Heard",
    "Theme",
    "ThemeCount",
    "Weekly",
    "contrast",
    "counted",
    "grain",
    "has_any",
    "heard",
    "label",
    "language_of",
    "masked",
    "matched",
    "named",
    "ours",
    "read",
    "terms",
    "weekly",
    "write",
]
