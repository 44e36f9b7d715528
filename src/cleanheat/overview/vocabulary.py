"""The words of overviews: which kinds have a page, for which reasons an object comes first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from cleanheat.infra.scope import Scope
from cleanheat.kernel import parameters

FocusKind = Literal["branch", "boiler", "substation", "heat_user"]
NUMBERS: Final = parameters.read("cleanheat.overview", "parameters.toml")
MAX_SIZE: Final = 200


def number(table: str, name: str) -> float:
    return NUMBERS[table][name].value


class Reason(StrEnum):
    """Why somebody should look at an object."""

    ALERTS = "alerts"
    FINDINGS = "findings"
    DATA = "data"
    DEVIATION = "deviation"
    ROOMS = "rooms"
    COMPLAINTS = "complaints"
    EVALUATION = "evaluation"

    @property
    def zh(self) -> str:
        return _ZH[self]


_ZH: Final[Mapping[Reason, str]] = {
    Reason.ALERTS: "未处理预警",
    Reason.FINDINGS: "诊断结论",
    Reason.DATA: "数据质量",
    Reason.DEVIATION: "供温偏差",
    Reason.ROOMS: "室温不达标",
    Reason.COMPLAINTS: "投诉",
    Reason.EVALUATION: "企业评价",
}


@dataclass(frozen=True)
class Kind:
    """``raised_by``: kinds whose alerts and findings it answers for; ``signals``: what its table shows, of ``read_at``.

    ``layer`` is its layer on the map, ``owner`` the link by which bars are made.
    """

    zh: str
    raised_by: tuple[str, ...]
    read_at: str
    signals: tuple[str, ...]
    layer: str
    owner: str


_SOURCE: Final = ("supply_temp_c", "return_temp_c", "flow_t_h", "heat_power_mw")
_CIRCUIT: Final = ("secondary_supply_temp_c", "secondary_return_temp_c", "secondary_flow_t_h", "heat_power_gj_h")
KINDS: Final[Mapping[str, Kind]] = {
    "branch": Kind("电厂支线", ("branch",), "branch", _SOURCE, "branches", "plant"),
    "boiler": Kind("锅炉房", ("boiler",), "boiler", _SOURCE, "boilers", "company"),
    "substation": Kind("换热站", ("substation", "unit"), "unit", _CIRCUIT, "substations", "company"),
    "heat_user": Kind("热用户", ("unit", "substation"), "unit", _CIRCUIT, "", "company"),
}
SUMMED: Final = frozenset({"secondary_flow_t_h", "heat_power_gj_h"})
"""Of a substation's units these add up; temperatures are means."""


def hears_complaints(scope: Scope) -> bool:
    """Complaints are told to the city, districts and companies, as the permission ``complaints.view`` says."""
    return scope.sees_all or bool(scope.district_ids) or bool(scope.company_ids)
