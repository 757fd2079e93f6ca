"""JSON and NDJSON, by hand and against the json module."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.errors import UnreadableFile
from kpi.files import json_stream, limits
from kpi.files.json_table import page_path
from tests.files.reading import Row, read_all, read_bytes


@pytest.mark.parametrize(
    ("content", "format", "rows"),
    [
        ('[{"id":1,"a":"x"},{"id":2,"a":null}]', "json", {1: ("1", "x"), 2: ("2", None)}),
        ('\ufeff [\n {"id": 1, "a": ""} ]\n', "json", {1: ("1", None)}),
        ('{"id":1,"a":"x"}\n\n{"id":2,"a":"y"}\n', "ndjson", {1: ("1", "x"), 3: ("2", "y")}),
        ('{"id":1,"a":"x"}', "ndjson", {1: ("1", "x")}),
        ('{"id":1,"a":"x"}{"id":2,"a":"}{"} {"id":3,"a":"z"}', "json", {1: ("1", "x"), 2: ("2", "}{"), 3: ("3", "z")}),
        ('{\n "id": 1,\n "a": "x"\n}\n{\n "id": 2,\n "a": "y"\n}\n', "json", {1: ("1", "x"), 2: ("2", "y")}),
        ('[{"id":1,"a":"x"}][{"id":2,"a":"y"}]', "json", {1: ("1", "x"), 2: ("2", "y")}),
        ('{"tickets":[{"id":1,"a":"x"},{"id":2,"a":"y"}],"next_page":null,"count":2}', "json", {1: ("1", "x"), 2: ("2", "y")}),
        ('{"data":{"cases":[{"id":1,"a":"x"}]}}', "json", {1: ("1", "x")}),
        ('{"tickets":[{"id":1,"a":"x"}],"end_of_stream":false}\n{"tickets":[],"end_of_stream":false}\n{"tickets":[{"id":2,"a":"y"}],"end_of_stream":true}', "json", {1: ("1", "x"), 2: ("2", "y")}),
    ],
)  # fmt: skip
def test_every_way_objects_stand_in_a_file(tmp_path: Path, content: str, format: str, rows: dict[int, Row]) -> None:
    read = read_bytes(tmp_path, content)
    assert (read.headers, read.raw.format, read.rows, read.rejected) == (["id", "a"], format, rows, {})
    assert read.raw.doubts == ()


def test_nested_objects_become_paths_from_all_rows(tmp_path: Path) -> None:
    read = read_bytes(
        tmp_path,
        '{"id":1,"rating":null,"tags":["a b","c"],"via":{"channel":"email","source":{}}}\n'
        '{"id":2,"rating":{"score":"good"},"tags":[],"metric_set":{"reply_time_in_minutes":{"calendar":45,"business":30}},"late":true}\n',
    )
    assert read.headers == [
        "id", "tags", "via.channel", "via.source", "rating.score",
        "metric_set.reply_time_in_minutes.calendar", "metric_set.reply_time_in_minutes.business", "late",
    ]  # fmt: skip
    assert read.cells == [
        ("1", '["a b","c"]', "email", None, None, None, None, None),
        ("2", "[]", None, None, "good", "45", "30", "true"),
    ]
    assert read.raw.cell_types == ("number", "text", "text", "text", "text", "number", "number", "text")


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    read = read_bytes(
        tmp_path, '[{"a":123456789012345678901234567890,"b":1.10,"c":45.0,"d":1.03006E+13,"e":-0,"f":NaN,"g":[1.50,{"h":2}]}]'
    )
    assert read.cells == [("123456789012345678901234567890", "1.10", "45", "1.03006E+13", "0", None, '[1.5,{"h":2}]')]


def test_the_last_object_is_never_a_footer(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, '{"a":"x","b":1,"c":2}\n\n{"a":"Total"}\n')
    assert read.cells == [("x", "1", "2"), ("Total", None, None)]


def test_a_broken_line_costs_one_line(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, '{"id":1}\n{"id":\n[3]\n{"id":4}\n')
    assert read.rows == {1: ("1",), 4: ("4",)}
    assert read.rejected == {
        2: ("broken JSON (Expecting value at character 1)", '{"id":'),
        3: ("it is no object with names and values", "[3]"),
    }


@pytest.mark.parametrize("end", [',{"id":3,"a', ",", ',{"id":3,"a":tru}]'])
def test_a_list_that_is_cut_off_or_broken_keeps_what_came_before(tmp_path: Path, end: str) -> None:
    read = read_bytes(tmp_path, '[{"id":1},{"id":2}' + end)
    assert read.rows == {1: ("1",), 2: ("2",)}
    assert list(read.rejected) == [3]
    assert read.says("broken or cut off at object 3")


def test_only_the_largest_list_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    read = read_bytes(tmp_path, '{"users":[{"id":9}],"tickets":[{"id":1},{"id":2}]}')
    assert read.rows == {1: ("1",), 2: ("2",)}
    assert read.says("tickets", "“users” (1 object)")


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"tickets": [{"id": 1}], "next_page": None}, ("tickets",)),
        ({"tickets": [], "next_page": None}, ("tickets",)),
        ({"hits": {"total": 3, "hits": [{"_id": 1}]}}, ("hits", "hits")),
        ({"requestId": "x", "items": [{"a": 1}]}, ("items",)),
        ({"alles": [{"a": 1, "b": 2}, {"a": 3, "b": 4}], "n": 2}, ("alles",)),
        ({"id": 1, "custom_fields": [{"id": 1, "value": 2}, {"id": 2, "value": 3}]}, ()),
        ({"ContactId": "x", "Recordings": [{"a": 1}] * 20}, ()),
        ({"name": "x", "state": "y", "since": "z", "notes": [{"a": 1}]}, ()),
        ({"name": "x", "notes": []}, ()),
    ],
)
def test_a_page_around_rows_is_told_from_a_row(value: dict[str, Any], path: tuple[str, ...]) -> None:
    assert page_path(value) == path


def test_the_example_of_the_documentation(datasets: Path) -> None:
    path = datasets.parent / "exports" / "zendesk_api_ticket_with_metric_set.ndjson"
    record = json.loads(path.read_text())
    [found] = read_all(path)
    row = dict(zip(found.headers, found.cells[0], strict=True))
    assert row["metric_set.full_resolution_time_in_minutes.calendar"] == str(
        record["metric_set"]["full_resolution_time_in_minutes"]["calendar"]
    )
    assert row["satisfaction_rating.score"] == "good"
    assert row["tags"] == '["billing"]'


@pytest.mark.parametrize("content", ["[]", "[[1,2]]", '{"a":', "[1,2,3]", "{}"])
def test_no_rows_at_all(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnreadableFile, match=r"“a\.json” holds no JSON objects"):
        read_bytes(tmp_path, content, "a.json")


def test_hostile_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = "[" * 100_000
    read = read_bytes(tmp_path, '{"id":1}\n{"id":' + deep + "\n" + '{"id":' + "9" * 5_000 + '}\n{"id":"a\\u0000\\ud800"}\n')
    assert list(read.rows) == [1, 4]
    assert list(read.rejected) == [2, 3]
    lists = '{"id":1}\n' + "".join('{"id":2,"a":' + "[" * n + "]" * n + "}\n" for n in range(50, 1_000, 50))
    read = read_bytes(tmp_path, lists)
    assert read.raw.rows + read.raw.rejected == 20
    assert all("deeply" in reason for reason, _ in read.rejected.values())
    nested = '{"a":' * 40 + "1" + "}" * 40
    assert read_bytes(tmp_path, nested).raw.rows == 1
    many = json.dumps([{f"k{i}": 1 for i in range(limits.MAX_COLUMNS + 1)}])
    with pytest.raises(UnreadableFile, match="columns"):
        read_bytes(tmp_path, many)
    monkeypatch.setattr(limits, "MAX_JSON_DOCUMENT", 2**20)
    monkeypatch.setattr(json_stream, "_PIECE", 2**16)
    with pytest.raises(UnreadableFile, match="one JSON object of more than 1 MB"):
        read_bytes(tmp_path, '{\n"tickets":[' + ",".join(['{"id":1,"text":"some text of a ticket"}'] * 50_000) + "]}")


def test_a_long_list_on_one_line_is_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A JSON array is one line however long; it must not meet the limit on lines of text."""
    monkeypatch.setattr(limits, "MAX_RECORD", 2**20)
    monkeypatch.setattr(json_stream, "_PIECE", 1_000)
    rows = [{"id": i, "text": "x" * (i % 700)} for i in range(8_000)]
    content = json.dumps(rows)
    assert len(content) > 2 * limits.MAX_RECORD
    assert read_bytes(tmp_path, content).cells == [(str(r["id"]), r["text"] or None) for r in rows]


