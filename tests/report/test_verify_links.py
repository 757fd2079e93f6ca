"""Files that a link's reader takes away, and links themselves, held against data. Oracle: rows and digits changed by hand, counts made by hand."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import kpi
from kpi import Scope, cli, store
from kpi.report import Report, Title, proof_of, written
from kpi.report.proof import View, parsed
from kpi.report.verify import carried, verify
from kpi.store import database, links, retention
from kpi.store.links import PROOF, Told
from kpi.store.origin import VIEWS
from kpi.store.schema import LINKS

pytestmark = pytest.mark.slow

HEADER = "ticket_id,created_at,status,team,agent,channel\n"
ROWS = [
    f"T-{n},2026-03-{n:02}T08:00:00Z,open,{team},{agent},{channel}\n"
    for n, (team, agent, channel) in enumerate(
        [
            ("Kestrelgroup", "Ann Secretname", "email"),
            ("Kestrelgroup", "Bob Secretname", "chat"),
            ("Kestrelgroup", "Ann Secretname", "email"),
            ("Ospreygroup", "Cid Secretname", "email"),
            ("Ospreygroup", "Cid Secretname", "phone"),
        ],
        1,
    )
]
TOLD = Told(
    "For the board",
    where=(("team", ("Kestrelgroup",)),),
    query={"by": ("all",), "from": ("2026-03-01",), "to": ("2026-03-31",)},
)
SECRETS = ("Kestrelgroup", "Ospreygroup", "Secretname", "T-1")


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    path = tmp_path / "tickets.csv"
    path.write_text(HEADER + "".join(ROWS), "utf-8")
    return path


@pytest.fixture
def key(tmp_path: Path, exported: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("KPI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KPI_DATABASE", raising=False)
    key = store.keep({"tickets.csv": exported})
    store.import_now(key)
    return key


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, dict, str]]:
    """`run("verify", …)`: exit code, JSON, sentences."""

    def ran(*arguments: object) -> tuple[int, dict, str]:
        capsys.readouterr()
        code = cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, json.loads(out or "{}"), err

    return ran


def taken(key: str, place: Path, kind: str = "html", told: Told = TOLD, **more: object) -> tuple[str, links.Link, Path]:
    """A link, and the file its reader takes away: tickets by channel and by agent, as the link shows them."""
    whole = store.open_dataset(key)
    token, link = links.make(key, told, fingerprint=whole.fingerprint, code="1", **more)  # type: ignore[arg-type]
    opened = store.shared(link)
    scope = opened.opening.but(by="all")
    results = [kpi.measure(["tickets_created"], scope.but(split=(split,)), opened.dataset) for split in ("channel", "agent")]
    path = place / f"report.{kind}"
    path.write_bytes(written(Report((Title("March"),), proof_of(results, data=opened.dataset, scope=scope)), kind))
    return token, link, path


@pytest.mark.parametrize(
    "told",
    [
        TOLD,
        replace(TOLD, where=(("team", ("Kestrelgroup",)), ("channel", ("chat", "email"))), names="hidden", rows=True),
        replace(TOLD, where=()),
    ],
    ids=["team", "team and channel", "dates only"],
)
def test_a_file_of_a_link_that_was_cleared_away_verifies(key: str, exported: Path, tmp_path: Path, run: Callable, told: Told) -> None:
    """Ended a hundred days ago, and kept for thirty: the book has it no more. Of the words of a link only the filter is left, with the data."""
    told = replace(told, note="Between us")
    _, link, path = taken(key, tmp_path, told=told)
    with database.begin() as connection:
        ended = store.audit.now() - dt.timedelta(days=100)
        connection.execute(LINKS.update().where(LINKS.c.id == link.id).values(expires_at=ended))
    limits = retention.Rule(older_than=dt.timedelta(days=30))
    assert retention.retain(limits, is_dry=True).ended == 1 and not (store.folder(key) / VIEWS).exists()
    assert retention.retain(limits).ended == 1 and links.every() == []
    code, said, words = run("verify", path, exported)
    assert (code, said["equal"], said["same_data"]) == (0, True, True) and said["numbers"] >= 2 and "link" not in said
    kept = (store.folder(key) / VIEWS).read_text("utf-8")
    assert "Between us" not in kept and "board" not in kept and not any(SECRETS[2] in part for part in (kept, words))
    exported.write_text(HEADER + "".join(ROWS[:1] + ROWS[2:]), "utf-8")
    assert run("verify", path, exported)[0] == 1, "a ticket that is not there any more is told"
    if told.where:
        exported.write_text(HEADER + "".join(ROWS), "utf-8")
        store.discard(key)
        assert run("verify", path, exported)[0] == 2, "with the data goes what was known of the part"


@pytest.mark.parametrize("kind", ["html", "md", "ipynb", "xlsx"])
def test_the_owner_verifies_what_a_reader_took_away(key: str, exported: Path, tmp_path: Path, run: Callable, kind: str) -> None:
    _, _, path = taken(key, tmp_path, kind)
    code, told, said = run("verify", path, exported)
    assert (code, told["equal"], told["same_data"], told["numbers"]) == (0, True, True, 4)  # email 2, chat 1; Ann 2, Bob 1
    assert told["link"]["title"] == "For the board" and "What the link “For the board” shows." in said and "others" not in said


def test_other_data_are_told_through_the_same_part(key: str, exported: Path, tmp_path: Path, run: Callable) -> None:
    _, _, path = taken(key, tmp_path)
    exported.write_text(HEADER + "".join(ROWS[:2] + ROWS[3:]), "utf-8")  # Ann's second ticket of Kestrelgroup is gone
    code, told, said = run("verify", path, exported)
    assert code == 1 and not told["same_data"] and "The data are others" in said
    changed = {one["group"][0]: (one["then"].get("value"), one["now"].get("value")) for one in told["differences"]}
    agent = next(group for group in changed if group.startswith("Agent "))
    assert changed == {"email": (2, 1), agent: (2, 1)}
    exported.write_text(HEADER + "".join(ROWS[:-1]), "utf-8")  # a ticket the link never showed: its numbers stay, the data do not
    code, told, said = run("verify", path, exported)
    assert code == 0 and told["equal"] and not told["same_data"] and "The data are others" in said


def test_without_the_book_the_part_is_not_guessed(
    key: str, exported: Path, tmp_path: Path, run: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, path = taken(key, tmp_path)
    monkeypatch.setenv("KPI_HOME", str(tmp_path / "elsewhere"))
    code, told, said = run("verify", path, exported)
    assert code == 2 and not told and "which part is only known to the server" in said and "Traceback" not in said
    assert not (tmp_path / "elsewhere").exists(), "asking makes no home"
    scope = Scope(start="2026-03-01", end="2026-03-31", split=["channel"])
    monkeypatch.setenv("KPI_HOME", str(tmp_path / "home"))
    _, link, _ = taken(key, tmp_path, told=Told("All teams", query={"from": ("2026-03-01",), "to": ("2026-03-31",)}))
    data = store.shared(link).dataset
    path.write_bytes(written(Report((Title("March"),), proof_of([kpi.measure(["tickets_created"], scope, data)], data=data)), "html"))
    monkeypatch.setenv("KPI_HOME", str(tmp_path / "elsewhere"))
    code, told, said = run("verify", path, exported)  # nothing in it depends on names: the dates are enough
    assert code == 0 and told["equal"] and "The data are the same; the file shows a part of them." in said


@pytest.mark.parametrize("kind", ["html", "md", "ipynb", "xlsx", "pdf"])
def test_a_file_says_no_more_of_the_part_than_a_hash(key: str, tmp_path: Path, kind: str) -> None:
    _, link, path = taken(key, tmp_path, kind)
    proof = carried(path)
    given = proof.to_dict()
    whole = store.open_dataset(key)
    assert set(given["view"]) == {"of", "since", "until"} and given["view"]["of"] == whole.fingerprint
    assert (given["view"]["since"], given["view"]["until"]) == ("2026-03-01T00:00:00", "2026-04-01T00:00:00")  # the dates its reader reads
    text = json.dumps(given)
    for secret in (*SECRETS, key, link.id, links.salt(key)):
        assert secret not in text and secret.encode() not in path.read_bytes()
    # Who knows the words, but not the salt, cannot tell which the hash is of.
    seen = store.shared(link).dataset.seen
    digest = given["fingerprint"].partition("-")[2]
    assert digest == seen.digest and digest != link.told.seen("", seen.since, seen.until).digest


def test_a_file_of_the_owner_with_pseudonyms_verifies(key: str, exported: Path, tmp_path: Path, run: Callable) -> None:
    data = store.open_dataset(key).as_seen(kpi.engine.Seen(names="pseudonyms", salt=links.salt(key)))
    proof = proof_of([kpi.measure(["tickets_created"], Scope(split=["agent"]), data)], data=data)
    path = tmp_path / "report.md"
    path.write_bytes(written(Report((Title("Agents"),), proof), "md"))
    code, told, _ = run("verify", path, exported)
    assert (code, told["same_data"], told["numbers"]) == (0, True, 3)


def test_older_files_say_the_whole_in_their_fingerprint_only() -> None:
    bare = '{"deskmeter":1,"version":"1","fingerprint":"%s","reading":{"zone":"","date_orders":{}},"scope":{},"numbers":[]}'
    assert parsed(bare % ("a" * 16 + "-" + "b" * 16), "f").view == View("a" * 16) and parsed(bare % ("a" * 16), "f").view is None


def frozen(key: str, told: Told = TOLD) -> tuple[str, links.Link]:
    """A frozen link with its numbers, as the page Sharing makes it."""
    whole = store.open_dataset(key)
    draft = links.make(key, told, fingerprint=whole.fingerprint, code="1")[1]
    opened = store.shared(draft)
    result = kpi.measure(["tickets_created"], opened.opening.but(by="all", split=("channel",)), opened.dataset)
    kept = store.frozen(key) | {PROOF: proof_of([result], data=opened.dataset, scope=opened.opening).to_dict()}
    return links.make(key, told, fingerprint=whole.fingerprint, code="1", frozen=kept)


@pytest.mark.parametrize("as_given", ["{}", "https://support.example/trends?link={}&from=2020-01-01", "?link={}"])
def test_a_frozen_link_is_equal_to_the_data_it_was_made_of(key: str, exported: Path, run: Callable, as_given: str) -> None:
    token, _ = frozen(key)
    code, told, said = run("verify", as_given.format(token), exported)
    assert (code, told["equal"], told["same_data"], told["numbers"]) == (0, True, True, 2) and "frozen on" in said
    code, told, _ = run("verify", as_given.format(token))  # against the version it keeps
    assert (code, told["equal"], told["same_data"]) == (0, True, True)


def test_a_frozen_link_tells_what_differs(key: str, exported: Path, run: Callable) -> None:
    token, _ = frozen(key)
    exported.write_text(HEADER + "".join([*ROWS, ROWS[1].replace("T-2,", "T-9,")]), "utf-8")  # one more chat of Kestrelgroup
    code, told, said = run("verify", token, exported)
    assert code == 1 and "Tickets created, chat: value 1 then, 2 now." in said.replace("\u00a0", " ")
    assert [(one["group"], one["then"]["value"], one["now"]["value"]) for one in told["differences"]] == [(["chat"], 1, 2)]


def test_a_forged_digit_in_the_book_is_found(key: str, run: Callable) -> None:
    whole = store.open_dataset(key)
    _, honest = frozen(key)
    kept = links.kept(honest)
    kept[PROOF]["numbers"][0]["rows"][0][3] += 1
    token, _ = links.make(key, TOLD, fingerprint=whole.fingerprint, code="1", frozen=kept)
    code, told, _ = run("verify", token)
    assert code == 1 and len(told["differences"]) == 1 and told["same_data"]


def test_a_frozen_preset_is_the_same_view(key: str, exported: Path, run: Callable) -> None:
    told = Told("Last week", where=TOLD.where, query={"from": ("2026-03-01",), "to": ("2026-03-05",)}, preset="7")
    token, link = frozen(key, told)
    code, found, said = run("verify", token, exported)
    assert code in (0, 1) and found["numbers"], said
    assert code == 0, (said, store.shared(link).opening)


def test_links_that_pin_nothing_say_so(key: str, exported: Path, run: Callable) -> None:
    whole = store.open_dataset(key)
    live, _ = links.make(key, TOLD, fingerprint=whole.fingerprint, code="1")
    bare, _ = links.make(key, TOLD, fingerprint=whole.fingerprint, code="1", frozen={})
    gone, link = frozen(key)
    links.revoke(key, link.id)
    for given, sentence in (
        (live, "This link is live"),
        (bare, "No numbers were kept with this link."),
        (gone, "This link was revoked"),
        ("x" * 32, "not one of this server's"),
        ("https://support.example/?data=1", "names no link"),
        ("https://support.example/?link=preview.1.2", "your own look"),
    ):
        code, told, said = run("verify", given, exported)
        assert code == 2 and sentence in said and not told and said.count("\n") == 1


def test_working_hours_of_the_link_need_no_file(key: str, exported: Path, run: Callable) -> None:
    text = '[[schedule]]\nname = "office"\nzone = "UTC"\n[schedule.hours]\nmon = ["08:15-17:00"]\n'
    print_ = store.add_calendar(key, text)
    told = Told("Hours", where=TOLD.where, query={"calendar": (print_,), "clock": ("business",)})
    token, link = frozen(key, told)
    code, found, said = run("verify", token, exported)
    assert code == 0 and found["numbers"] == 2, said
    proof = parsed(json.dumps(links.kept(link)[PROOF]), "the link")
    with pytest.raises(kpi.errors.BadValue, match="working hours"):
        verify(proof, store.shared(link).dataset)
