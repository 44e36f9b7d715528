"""Stored by orders: what each is about, the alerts it answers for, and the rules that raise them."""

from __future__ import annotations

from django.db import models

from cleanheat.kernel.findings import Level
from cleanheat.orders.vocabulary import BusinessKind, MergeBy


class Order(models.Model):
    """What an order is about; its life is the flow item's, whose flow names its business.

    ``merge_key`` names what further alerts join it while it is open; manual orders have none.  ``verification`` holds
    the numbers of the last check of the platform, ``first_pass`` whether the first one was passed (None: not yet).
    """

    item = models.OneToOneField("infra.FlowItem", on_delete=models.PROTECT, related_name="order")
    number = models.CharField(max_length=24, unique=True)
    source = models.CharField(max_length=60)
    source_name = models.CharField(max_length=80)
    object_kind = models.CharField(max_length=16)
    object_number = models.PositiveIntegerField()
    object_name = models.CharField(max_length=80, blank=True)
    merge_key = models.CharField(max_length=120, blank=True)
    is_automatic = models.BooleanField(default=False)
    is_open = models.BooleanField(default=True)
    feedback_at = models.DateTimeField(null=True)
    verify_at = models.DateTimeField(null=True)
    verification = models.JSONField(default=dict)
    first_pass = models.BooleanField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["merge_key"],
                condition=models.Q(is_open=True) & ~models.Q(merge_key=""),
                name="one_open_order_a_merge_key",
            )
        ]
        indexes = [
            models.Index(fields=["source", "is_open"], name="order_source"),
            models.Index(fields=["verify_at"], name="order_verify", condition=models.Q(verify_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number


class OrderAlert(models.Model):
    """One alert an order answers for; ``ended`` once it closed (``false``: it was none)."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="alerts")
    alert = models.ForeignKey("alerts.Alert", on_delete=models.PROTECT, related_name="+")
    ended = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "alert"], name="one_row_an_alert_of_an_order")]


class RaisingRule(models.Model):
    """Which alerts become orders by themselves; of those that fit the one with the longest ``source``."""

    name = models.CharField("名称", max_length=60, unique=True)
    business = models.CharField("业务", max_length=40, choices=BusinessKind.choices, default=BusinessKind.SUPERVISION)
    source = models.CharField("报警来源（前缀）", max_length=60)
    worst_level = models.PositiveSmallIntegerField(
        "至少达到级别", choices=[(int(level), f"{level.roman}级") for level in Level], default=4
    )
    after_min = models.PositiveIntegerField("持续多久后生成", default=30)
    merge_by = models.CharField("合并方式", max_length=10, choices=MergeBy.choices, default=MergeBy.OBJECT)
    is_active = models.BooleanField("启用", default=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        ordering = ["source", "worst_level"]

    def __str__(self) -> str:
        return self.name
