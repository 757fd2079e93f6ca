"""What a file is, from its content first and its name second."""

from __future__ import annotations

import mmap
import re
import zipfile
from pathlib import Path, PurePosixPath

from kpi.errors import UnreadableFile
from kpi.files.encoding import HEAD, is_text, mark_of
from kpi.files.sheets import protected

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = "Open it and save it as .xlsx or CSV, and upload that."
_NOT_TABLES = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\xfd7zXZ", "an XZ archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"BZh", "a bzip2 archive"),
    (b"ustar", "a TAR archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
)


def detect(path: Path, file: str) -> str:
    """ "zip", "gzip", "xlsx", "parquet", "json" or "text". Raises UnreadableFile for anything else, saying what it is."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UnreadableFile(f"“{file}” is empty.", "Export it again; the first line must hold the column names.")
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _zip_kind(path, file)
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(OLE):
        with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            if content.find("EncryptedPackage".encode("utf-16-le")) >= 0:  # how a protected .xlsx is kept
                raise protected(file)
        return "xlsx"
    for magic, what in _NOT_TABLES:
        if head.startswith(magic) or (magic == b"ustar" and head[257:262] == magic):
            raise UnreadableFile(f"“{file}” is {what}, not a table.", "Upload CSV, TSV, XLSX, JSON, NDJSON or Parquet, or a zip of these.")
    if head[8:12] == b"DUCK":
        raise UnreadableFile(f"“{file}” is a DuckDB database, not a table.", "Declare it as a connection, or upload its tables as Parquet.")
    if not is_text(head):
        raise UnreadableFile(
            f"“{file}” is not text and of no kind we know.", "Upload CSV, TSV, XLSX, JSON, NDJSON or Parquet, or a zip of these."
        )
    mark = mark_of(head)
    start = head[len(mark[0]) :].decode(mark[1], "replace") if mark else head.decode("utf-8", "replace")
    start = start.lstrip("\ufeff \t\r\n\x00")
    if re.match(r"<(!doctype|html|table|\?xml|head|body|meta)\b", start[:200], re.I):
        raise UnreadableFile(f"“{file}” is a web page or XML, whatever its name says.", _SAVE_AS)
    if re.match(r'\{\s*["}]|\[\s*[\[\]{"\d-]', start):
        return "json"
    return "text"


def _zip_kind(path: Path, file: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.replace("\\", "/").lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise UnreadableFile(
            f"“{file}” is a damaged or incomplete archive.", "Download it again, or upload the tables themselves."
        ) from None
    if "[content_types].xml" in names and any(PurePosixPath(name).name == "workbook.xml" for name in names):
        return "xlsx"
    if "[content_types].xml" in names or "mimetype" in names or any(n.endswith(".iwa") for n in names):
        raise UnreadableFile(f"“{file}” is an office document, but not an .xlsx workbook.", _SAVE_AS)
    return "zip"
