"""A declaration says what is read and never how it is opened; nothing of an address is ever said back."""

from __future__ import annotations

import socket
import traceback
from pathlib import Path

import pytest

from kpi import connect
from kpi.errors import BadValue, KpiError, UnknownName, UnreadableFile
from kpi.home import app_folder
from tests.connect.servers import refusal, refusing

SECRET = "correct-horse-battery"  # noqa: S105  nobody's: it must be found nowhere
WHOLE = 'kind = "postgres"\nplace = { environment = "WAREHOUSE_URL" }\n'


def made(text: str, folder: Path, name: str = "warehouse") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_declaration_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "desk.toml").write_text('name = "desk"\n[[file]]\nfills = "tickets"\n[file.columns]\nticket_id = "no"\n', "utf-8")
    text = WHOLE + (
        'schema = "zendesk"\nzone = "Europe/Berlin"\n[[table]]\nname = "ticket"\nsource = "zendesk_warehouse_tickets"\n'
        '[[table]]\nname = "cases"\nmapping = "desk.toml"\n[[table]]\nname = "calls"\noptional = true\nfills = "tickets"\n'
        '[table.columns]\nticket_id = "call_no"\n'
    )
    found = connect.read_declaration(made(text, tmp_path))
    assert (found.name, found.label, found.kind, found.schema, found.zone) == (
        "warehouse",
        "Warehouse",
        "postgres",
        "zendesk",
        "Europe/Berlin",
    )
    assert [one.name for one in found.tables] == ["ticket", "cases", "calls"]
    assert found.tables[0].source == "zendesk_warehouse_tickets"
    assert 'ticket_id = "no"' in found.tables[1].mapping and 'ticket_id = "call_no"' in found.tables[2].mapping
    assert [one.optional for one in found.tables] == [False, False, True]


