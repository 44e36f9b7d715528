"""The words of the catalogue: kinds of element, sharing types, what a node of the lineage is."""

from __future__ import annotations

from django.db import models


class ElementKind(models.TextChoices):
    SIGNAL = "signal", "监测信号"
    FIELD = "field", "档案字段"
    COLUMN = "column", "存储列"
    RULE = "rule", "质量规则"
    PANEL = "panel", "指标面板"


class Sharing(models.TextChoices):
    """Sharing types of government data (GB/T 21063)."""

    OPEN = "open", "无条件共享"
    CONDITIONAL = "conditional", "有条件共享"
    CLOSED = "closed", "不予共享"


class NodeKind(models.TextChoices):
    SOURCE = "source", "来源"
    BATCH = "batch", "批次"
    TABLE = "table", "存储表"
    ELEMENT = "element", "数据元"
    RULE = "rule", "质量规则"
    RESOURCE = "resource", "数据资源"
    PANEL = "panel", "指标面板"
    API = "api", "接口"
    SHARE = "share", "共享协议"