leaf = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=6),
)
value = st.recursive(
    leaf, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)), max_leaves=6
)


def flat(value: dict[str, Any], prefix: str = "") -> dict[str, str | None]:
    """The oracle: dotted paths, the plain way."""
    out: dict[str, str | None] = {}
    for key, inner in value.items():
        if isinstance(inner, dict) and inner:
            out |= flat(inner, f"{prefix}{key}.")
        elif inner is None or inner in ("", {}):
            out[prefix + key] = None
        elif isinstance(inner, list):
            out[prefix + key] = json.dumps(inner, ensure_ascii=False, separators=(",", ":"))
        else:
            out[prefix + key] = str(inner).lower() if isinstance(inner, bool) else str(inner)
    return out


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from("abc"), value, max_size=3), max_size=6),
    st.sampled_from(["array", "lines", "pretty", "together"]),
    st.integers(1, 40),
)
def test_what_json_writes_is_what_we_read(rows: list[dict[str, Any]], form: str, size: int) -> None:
    rows = [{"id": i, **row} for i, row in enumerate(rows, start=1)]
    content = {
        "array": json.dumps(rows),
        "lines": "\n".join(map(json.dumps, rows)),
        "pretty": json.dumps(rows, indent=1, ensure_ascii=False),
        "together": "".join(map(json.dumps, rows)),
    }[form]
    if not rows:
        return
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_PIECE", size)
        read = read_bytes(Path(folder), content)
    expected = [flat(row) for row in rows]
    assert read.rejected == {}
    for row, cells in zip(expected, read.cells, strict=True):
        found = dict(zip(read.headers, cells, strict=True))
        assert {k: v for k, v in found.items() if v is not None} == {k: v for k, v in row.items() if v is not None}
