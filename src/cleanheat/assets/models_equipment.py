"""Stored: which single pieces of plant stand in a substation or a boiler room, with their nameplates.

Rural systems have no rows of their own: what stands in a household follows from its type (``equipment.rural``).
"""

from __future__ import annotations

from django.db import models

from cleanheat.assets.vocabulary import EquipmentKind, Fuel


class Equipment(models.Model):
    """One piece of plant; of one unit, or (without a unit) of the whole substation or boiler room."""

    number = models.PositiveIntegerField(primary_key=True)
    code = models.CharField("统一编码", max_length=20, unique=True)
    substation = models.ForeignKey(
        "assets.Substation", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="换热站"
    )
    boiler_room = models.ForeignKey(
        "assets.BoilerRoom", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="锅炉房"
    )
    unit = models.ForeignKey(
        "assets.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="换热机组"
    )
    kind = models.CharField("类别", max_length=20, choices=EquipmentKind.choices)
    tag = models.CharField("设备位号", max_length=30)
    role = models.CharField("工艺位置", max_length=24, blank=True)  # which of several alike: primary_supply …
    ordinal = models.PositiveSmallIntegerField("序号", default=1)
    is_standby = models.BooleanField("备用", default=False)
    dn_mm = models.PositiveSmallIntegerField("公称直径", null=True, blank=True)
    power_kw = models.FloatField("功率", null=True, blank=True)
    plates = models.PositiveSmallIntegerField("板片数", null=True, blank=True)
    flow_t_h = models.FloatField("流量", null=True, blank=True)
    head_m = models.FloatField("扬程", null=True, blank=True)
    volume_m3 = models.FloatField("容积", null=True, blank=True)
    capacity_mw = models.FloatField("热功率", null=True, blank=True)
    height_m = models.FloatField("高度", null=True, blank=True)
    fuel = models.CharField("燃料", max_length=10, choices=Fuel.choices, blank=True)
    built_year = models.PositiveSmallIntegerField("投运年份", null=True, blank=True)
    maker = models.CharField("制造厂", max_length=40, blank=True)
    in_service = models.BooleanField("在用", default=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(substation__isnull=False) ^ models.Q(boiler_room__isnull=False),
                name="equipment_has_one_owner",
            ),
        ]

    def __str__(self) -> str:
        return self.tag
