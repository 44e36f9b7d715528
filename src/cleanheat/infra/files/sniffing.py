"""What is in these bytes?  Told by the bytes themselves against a list of what is allowed, never by name or header.

A file is refused when its content is none of these, is not what its ending says, or ends too early.  Nothing that a
browser would run (HTML, SVG, scripts) is on the list.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final

from cleanheat.infra.files.models import FileKind
from cleanheat.kernel.errors import Problem, invalid

HEAD_BYTES = 4_096
TAIL_BYTES = 4_096


@dataclass(frozen=True)
class Seen:
    """The first and last bytes of a file, and the whole of it for those who must walk through."""

    head: bytes
    tail: bytes
    size: int
    body: BinaryIO

    def at(self, offset: int, length: int) -> bytes:
        self.body.seek(offset)
        return self.body.read(length)


@dataclass(frozen=True)
class FileType:
    """One allowed type: how its bytes begin, which endings it goes by, whether it is whole.

    ``is_inline``: a browser may show it in place.
    """

    content_type: str
    kind: FileKind
    endings: tuple[str, ...]
    begins: Callable[[Seen], bool]
    is_whole: Callable[[Seen], bool]
    is_inline: bool = False


def sniff(body: BinaryIO, size: int, ending: str) -> FileType:
    """The type of a file; a Problem naming ``file`` if it is not allowed."""
    if size == 0:
        raise invalid("file", "文件是空的")
    body.seek(0)
    head = body.read(HEAD_BYTES)
    body.seek(max(size - TAIL_BYTES, 0))
    seen = Seen(head, body.read(TAIL_BYTES), size, body)
    named = [t for t in TYPES if ending in t.endings]
    if not named:
        raise Problem(415, "file-type", "不支持的文件类型", f"可用: {'、'.join(ENDINGS)}", "file")
    found = next((t for t in named if t.begins(seen)), None)
    if found is None:
        raise Problem(415, "file-type", "文件内容与扩展名不符", f".{ending}", "file")
    if not found.is_whole(seen):
        raise invalid("file", "文件不完整或已损坏", "请重新上传")
    return found


def _magic(*marks: bytes, at: int = 0) -> Callable[[Seen], bool]:
    return lambda seen: any(seen.head[at : at + len(mark)] == mark for mark in marks)


def _ends_with(mark: bytes) -> Callable[[Seen], bool]:
    return lambda seen: mark in seen.tail


def _riff(form: bytes) -> Callable[[Seen], bool]:
    return lambda seen: seen.head[:4] == b"RIFF" and seen.head[8:12] == form


def _riff_whole(seen: Seen) -> bool:
    return int.from_bytes(seen.head[4:8], "little") + 8 <= seen.size


def _iso(*brands: bytes) -> Callable[[Seen], bool]:
    return lambda seen: seen.head[4:8] == b"ftyp" and any(seen.head[8:12].startswith(b) for b in brands)


def _iso_whole(seen: Seen) -> bool:
    """The boxes of an MP4 add up to the file, and one of them tells where the pictures are."""
    offset = 0
    names: set[bytes] = set()
    while offset + 8 <= seen.size and len(names) < 1_000:
        box = seen.at(offset, 16)
        length = int.from_bytes(box[:4], "big")
        if length == 1:
            length = int.from_bytes(box[8:16], "big")
        names.add(box[4:8])
        offset = seen.size if length == 0 else offset + length
        if 0 < length < 8:
            return False
    return offset == seen.size and b"moov" in names


def _is_text(seen: Seen) -> bool:
    """Words, in one of the encodings in use here, and nothing a browser or a shell would take for a program."""
    start = seen.head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<", b"#!", b"%pdf", b"mz")) or b"\0" in seen.head or b"<script" in start:
        return False
    return any(_decodes(seen.head, encoding) for encoding in ("utf-8", "gb18030"))


def _decodes(head: bytes, encoding: str) -> bool:
    for cut in range(4):  # the last character may be cut by the sample
        try:
            head[: len(head) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _office(part: str) -> Callable[[Seen], bool]:
    """A zip package that holds this part, and no macros."""

    def begins(seen: Seen) -> bool:
        if seen.head[:4] != b"PK\x03\x04":
            return False
        names = _zip_names(seen)
        return names is None or (any(n.startswith(part) for n in names) and not any("vbaproject" in n for n in names))

    return begins


def _zip_names(seen: Seen) -> list[str] | None:
    """Names in a package, lower case; None if it is cut short."""
    try:
        with zipfile.ZipFile(seen.body) as package:
            return [name.lower() for name in package.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None


def _zip_whole(seen: Seen) -> bool:
    return _zip_names(seen) is not None


def _ole_whole(seen: Seen) -> bool:
    return seen.size >= 1_536 and seen.size % 512 == 0


def _ogg_whole(seen: Seen) -> bool:
    return b"OggS" in seen.head and seen.size > 58


def _has_body(least: int) -> Callable[[Seen], bool]:
    return lambda seen: seen.size >= least


_MP3 = _magic(b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")
_MP4 = _iso(b"isom", b"iso", b"mp4", b"avc1", b"M4V", b"dash")
_OLE = _magic(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_OPEN = "application/vnd.openxmlformats-officedocument"
K = FileKind
TYPES: Final = (
    FileType("image/png", K.PICTURE, ("png",), _magic(b"\x89PNG\r\n\x1a\n"), _ends_with(b"IEND\xaeB`\x82"), True),
    FileType("image/jpeg", K.PICTURE, ("jpg", "jpeg"), _magic(b"\xff\xd8\xff"), _ends_with(b"\xff\xd9"), True),
    FileType("image/gif", K.PICTURE, ("gif",), _magic(b"GIF87a", b"GIF89a"), _ends_with(b"\x3b"), True),
    FileType("image/webp", K.PICTURE, ("webp",), _riff(b"WEBP"), _riff_whole, True),
    FileType("application/pdf", K.DOCUMENT, ("pdf",), _magic(b"%PDF-"), _ends_with(b"%%EOF")),
    FileType(f"{_OPEN}.wordprocessingml.document", K.DOCUMENT, ("docx",), _office("word/"), _zip_whole),
    FileType(f"{_OPEN}.spreadsheetml.sheet", K.DOCUMENT, ("xlsx",), _office("xl/"), _zip_whole),
    FileType(f"{_OPEN}.presentationml.presentation", K.DOCUMENT, ("pptx",), _office("ppt/"), _zip_whole),
    FileType("application/ofd", K.DOCUMENT, ("ofd",), _office("ofd.xml"), _zip_whole),
    FileType("application/msword", K.DOCUMENT, ("doc", "wps"), _OLE, _ole_whole),
    FileType("application/vnd.ms-excel", K.DOCUMENT, ("xls", "et"), _OLE, _ole_whole),
    FileType("application/vnd.ms-powerpoint", K.DOCUMENT, ("ppt", "dps"), _OLE, _ole_whole),
    FileType("text/plain; charset=utf-8", K.TEXT, ("txt", "csv", "log", "md"), _is_text, _has_body(1)),
    FileType("audio/wav", K.AUDIO, ("wav",), _riff(b"WAVE"), _riff_whole, True),
    FileType("audio/mpeg", K.AUDIO, ("mp3",), _MP3, _has_body(256), True),
    FileType("audio/aac", K.AUDIO, ("aac",), _magic(b"\xff\xf1", b"\xff\xf9"), _has_body(64), True),
    FileType("audio/ogg", K.AUDIO, ("ogg", "oga", "opus"), _magic(b"OggS"), _ogg_whole, True),
    FileType("audio/amr", K.AUDIO, ("amr",), _magic(b"#!AMR\n"), _has_body(32), True),
    FileType("audio/mp4", K.AUDIO, ("m4a",), _iso(b"M4A", b"mp4", b"isom", b"iso2"), _iso_whole, True),
    FileType("video/mp4", K.VIDEO, ("mp4", "m4v"), _MP4, _iso_whole, True),
    FileType("video/quicktime", K.VIDEO, ("mov",), _iso(b"qt"), _iso_whole, True),
    FileType("video/webm", K.VIDEO, ("webm",), _magic(b"\x1a\x45\xdf\xa3"), _has_body(128), True),
)  # fmt: skip
ENDINGS: Final = tuple(sorted({ending for t in TYPES for ending in t.endings}))
INLINE: Final = frozenset(t.content_type for t in TYPES if t.is_inline)
