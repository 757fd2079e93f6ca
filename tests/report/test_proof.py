"""The proof: complete, exact, and harmless in every file that carries it. Oracle: the results it was made of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kpi import Result
from kpi.errors import UnreadableFile
from kpi.report import KINDS, Numbers, Proof, Report, Title, proof_of, written
from kpi.report.proof import parsed
from kpi.report.verify import carried
from tests.report.conftest import HARM

CARRIERS = [kind for kind in KINDS if kind != "png"]


def test_it_has_every_number_with_its_scope(results: tuple[Result, Result]) -> None:
    now, weeks = results
    proof = proof_of([now, (weeks, True), now])
    assert proof.fingerprint == now.fingerprint and [dict(part.scope) for part in proof.numbers] == [
        now.scope.to_query(),
        weeks.scope.to_query(),
    ]
    for part, result in zip(proof.numbers, results, strict=True):
        for row, record in zip(part.rows, result.records(), strict=True):
            assert row[:3] == (record["metric"], record["period"], tuple(record["group"].values()))
            assert row[3:9] == tuple(record[c] for c in ("value", "low", "high", "n", "top", "bottom"))
    assert proof.numbers[0].rows[0][9:] == tuple(now.records()[0][c] for c in ("before", "change", "change_low", "change_high"))
    assert proof.count == sum(record["value"] is not None for result in results for record in result.records())


def test_json_gives_the_very_digits_back(results: tuple[Result, Result]) -> None:
    proof = proof_of(results, zone="Europe/Berlin", date_orders={"Created": "dmy"}, scope=results[0].scope)
    assert parsed(proof.to_json(), "x") == proof


def test_no_sign_of_it_ends_a_comment_a_tag_or_a_script() -> None:
    proof = Proof(
        "1", HARM, (Numbers({"where": [f"channel={HARM}---->"]}, (("csat", "all", (HARM,), 1.5, None, None, 3, 1, 2),)),), {}, HARM
    )
    text = proof.to_json()
    assert not re.search(r"[<>&\n]|--|[^ -~]", text) and parsed(text, "x") == proof


@pytest.mark.parametrize("kind", CARRIERS)
def test_every_kind_of_file_carries_it(results: tuple[Result, Result], kind: str, tmp_path: Path) -> None:
    proof = proof_of(results)
    harmful = Proof(
        HARM, HARM, (*proof.numbers, Numbers({"where": [f"channel={HARM}"]}, (("csat", "all", (HARM * 900,), 1, 0, 2, 3, 1, 2),)))
    )
    for number, one in enumerate((proof, harmful)):
        path = tmp_path / f"{number}.{kind}"
        path.write_bytes(written(Report((Title(f"<!-- deskmeter {HARM}"),), one), kind))
        assert carried(path) == one


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"%PDF-1.7\nstream\nxx", b"PK\x03\x04", b"{}", b"<!-- deskmeter {} -->", b'<!-- deskmeter {"deskmeter":2} -->', b'{"metadata":{"deskmeter":[]}}',
     b'<!-- deskmeter {"deskmeter":1,"version":"","fingerprint":"","scope":{},"reading":{"zone":"","date_orders":{}},"numbers":[{"scope":{},"intervals":true,"rows":[["csat"]]}]} -->',
     b"\xff\xfe" * 50, b"<!-- deskmeter " + b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_report_is_said_in_a_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "some.html"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=r"some\.html"):
        carried(path)
