"""Which features does a filter (FES 2.0) mean?  A box, values, identifiers, and all of these together; nothing else.

Desktop clients send a box as a filter when they ask for attributes too; whatever else they filter, they filter at home.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from cleanheat.kernel.errors import Problem, invalid
from cleanheat.twin.ogc import crs
from cleanheat.twin.ogc.crs import System
from cleanheat.twin.ogc.shapes import Box


@dataclass
class Meant:
    """What a filter asks for; ``ids`` are ``layer.number``."""

    boxes: list[Box] = field(default_factory=list)
    equals: dict[str, str] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)


def read(text: str, default: System) -> Meant:
    """A filter's meaning; a problem naming the operator for one that is not offered."""
    if "<!" in text:  # no document type, no entities
        raise invalid("filter", "过滤条件无法解析")
    try:
        root = ET.fromstring(text)  # noqa: S314 - without entities, and as long as an address at most
    except ET.ParseError as error:
        raise invalid("filter", "过滤条件无法解析", str(error)) from error
    if _name(root) != "Filter" or not len(root):
        raise invalid("filter", "过滤条件为空")
    meant = Meant()
    for node in root:
        _add(node, meant, default)
    return meant


def _add(node: ET.Element, meant: Meant, default: System) -> None:
    match _name(node):
        case "And":
            for part in node:
                _add(part, meant, default)
        case "BBOX":
            meant.boxes.append(_box(node, default))
        case "PropertyIsEqualTo" if len(node) == 2:
            meant.equals[(node[0].text or "").strip().rpartition(":")[2]] = node[1].text or ""
        case "ResourceId":
            meant.ids.append(node.get("rid", ""))
        case other:
            raise Problem(400, "OperationNotSupported", "不支持该过滤条件", other[:40], "filter")


def _name(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]


def _box(node: ET.Element, default: System) -> Box:
    envelope = next((n for n in node.iter() if _name(n) == "Envelope"), None)
    corners = [] if envelope is None else [n.text or "" for n in envelope if _name(n).endswith("Corner")]
    if envelope is None or len(corners) != 2:
        raise invalid("filter", "BBOX 应为 gml:Envelope")
    source = crs.system(envelope.get("srsName", ""), "filter") if envelope.get("srsName") else default
    found = crs.parse_box(",".join(",".join(c.split()) for c in corners), source)
    if found is None:
        raise invalid("filter", "BBOX 应为 gml:Envelope")
    return found


def meet(boxes: list[Box]) -> Box | None:
    """The box within all boxes; one that holds nothing where they do not meet."""
    if not boxes:
        return None
    west, south = (max(b[i] for b in boxes) for i in (0, 1))
    east, north = (min(b[i] for b in boxes) for i in (2, 3))
    return (west, south, east, north) if west <= east and south <= north else (181.0, 91.0, 181.0, 91.0)
