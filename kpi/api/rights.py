"""Who asks: the bearer of a dataset's key may do all with it, the bearer of a link's token what the link allows to programs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from kpi import store
from kpi.api.problems import NoToken
from kpi.engine import Dataset, Seen
from kpi.errors import BadValue, KpiError, NotAllowed, UnknownName
from kpi.hours import Calendar
from kpi.scope import QUERY_NAMES, Scope
from kpi.store import Shared, links, people

_KEY = re.compile(r"[0-9a-f]{32}")
NOTHING = "The token opens nothing. Send the key of a dataset, or the token of a link that programs may use, as Authorization: Bearer …"


@dataclass(frozen=True)
class Right:
    """What the bearer of a token may see. `key` is the dataset's, for those who may also change it; None with a link."""

    dataset: Dataset
    hours: Mapping[str, Calendar]
    key: str | None = None
    shared: Shared | None = None

    def check_owner(self) -> str:
        """The dataset's key; NotAllowed with a link."""
        if self.key is None:
            raise NotAllowed("A link's token may read, and nothing else.", "Send the key of the dataset.")
        return self.key

    def scope(self, request: Request) -> Scope:
        """The scope of a request. With a link: what is not said is as the link opens, and what the link does not leave free is refused."""
        given = {name: request.query_params.getlist(name) for name in QUERY_NAMES if name in request.query_params}
        if self.shared is not None:
            given = self.shared.opening.to_query() | given
        calendar = None
        if named := next(iter(given.get("calendar", ())), ""):
            calendar = self.hours.get(named) or (self.shared.opening.calendar if self.shared and not self.hours else None)
            if calendar is None:
                raise UnknownName(f"There are no working hours {named[:40]!r} with these data.", "The dataset lists those there are.")
        elif self.key is not None and "calendar" not in given:
            calendar = store.default_calendar(self.key)
        scope = Scope.from_query(given, calendar=calendar)
        if self.shared is not None and self.shared.within(scope) != scope:
            raise NotAllowed(
                "The link does not leave this to its reader.", f"Free is: {', '.join(self.shared.link.told.free) or 'nothing'}."
            )
        return scope


def of(request: Request) -> Right:
    """The right of a request's token; NoToken for any that opens nothing, whatever is wrong with it."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.casefold() != "bearer" or not token:
        raise NoToken(NOTHING)
    try:
        return _owner(token, request) if token == store.SAMPLE or _KEY.fullmatch(token) else _reader(token, request)
    except NotAllowed:
        raise
    except KpiError:
        raise NoToken(NOTHING) from None


def _owner(key: str, request: Request) -> Right:
    """Where people log in, the key alone is not enough: somebody may know it who is no member any more."""
    way = people.chosen()
    if way == people.OIDC or (way == people.PASSPHRASE and not people.is_passphrase(request.headers.get("x-passphrase", ""))):
        raise NoToken(NOTHING)
    names = request.query_params.get("names", "shown")
    data = store.open_dataset(key)
    if names != "shown":
        data = data.as_seen(Seen(names=names, salt=links.salt(key)))
    return Right(data, store.calendars(key), key)


def _reader(token: str, request: Request) -> Right:
    link = links.find(token)
    if link is None or not link.told.programs:
        raise NoToken(NOTHING)
    if link.has_passphrase:
        try:
            right = links.admit(link, request.headers.get("x-passphrase", ""))
        except BadValue as error:  # too many guesses
            raise NotAllowed(error.what, error.hint) from None
        if not right:
            raise NotAllowed("The link asks for its passphrase.", "Send it as X-Passphrase.")
    shared = store.shared(link)
    return Right(shared.dataset, shared.hours, None, shared)
