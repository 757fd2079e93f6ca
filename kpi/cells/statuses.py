"""The states of a ticket in the words of many tools. A source's own vocabulary goes first; these are the fallback."""

from __future__ import annotations

_WORDS = {
    "new": "new; not started; untriaged; unassigned; received; submitted; registered",
    "open": (
        "open; opened; active; in progress; in-progress; in_progress; work in progress; working; assigned; to do; todo; "
        "reopened; re-opened; escalated; under investigation; investigating; in review; under review; being processed; "
        "processing; customer responded; responded; ongoing; doing; started; triaged; acknowledged; accepted"
    ),
    "pending": (
        "pending; pending customer response; pending customer; pending reply; waiting on customer; waiting for customer; "
        "awaiting customer; awaiting customer response; awaiting user info; awaiting caller; awaiting requester; "
        "waiting on requester; waiting for reply; waiting on contact; waiting for support customer; snoozed; "
        "pending user; pending requester; awaiting reply; awaiting response; pending reminder; pending close; "
        "awaiting feedback; waiting for user; waiting on user; more information required"
    ),
    "hold": (
        "hold; on hold; on-hold; on_hold; onhold; waiting on third party; waiting for third party; awaiting vendor; "
        "awaiting problem; awaiting evidence; awaiting change; waiting on vendor; waiting on us; blocked; paused; "
        "suspended; deferred; pending vendor; awaiting third party; awaiting approval; pending approval; waiting for approval"
    ),
    "solved": "solved; resolved; answered; fixed; done; completed; complete; finished; resolution provided; fulfilled",
    "closed": "closed; archived; cancelled; canceled; closed complete; closed incomplete; closed skipped; locked",
    "deleted": "deleted; trash; trashed; removed",
    "spam": "spam; junk; suspended as spam",
    "merged": "merged; duplicate; closed as duplicate; closed duplicate",
}

STATUS_WORDS: dict[str, str] = {word.strip(): status for status, words in _WORDS.items() for word in words.split(";")}
"""Word (case folded) -> canonical status."""
