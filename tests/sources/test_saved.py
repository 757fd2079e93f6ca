"""Mappings that are saved by name, corrections of files that are made anew before they are read, and words of satisfaction as scores."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import kpi
from kpi import sources
from kpi.cli import main
from kpi.errors import BadValue, KpiError, UnknownName, UnreadableFile
from kpi.sources import check, draft, preview, to_toml

EXPORTS = Path(__file__).parents[1] / "exports"
Write = Callable[[str, str], Path]
OURS = 'name = "x"\nlabel = "X"\n[[file]]\nfills = "tickets"\nsigns = [["Ref"]]\n[file.columns]\nticket_id = "Ref"\ncreated_at = "Born"\n'
FILE = "Ref,Born\n7,2026-01-01T08:00:00Z\n8,2026-01-02T08:00:00Z\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KPI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_saved_mapping_reads_the_next_export_by_its_name(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert sources.saved() == {}
    assert sources.save_mapping(OURS, "Unser Büro 2") == "unser_buro_2"
    assert sources.saved() == {"unser_buro_2": "Unser Büro 2"}
    path = write("strange.csv", FILE)
    for mapping in ("unser_buro_2", sources.saved_path("unser_buro_2"), write("share.toml", sources.saved_text("unser_buro_2"))):
        data = kpi.read(path, mapping=mapping)
        assert data.rows["tickets"] == 2 and data.report.files[0].label == "Unser Büro 2"
    assert main(["compute", "--metric", "tickets_created", "--mapping", "unser_buro_2", str(path), "--format", "table"]) == 0
    assert "2" in capsys.readouterr().out
    sources.delete_mapping("unser_buro_2")
    assert sources.saved() == {}
    with pytest.raises(UnreadableFile):
        kpi.read(path, mapping="unser_buro_2")


def test_a_file_goes_before_a_saved_mapping_of_its_name(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    sources.save_mapping(OURS, "Mine")
    path = write("strange.csv", FILE)
    monkeypatch.chdir(path.parent)
    (path.parent / "mine").write_text(OURS.replace('label = "X"', 'label = "The file"'), "utf-8")
    assert kpi.read(path, mapping="mine").report.files[0].label == "The file"


def test_saving_again_under_a_name_takes_the_place() -> None:
    sources.save_mapping(OURS, "Our desk")
    sources.save_mapping(OURS.replace("Born", "Opened"), "OUR  desk")
    assert sources.saved() == {"our_desk": "OUR desk"} and "Opened" in sources.saved_text("our_desk")


@pytest.mark.parametrize("label", ["", "   ", "!!!", "///"])
def test_a_mapping_needs_a_name(label: str) -> None:
    with pytest.raises(BadValue):
        sources.save_mapping(OURS, label)


@pytest.mark.parametrize("name", ["../book", "a/b", "", "A", "x" * 80, "a.toml", ".."])
def test_a_name_is_never_a_path(name: str, home: Path) -> None:
    for call in (sources.saved_text, sources.saved_path, sources.delete_mapping):
        with pytest.raises(UnknownName):
            call(name)


@pytest.mark.parametrize("text", ["", "not toml [", 'name = "a"', OURS.replace("tickets", "tickts"), OURS + "#" * 300_000])
def test_what_does_not_read_is_not_saved(text: str) -> None:
    with pytest.raises(KpiError):
        sources.save_mapping(text, "Ours")
    assert sources.saved() == {}


def test_a_label_of_hostile_letters_is_a_harmless_name(home: Path) -> None:
    assert sources.save_mapping(OURS, '../../"\n[[file]]') == "file"
    assert [path.name for path in (home / "mappings").iterdir()] == ["file.toml"]
    assert sources.saved() == {"file": '../../" [[file]]'}


def test_a_broken_file_among_the_saved_is_left_out(home: Path) -> None:
    sources.save_mapping(OURS, "Ours")
    (home / "mappings" / "broken.toml").write_bytes(b"\xff = [")
    assert list(sources.saved()) == ["ours"]


# ---------------------------------------------------------------- files that are made anew


def test_a_single_column_of_a_reshaped_file_can_be_corrected(write: Write) -> None:
    """A wide file of reviews: the agent is taken from a column of the file's own that the source does not know, the ratings stay."""
    path = write(
        "qa.csv", "Review ID,Conversation ID,Reviewer,Reviewee,Handled by,Tone,Solution,Review date\nr1,57,Mia,x1,Ann,5,4,2025-03-14\n"
    )
    (seen,) = preview(path, "qa.csv")
    assert seen.source is not None and seen.source.is_best_effort
    assert {"Category", "Score", "Handled by"} <= set(seen.headers), "what is made of the file, and its own columns"
    assert seen.examples("Category") == ("Tone", "Solution") and seen.examples("Handled by") == ("Ann",)
    mapping = draft("qa.csv", "reviews", {"agent": "Handled by"}, based_on="zendesk_qa", signs=[])
    assert check(seen, mapping).report.column("reviews", "agent").filled == 2
    data = kpi.read(path, mappings={"qa.csv": to_toml(mapping)})
    found = data.query("SELECT agent, category, score, ticket_id FROM reviews ORDER BY category", data.canonical).values.tolist()
    assert found == [["Ann", "Solution", 4.0, "57"], ["Ann", "Tone", 5.0, "57"]]
    plain = kpi.read(path)
    assert plain.query("SELECT DISTINCT agent FROM reviews", plain.canonical)["agent"].tolist() == ["x1"]


