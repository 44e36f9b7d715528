"""Stored: who may send, with which keys, and what was refused.  Readings themselves lie in the time-series store."""

from __future__ import annotations

from django.db import models

from cleanheat.accounts.models import Organisation


class Sender(models.Model):
    """An organisation that sends readings.  Digests are SM3: neither codes nor tokens are kept."""

    organisation = models.OneToOneField(Organisation, primary_key=True, on_delete=models.PROTECT, related_name="+")
    public_key = models.CharField("SM2公钥", max_length=130, blank=True)
    is_active = models.BooleanField("启用", default=True)
    enrolled_at = models.DateTimeField("登记时间", null=True)
    code_digest = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True)
    token_digest = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"sender {self.pk}"


class SessionKey(models.Model):
    """One session key of a sender, sealed under the installation's key; ``key_id`` is the key epoch on the wire."""

    sender = models.ForeignKey(Sender, on_delete=models.CASCADE, related_name="keys")
    key_id = models.PositiveIntegerField()
    algorithm = models.PositiveSmallIntegerField()
    sealed_key = models.BinaryField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sender", "key_id"], name="telemetry_one_key_per_id")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"key {self.key_id} of sender {self.sender_id}"


class RefusalCount(models.Model):
    """How often a sender was refused for a reason on a day (Asia/Shanghai); ``sender_id`` 0 are strangers."""

    sender_id = models.PositiveIntegerField()
    day = models.DateField()
    reason = models.CharField(max_length=32)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sender_id", "day", "reason"], name="telemetry_one_refusal_a_day")
        ]
        ordering = ["day", "sender_id", "reason"]

    def __str__(self) -> str:
        return f"{self.day} {self.reason} {self.sender_id}: {self.count}"
