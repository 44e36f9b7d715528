"""What may an attachment be called?  The last part of what was sent, without anything that a path could be made of."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 120
_FORBIDDEN = re.compile(r'[<>:"|?*\\/]')
_DIRECTION_MARKS = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def clean_name(sent: str) -> str:
    """A name for people; it never decides where bytes lie.

    >>> clean_name("../../etc/passwd.txt")
    'passwd.txt'
    >>> clean_name("C:\\\\temp\\\\现场 照片.JPG")
    '现场 照片.JPG'
    """
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", sent))[-1]
    shown = _DIRECTION_MARKS.sub("", "".join(c for c in last if unicodedata.category(c)[0] != "C" or c == "\u200d"))
    name = _FORBIDDEN.sub("_", shown).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if dot and len(name) > LONGEST:
        return f"{stem[: LONGEST - len(ending) - 1]}.{ending}"
    return name[:LONGEST]


def ending_of(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""
