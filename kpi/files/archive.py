"""Zip and gzip: the tables inside, one by one, into files of our own names, within the limits of limits.py.

Sizes are counted while unpacking; what an archive says about itself is not believed. No name from an archive is ever used
as a path.
"""

from __future__ import annotations

import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from kpi.errors import UnreadableFile
from kpi.files import limits
from kpi.files.table import shown

_PIECE = 2**20
_ENCRYPTED = 0x1
_NOISE = ("__MACOSX/", "._", ".DS_Store", "Thumbs.db")
DAMAGE = (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError)


@dataclass
class Budget:
    """Counts what an archive has unpacked to, and stops it at the limits. `file` is the name errors say."""

    file: str
    limit: int
    spent: int = 0

    def spend(self, unpacked: int, member_so_far: int, member_packed: int) -> None:
        self.spent += unpacked
        if self.spent > self.limit:
            raise UnreadableFile(f"“{self.file}” unpacks to more than {self.limit // 2**20:,} MB.", "Upload it in parts, or as Parquet.")
        if member_so_far > limits.RATIO_SLACK and member_so_far > limits.MAX_RATIO * max(member_packed, 1):
            raise UnreadableFile(
                f"“{self.file}” unpacks to more than {limits.MAX_RATIO} times its size, as a harmful archive would.",
                "Unpack it yourself and upload the tables.",
            )


def safe_members(archive: zipfile.ZipFile, file: str) -> list[zipfile.ZipInfo]:
    """The files of a zip, after a look at their number, names and locks."""
    members = [m for m in archive.infolist() if not m.is_dir()]
    if len(members) > limits.MAX_MEMBERS:
        raise UnreadableFile(
            f"“{file}” holds {len(members):,} files; {limits.MAX_MEMBERS} is the most we read.", "Upload the tables themselves."
        )
    for member in members:
        name = member.filename.replace("\\", "/")
        if name.startswith("/") or ".." in PurePosixPath(name).parts or name[1:2] == ":":
            raise UnreadableFile(
                f"“{file}” holds a file that points outside of it (“{shown(member.filename)}”).", "Pack the tables again, without folders."
            )
        if member.flag_bits & _ENCRYPTED:
            raise UnreadableFile(
                f"“{shown(member.filename)}” in “{file}” is protected by a password.", "Unpack it and upload the table itself."
            )
    return members


@contextmanager
def damage_said(file: str) -> Iterator[None]:
    """Errors of the unpackers, in words."""
    try:
        yield
    except EOFError:
        raise UnreadableFile(
            f"“{file}” is damaged: it ends in the middle, and a part of it is missing.", "Download or copy it again, all of it."
        ) from None
    except DAMAGE as error:
        raise UnreadableFile(f"“{file}” is a damaged archive ({shown(str(error))}).", "Pack it again, or upload the tables.") from None


def pieces(stream: IO[bytes] | gzip.GzipFile, packed: int, budget: Budget) -> Iterator[bytes]:
    """What a packed stream unpacks to, counted. `packed` is its size in the archive, in bytes."""
    so_far = 0
    while piece := stream.read(_PIECE):
        so_far += len(piece)
        budget.spend(len(piece), so_far, packed)
        yield piece


def member_pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget) -> Iterator[bytes]:
    """One file of a zip."""
    with archive.open(member) as stream:
        yield from pieces(stream, member.compress_size, budget)


def unzip(path: Path, file: str, work: Path, budget: Budget) -> Iterator[tuple[Path, str]]:
    """(unpacked file, its name) for each file in a zip that is not a left-over of the packing program."""
    with damage_said(file), zipfile.ZipFile(path) as archive:
        members = [m for m in safe_members(archive, file) if not _is_noise(m.filename)]
        names = [PurePosixPath(m.filename.replace("\\", "/")).name for m in members]
        for i, (member, name) in enumerate(zip(members, names, strict=True)):
            target = work / f"member{i}"
            with target.open("wb") as out:
                for piece in member_pieces(archive, member, budget):
                    out.write(piece)
            yield target, shown(name if names.count(name) == 1 else member.filename, 120)
            target.unlink(missing_ok=True)


def gunzip(path: Path, file: str, work: Path, budget: Budget) -> Path:
    """The unpacked file of a gzip."""
    target = work / "unpacked"
    with damage_said(file), gzip.open(path) as stream, target.open("wb") as out:
        for piece in pieces(stream, path.stat().st_size, budget):
            out.write(piece)
    return target


def _is_noise(name: str) -> bool:
    return name.startswith(_NOISE[0]) or PurePosixPath(name).name.startswith(_NOISE[1:])
