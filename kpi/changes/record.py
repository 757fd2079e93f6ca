"""A change explained, as the page tells it: the split, the factors of a product, who answered; and all of it as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kpi.changes.factors import Product
from kpi.changes.model import VERDICTS, Change, Claim, Split, known
from kpi.changes.respondents import Respondents
from kpi.changes.steps import steps
from kpi.changes.words import claim_said


@dataclass(frozen=True)
class Explained:
    """`change` with, where it applies, the `product` behind the metric, what support cost in all (`cost`), and who answered (`who`)."""

    change: Change
    product: Product | None = None
    cost: Product | None = None
    who: Respondents | None = None

    @property
    def text(self) -> str:
        """The finding, its caveat, the factors and the warning, in words."""
        said = [self.change.text, self.change.caveat, *(one.text for one in (self.product, self.who) if one is not None)]
        return " ".join(sentence for sentence in said if sentence)

    def record(self, columns: Sequence[str] | None = None) -> dict[str, Any]:
        """Plain values under fixed names, numbers unrounded, unknown None. With `columns` of these dimensions only, in this order; the search
        (`slices_looked_at`, every p) is over all of them all the same."""
        change = self.change
        shown = dict(change.splits) if columns is None else {c: change.splits[c] for c in columns if c in change.splits}
        plain = {name: value for name, value in change.to_dict().items() if name not in ("splits", "claims", "apart")}
        return {
            **plain,
            "verdict_said": VERDICTS[change.verdict],
            "is_beyond_noise": {"real": True, "noise": False}.get(change.verdict),
            "unit_of_luck": change.unit_of_luck or None,
            "currency": change.currency or None,
            "notes": list(change.notes),
            "claims": [_claim(change, one) for one in change.claims],
            "apart": [_claim(change, one, of_whole=False) for one in change.apart],
            "splits": [_split(change, split) for split in shown.values()],
            "factors": _product(self.product),
            "cost": _product(self.cost),
            "respondents": _who(self.who),
        }


def _claim(change: Change, claim: Claim, *, of_whole: bool = True) -> dict[str, Any]:
    return {**{name: known(value) for name, value in vars(claim).items()}, "text": claim_said(change, claim, of_whole=of_whole)}


def _split(change: Change, split: Split) -> dict[str, Any]:
    """One dimension: parts whose `rate` + `mix` are `sum`, and whose sums add up to `change`; the waterfall leads from before to now."""
    numbers = ("before", "now", "change", "mix", "mix_low", "mix_high", "mix_p", "surprise")
    rate = float(split.frame["rate"].sum())
    parts = [{"label": split.said(row["level"]), **_row(row)} for row in split.frame.to_dict("records")]
    waterfall = [_row(row) for row in steps(change, split.column).drop(columns="order").to_dict("records")]
    return {
        "column": split.column,
        **{name: known(getattr(split, name)) for name in numbers},
        "rate": known(rate),
        "parts": parts,
        "waterfall": waterfall,
    }


def _product(found: Product | None) -> dict[str, Any] | None:
    if found is None:
        return None
    plain = {name: known(getattr(found, name)) for name in ("name", "label", "unit", "before", "now")}
    return {**plain, "why_not": found.why_not or None, "factors": [_row(row) for row in found.frame.to_dict("records")], "text": found.text}


def _who(found: Respondents | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "rate_before": known(found.rate_before),
        "rate_now": known(found.rate_now),
        "mix": known(found.mix),
        "channels": [_row(row) for row in found.channels.to_dict("records")],
        "reweighted": [known(value) for value in found.reweighted],
        "reweighted_limits": [[known(value) for value in limits] for limits in found.reweighted_limits],
        "range_now": [known(value) for value in found.range_now],
        "bounds_now": [known(value) for value in found.bounds_now],
        "warnings": list(found.warnings),
        "text": found.text,
    }


def _row(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): known(value) for name, value in row.items()}