WRONG = {
    "no kind": ('place = "x"', "kind is missing"),
    "another kind": ('kind = "postgre"\nplace = "x"', "Did you mean 'postgres'"),
    "no place": ('kind = "duckdb"', "place is missing"),
    "a place of two": ('kind = "duckdb"\nplace = { environment = "A", secret = "b" }', "place is missing or is no place"),
    "an address in the file": (f'kind = "postgres"\nplace = "postgresql://kpi:{SECRET}@host/db"', "never stands in a file"),
    "an address as a folder": (f'kind = "folder"\nplace = "s3://key:{SECRET}@bucket"', "never stands in a file"),
    "a word it has not": (WHOLE + f'password = "{SECRET}"', "'password', which means nothing here"),
    "not TOML": (f'kind = "postgres"\nplace = postgresql://kpi:{SECRET}@host', "is not TOML (at line 2"),
    "a table without a name": (WHOLE + "[[table]]\nsource = 'zendesk'", "name is missing"),
    "a table twice said": (WHOLE + "[[table]]\nname = 'a'\nsource = 'zendesk'\nmapping = 'b.toml'", "says twice what it is"),
    "no such source": (WHOLE + "[[table]]\nname = 'a'\nsource = 'zendeks'", "There is no source 'zendeks'"),
    "a mapping elsewhere": (WHOLE + "[[table]]\nname = 'a'\nmapping = '../../etc/passwd'", "There is no mapping file “passwd”"),
    "a mapping of nothing": (
        WHOLE + "[[table]]\nname = 'a'\nfills = 'tickets'\n[table.columns]\nticket_number = 'x'",
        "tickets has no column",
    ),
    "tables that are none": (WHOLE + "table = 'ticket'", "table is no list"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_declaration_is_one_sentence_without_its_place(name: str, tmp_path: Path) -> None:
    text, said = WRONG[name]
    with pytest.raises(KpiError) as caught:
        connect.read_declaration(made(text, tmp_path))
    assert said in str(caught.value)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_what_is_not_set_is_said_with_the_name_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAREHOUSE_URL", raising=False)
    with pytest.raises(BadValue, match=r"has no address yet\. Set WAREHOUSE_URL where"):
        connect.pull(connect.read_declaration(made(WHOLE, tmp_path)), tmp_path)


def test_a_secret_is_found_where_streamlit_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kpi.connect.declaration import place_of

    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text(f'[warehouse]\nurl = "postgresql://kpi:{SECRET}@host/db"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    found = connect.parse('kind = "postgres"\nplace = { secret = "warehouse.url" }', "w", tmp_path)
    assert place_of(found) == f"postgresql://kpi:{SECRET}@host/db"
    assert SECRET not in repr(found)
    with pytest.raises(BadValue, match=r"Write warehouse\.other into \.streamlit/secrets\.toml"):
        place_of(connect.parse('kind = "postgres"\nplace = { secret = "warehouse.other" }', "w", tmp_path))


def test_only_declared_names_open_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPI_CONNECTIONS", str(tmp_path))
    made(WHOLE, tmp_path)
    made("kind = 1", tmp_path, "broken")
    made('name = "desk"\n[[file]]\nfills = "tickets"\n[file.columns]\nticket_id = "no"\n', tmp_path, "a_mapping")
    good, bad = connect.declared()
    assert list(good) == ["warehouse"] and list(bad) == ["broken"]
    assert connect.named("warehouse").kind == "postgres"
    for hostile in ("../warehouse", str(tmp_path / "warehouse"), "warehouse.toml", "", "a_mapping", "/etc/passwd", "warehouse\0"):
        with pytest.raises(UnknownName):
            connect.named(hostile)
    with pytest.raises(BadValue, match="kind must be a text"):
        connect.named("broken")


def test_the_ready_declaration_for_fivetran_is_one() -> None:
    found = connect.read_declaration(app_folder() / "data" / "connections" / "fivetran_zendesk.toml")
    assert found.kind == "postgres" and [one.name for one in found.tables][:4] == [
        "ticket",
        "ticket_field_history",
        "ticket_comment",
        "user",
    ]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


REFUSED = {
    "a wrong password": (
        refusal("28P01", f'password authentication failed for user "kpi" ({SECRET})'),
        "The user or the password of “Warehouse” is wrong.",
    ),
    "in another language": (
        refusal("28P01", f"Passwort-Authentifizierung fehlgeschlagen {SECRET}"),
        "The user or the password of “Warehouse” is wrong.",
    ),
    "no such database": (refusal("3D000", 'database "db" does not exist'), "names a database that is not there"),
    "not from here": (refusal("28000", "no pg_hba.conf entry for host"), "does not let this user in"),
    "it hangs up": (b"", "cannot be reached"),
    "no PostgreSQL": (b"HTTP/1.1 400 Bad Request\r\n\r\n", "cannot be reached"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_login_is_one_sentence_without_the_password(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg", reason="the postgres extra is not installed")
    answer, said = REFUSED[name]
    with refusing(answer, asks_password=name not in ("it hangs up", "no PostgreSQL")) as port:
        monkeypatch.setenv("WAREHOUSE_URL", f"postgresql://kpi:{SECRET}@127.0.0.1:{port}/db")
        check_refused(made(WHOLE, tmp_path), said)


ADDRESSES = {
    "nobody there": ("postgresql://kpi:{secret}@127.0.0.1:{port}/db", "The server of “Warehouse” cannot be reached."),
    "no host of that name": ("postgresql://kpi:{secret}@nowhere.invalid/db", "The server of “Warehouse” cannot be reached."),
    "no address at all": ("host=127.0.0.1 password={secret}", "The address of “Warehouse” is none of PostgreSQL’s."),
    "an address that is torn": ("postgresql://kpi:{secret}@[::1/db?x=%zz", "cannot be reached"),
    "an option there is none of": ("postgresql://kpi@127.0.0.1:{port}/db?pass={secret}", "cannot be reached"),
    "another driver's": ("postgresql+psycopg://kpi:{secret}@127.0.0.1:{port}/db", "cannot be reached"),
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_address_that_leads_nowhere_is_one_sentence_without_it(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg", reason="the postgres extra is not installed")
    address, said = ADDRESSES[name]
    monkeypatch.setenv("WAREHOUSE_URL", address.format(secret=SECRET, port=free_port()))
    check_refused(made(WHOLE, tmp_path), said)


def check_refused(path: Path, said: str) -> None:
    with pytest.raises(KpiError) as caught:
        connect.read(path)
    assert said in str(caught.value)
    everything = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__context__) + repr(caught.value.__cause__)
    assert SECRET not in everything, "what the driver says may quote the address"


def test_a_declaration_that_is_too_long_or_no_text(tmp_path: Path) -> None:
    for content in (b"# " + b"x" * 300_000, b"\xff\xfe\x00kind"):
        path = tmp_path / "odd.toml"
        path.write_bytes(content)
        with pytest.raises(UnreadableFile):
            connect.read_declaration(path)
