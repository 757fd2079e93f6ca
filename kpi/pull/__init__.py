"""Pulling tickets from the APIs of help desks: incrementally, within their limits, and through any break without loss or repeat.

    pulled = pull(APIS["zendesk"], "acme", since=datetime(2024, 1, 1, tzinfo=UTC))     # into KPI_HOME/pull/zendesk-acme.sqlite
    files = write(APIS["zendesk"], "acme", Path("exports"))                             # files that `kpi.read` reads

Keys come from the environment and stay there: they are in no file, sentence or log. Texts of messages, subjects and e-mail addresses are not
kept. docs/pull.md says what is read of which tool, and from which documentation.
"""

from kpi.pull.engine import Pulled, book_of, checked_name, pull, write
from kpi.pull.freshdesk import FRESHDESK
from kpi.pull.intercom import INTERCOM
from kpi.pull.model import Api, PullError
from kpi.pull.zendesk import ZENDESK

APIS: dict[str, Api] = {api.name: api for api in (ZENDESK, FRESHDESK, INTERCOM)}
"""The APIs that can be pulled, by name."""

__all__ = ["APIS", "Api", "PullError", "Pulled", "book_of", "checked_name", "pull", "write"]
