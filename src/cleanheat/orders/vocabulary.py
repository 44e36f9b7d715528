"""The words of orders: their sorts, and what makes alerts one order."""

from __future__ import annotations

from django.db import models


class BusinessKind(models.TextChoices):
    """The sorts of orders; each room declares its own (``businesses.py``)."""

    GOVERNANCE = "governance.order", "数据治理工单"
    SUPERVISION = "orders.supervision", "供热督办单"


class MergeBy(models.TextChoices):
    """Which alerts of a rule go into one open order."""

    OBJECT = "object", "企业＋规则＋对象"
    RULE = "rule", "企业＋规则"
    SENDER = "sender", "企业"
