"""Which addresses tell the equipment of an object, and the standard systems?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from cleanheat.assets.equipment.listing import EquipmentList
from cleanheat.assets.equipment.queries import equipment_of, standard_scenes
from cleanheat.infra.scope import require, scope_of

router = Router(tags=["assets"])


@router.get("/assets/equipment/standards", response=list[EquipmentList], summary="标准工艺系统及其设备清单")
def standards(request: HttpRequest) -> Any:
    require(request.user, "assets.view")
    return standard_scenes()


@router.get("/assets/{kind}/{number}/equipment", response=EquipmentList, summary="一个对象的设备清单与测点绑定")
def equipment(request: HttpRequest, kind: str, number: int) -> Any:
    require(request.user, "assets.view")
    return equipment_of(kind, number, scope_of(request.user))
