"""Stored: organisations (city → district → company → branch office, and other senders), users with role and place."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models

from cleanheat.accounts.vocabulary import OrganisationKind, Role


class Organisation(models.Model):
    """A node of the supervision tree.  ``path`` is the chain of ids, ``/1/7/93/``: a prefix is a subtree."""

    id = models.PositiveIntegerField(primary_key=True)
    kind = models.CharField(max_length=20, choices=OrganisationKind.choices)
    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=20)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=80, db_index=True)
    district_code = models.CharField(max_length=6, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person: belongs to one organisation node and sees its subtree; ``role`` says what he may do there."""

    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.READER)
    display_name = models.CharField(max_length=40, blank=True)
    phone = models.CharField(max_length=20, blank=True)


class AccessKey(models.Model):
    """What a user's own programs (a desktop GIS) show instead of his password; only its digest is kept.

    ``prefix`` is its public part, for lists and look-up.  Times are the machine's epoch seconds; 0: never.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    permission = models.CharField(max_length=40)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    created_s = models.FloatField()
    expires_s = models.FloatField()
    used_s = models.FloatField(default=0)
    revoked_s = models.FloatField(default=0)

    class Meta:
        ordering = ["-id"]
