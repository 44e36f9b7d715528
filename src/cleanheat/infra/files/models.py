"""Stored of attachments: whose a file is, what it is, and the fingerprint its bytes lie under."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class FileKind(models.TextChoices):
    TEXT = "text", "文本"
    PICTURE = "picture", "图片"
    DOCUMENT = "document", "文档"
    AUDIO = "audio", "音频"
    VIDEO = "video", "视频"


class StoredFile(models.Model):
    """One uploaded file.  Its bytes lie under ``sha256``, once for all files that are the same.

    ``holder_kind`` and ``holder_id`` say what it belongs to (a flow item, a record); empty: not attached yet, its
    uploader's alone and removed after a day.  ``step``: the step of the item it came with.
    """

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=FileKind.choices)
    content_type = models.CharField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    sm3 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    holder_kind = models.CharField(max_length=40, blank=True)
    holder_id = models.PositiveBigIntegerField(default=0)
    step = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["holder_kind", "holder_id"], name="file_holder"),
            models.Index(fields=["uploaded_at"], name="file_unattached", condition=models.Q(holder_kind="")),
        ]
