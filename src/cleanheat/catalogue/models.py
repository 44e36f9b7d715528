"""Stored: what people know of elements, which versions an element had, who may share what, who took what."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cleanheat.accounts.models import Organisation
from cleanheat.catalogue.vocabulary import Sharing
from cleanheat.infra.masking import Level


class ElementVersion(models.Model):
    """One state of an element's derived part; a new one when its content differs."""

    key = models.CharField(max_length=120)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=16)
    derived = models.JSONField()
    at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["key", "-version"]
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="catalogue_one_version")]


class Knowledge(models.Model):
    """What people add to an element; empty: what was derived holds."""

    key = models.CharField("数据元", max_length=120, unique=True)
    definition = models.CharField("定义", max_length=400, blank=True)
    owner = models.CharField("责任单位", max_length=80, blank=True)
    steward = models.CharField("联系人", max_length=80, blank=True)
    sharing = models.CharField("共享类型", max_length=12, choices=Sharing.choices, blank=True)
    level = models.PositiveSmallIntegerField(
        "敏感级别", null=True, blank=True, choices=[(int(level), level.zh) for level in Level]
    )
    remarks = models.CharField("备注", max_length=400, blank=True)
    version = models.PositiveIntegerField(default=1)


class KnowledgeVersion(models.Model):
    """Every state of what people added, for ever."""

    key = models.CharField(max_length=120)
    version = models.PositiveIntegerField()
    values = models.JSONField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["key", "-version"]
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="catalogue_one_knowledge_version")]


class Agreement(models.Model):
    """Who may fetch which fields of which resource, of whose rows, until when and what for.

    ``key_digest``: SM3 of the key, which was shown once; an organisation's own users need none.
    """

    code = models.CharField("编号", max_length=40, unique=True)
    client = models.CharField("使用方", max_length=80)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    resource = models.CharField("数据资源", max_length=80)
    fields = models.JSONField("字段")
    company = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    district_code = models.CharField("区县代码", max_length=6, blank=True)
    purpose = models.CharField("用途", max_length=200)
    a_minute = models.PositiveIntegerField("每分钟次数", default=10)
    valid_from = models.DateTimeField("生效")
    valid_until = models.DateTimeField("到期")
    key_digest = models.CharField(max_length=64, blank=True, db_index=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]


class ShareUse(models.Model):
    """One call of the sharing interface: who took how many rows of what."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="uses")
    at = models.DateTimeField()
    rows = models.PositiveIntegerField(default=0)
    status = models.PositiveSmallIntegerField()
    asked = models.JSONField(default=dict)
    network = models.CharField(max_length=50, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["agreement", "at"], name="catalogue_share_use")]