@pytest.mark.parametrize("tool", sorted(s.name for s in sources.all_sources().values() if s.reshape and s.fills != "tickets"))
def test_correcting_nothing_changes_nothing(tool: str) -> None:
    folder = EXPORTS / tool
    if not folder.is_dir():
        pytest.skip("its export stands in another tool's folder")
    path = sorted(folder.glob("export*"))[0]
    mapping = to_toml(draft(path.name, sources.all_sources()[tool].fills, {}, based_on=tool, signs=[]))
    one, two = kpi.read(path), kpi.read(path, mappings={path.name: mapping})
    assert one.fingerprint == two.fingerprint and one.rows == two.rows


# ---------------------------------------------------------------- words of satisfaction


@pytest.mark.parametrize(
    ("words", "scale", "scores", "silent"),
    [
        (["Good", "Bad", "Offered"], (0, 1), {"Good": 1, "Bad": 0}, ("Offered",)),
        (["Great", "Okay", "Not Good"], (1, 3), {"Great": 3, "Okay": 2, "Not Good": 1}, ()),
        (["Extremely happy", "Neutral", "Very unhappy"], (1, 5), {"Extremely happy": 5, "Neutral": 3, "Very unhappy": 1}, ()),
        (["Delighted", "Fine", "Annoyed", "Hmpf"], (1, 3), {"Delighted": 3, "Fine": 2, "Annoyed": 1}, ()),
        (["x", "y"], (1, 5), {}, ()),
    ],
    ids=["two", "three", "five", "unknown among known", "unknown"],
)
def test_words_of_satisfaction(words: list[str], scale: tuple[int, int], scores: dict[str, int], silent: tuple[str, ...]) -> None:
    found = sources.satisfaction(words)
    assert ((found.low, found.high), dict(found.scores), found.silent) == (scale, scores, silent)


def test_a_mapping_reads_satisfaction_words_and_says_what_they_became(write: Write) -> None:
    """Two of three who answered are content: good, good, bad; the one only asked is no answer. 66.7 % by hand."""
    path = write(
        "desk.csv", "Ref,Born,Mood\n" + "".join(f"{i},2026-01-0{i}T08:00:00Z,{w}\n" for i, w in enumerate(["Yay", "Yay", "Nay", "Sent"], 1))
    )
    score = {"choice": "Mood", "words": {"Yay": 1, "Nay": 0}, "missing": ["Sent"]}
    scale = {"scale_low": {"constant": 0}, "scale_high": {"constant": 1}}
    also = [{"fills": "surveys", "columns": {"ticket_id": "Ref", "kind": {"constant": "csat"}, "score": score, **scale}}]
    mapping = draft("desk.csv", "tickets", {"ticket_id": "Ref", "created_at": "Born"}, also)
    (seen,) = preview(path, "desk.csv")
    checked = check(seen, mapping)
    assert checked.words[("surveys", "score")] == {"Yay": "1.0", "Nay": "0.0"} and ("surveys", "score") not in checked.unread
    data = kpi.read(path, mappings={"desk.csv": to_toml(mapping)})
    assert kpi.measure("csat", kpi.Scope(), data).frame["value"].iloc[0] == pytest.approx(200 / 3)


def test_the_mapping_in_the_documentation_reads(write: Write) -> None:
    text = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text("utf-8")
    mapping = text.partition("```toml\n")[2].partition("```")[0]
    path = write(
        "desk.csv", "Case ref,Opened on,Effort,Stage,Mood\nC1,03/04/2026 08:00,5,Parked,Happy\nC2,04/04/2026 08:00,7,Done,Not asked\n"
    )
    data = kpi.read(path, mapping=write("our_desk.toml", mapping))
    assert data.query("SELECT ticket_id, status, channel, handle_seconds FROM tickets ORDER BY 1", data.canonical).values.tolist() == [
        ["C1", "hold", "phone", 300.0],
        ["C2", "solved", "phone", 420.0],
    ]
    assert data.rows["surveys"] == 1 and data.first.isoformat() == "2026-04-03T08:00:00"
