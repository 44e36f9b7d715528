"""Stored: who may send, with which keys, and what was refused.  Readings themselves lie in the time-series store."""

from __future__ import annotations

from django.conf import settings
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


class RefusedObject(models.Model):
    """What a sender sends that the archive does not know as its own: which key, of which kind, since when, how often.

    ``key`` is the object's number, or the text that was no code; ``kind`` may be one that does not exist.
    """

    sender_id = models.PositiveIntegerField()
    kind = models.CharField(max_length=24, blank=True)
    key = models.CharField(max_length=64)
    reason = models.CharField(max_length=32)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    rows = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sender_id", "kind", "key", "reason"], name="telemetry_one_refused_object")
        ]
        indexes = [models.Index(fields=["sender_id", "last_at"], name="telemetry_refused_by_time")]
        ordering = ["sender_id", "kind", "key"]

    def __str__(self) -> str:
        return f"{self.sender_id} {self.kind} {self.key}: {self.reason}"


class Confirmation(models.Model):
    """A person's word on the values of one signal of one object over a span: sound after all, or bad after all.

    The values themselves lie in the store as cleaned values of method ``MANUAL`` whose rule is this row's id.
    """

    kind = models.CharField(max_length=24)
    number = models.PositiveIntegerField()
    signal = models.CharField(max_length=40)
    start = models.BigIntegerField()
    end = models.BigIntegerField()
    is_good = models.BooleanField()
    reason = models.CharField("理由", max_length=200)
    values = models.PositiveIntegerField(default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "number", "start"], name="telemetry_confirmed_of_object")]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.number} {self.signal}: {'good' if self.is_good else 'bad'}"


class Refetch(models.Model):
    """Readings that a sender is asked to send again: of one object and signal, or (0 and empty) all it sends of a kind.

    ``[start, end)`` epoch seconds; ``rule`` and ``version`` say who asked, 0 where whole batches never came.
    """

    sender_id = models.PositiveIntegerField()
    kind = models.CharField(max_length=24)
    number = models.PositiveIntegerField(default=0)
    signal = models.CharField(max_length=40, blank=True)
    start = models.BigIntegerField()
    end = models.BigIntegerField()
    rule = models.PositiveIntegerField(default=0)
    version = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, default="open")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sender_id", "kind", "number", "signal", "start"], name="telemetry_one_refetch"
            )
        ]
        indexes = [models.Index(fields=["state", "sender_id", "end"], name="telemetry_refetch_open")]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.sender_id} {self.kind} {self.number} {self.signal}: {self.state}"


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
