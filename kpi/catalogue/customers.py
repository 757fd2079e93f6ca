"""Whether customers stay, and how often they need us."""

from __future__ import annotations

from kpi.catalogue.tables import customers_at
from kpi.catalogue.volume import CREATED
from kpi.forms import Ratio, Share, Total
from kpi.metric import Metric

FAMILY = "customers"
_LEFT = (customers_at.span_ended_at <= customers_at.until).fill_null(False)
_THERE = customers_at.requester.notnull()

METRICS = (
    Metric(
        name="retention_rate",
        label="Retention",
        family=FAMILY,
        about="Share of the customers there at the start of the period who are still there at its end.",
        formula="customers of the start still there at the end ÷ customers at the start",
        unit="%",
        better="higher",
        form=Share(~_LEFT, _THERE, None, customers_at, edge="start"),
        by="start of the period",
        reference="100 − churn",
        needs=("customers.became_customer_at & customers.left_at",),
        high=100.0,
    ),
    Metric(
        name="churn_rate",
        label="Churn",
        family=FAMILY,
        about="Share of the customers there at the start of the period who had left by its end.",
        formula="customers of the start who left in the period ÷ customers at the start",
        unit="%",
        better="lower",
        form=Share(_LEFT, _THERE, None, customers_at, edge="start"),
        by="start of the period",
        reference="customer churn, standard form",
        needs=("customers.became_customer_at & customers.left_at",),
        high=100.0,
    ),
    Metric(
        name="contact_rate",
        label="Contacts per customer",
        family=FAMILY,
        about="Tickets created in the period per customer there at its end.",
        formula="tickets created ÷ customers at the end of the period",
        unit="ratio",
        better="lower",
        form=Ratio(CREATED, Total(customers_at, None, _THERE, edge="end")),
        by="creation and end of the period",
        reference="contact rate (contacts per customer per period)",
        needs=("customers.became_customer_at & tickets.ticket_id",),
    ),
)
