"""Which words set unhappy comments apart? Log-odds with an informative prior (Monroe, Colaresi and Quinn 2008)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi.errors import BadValue
from kpi.stats.base import Array, Numbers, floats, normal_p_value, same_length
from kpi.stats.series import false_discovery


@dataclass(frozen=True)
class WordContrast:
    """Per word: `difference` of log-odds (above 0: used more in the first group), its `z`, and `p` adjusted over all words."""

    difference: Array
    z: Array
    p: Array


def fightin_words(first: Numbers, second: Numbers, prior_total: float = 100.0) -> WordContrast:
    """Compare the counts of the same words in two groups of comments.

    Count a comment once per word, so that one long angry text does not decide. The prior is the pooled share of each
    word, worth `prior_total` words: with the pooled counts themselves (a common shortcut) real differences drown.
    NaN for words used nowhere or unknown.
    """
    a, b = floats(first).ravel(), floats(second).ravel()
    same_length(first=a, second=b)
    if (a < 0).any() or (b < 0).any():
        raise BadValue("A word count is negative.", "Counts start at 0.")
    if not prior_total > 0:
        raise BadValue(f"The prior must be worth more than 0 words, not {prior_total}.", "100 is a good choice.")
    seen = a + b > 0
    difference, z = np.full(len(a), np.nan), np.full(len(a), np.nan)
    if seen.sum() > 1:
        a, b = a[seen], b[seen]
        prior = (a + b) / (a + b).sum() * prior_total
        with np.errstate(divide="ignore"):
            difference[seen] = _log_odds(a, prior) - _log_odds(b, prior)
        z[seen] = difference[seen] / np.sqrt(1 / (a + prior) + 1 / (b + prior))
    return WordContrast(difference, z, false_discovery(normal_p_value(z)))


def _log_odds(counts: Array, prior: Array) -> Array:
    with_prior = counts + prior
    return np.asarray(np.log(with_prior / (with_prior.sum() - with_prior)), dtype=np.float64)
