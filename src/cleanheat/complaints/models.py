"""Stored: what people said on the hotlines, what was made of it, which files it came from and what they refused.

``raw`` keeps the cells exactly as received; calibration never loses anything.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cleanheat.accounts.models import Organisation
from cleanheat.assets.models import Area, Building, Community, HeatUser
from cleanheat.complaints.vocabulary import Category, Channel, Satisfaction, TicketState, Validity


class TicketImport(models.Model):
    """One history file: what became of its rows.  ``rows_in`` = created + changed + unchanged + refused."""

    file = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    mapping = models.TextField(blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    rows_in = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    corrected = models.JSONField(default=dict)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]


class RefusedLine(models.Model):
    """A row that could not become a ticket, kept whole with the reason; ``line`` counts as spreadsheets do."""

    source = models.ForeignKey(TicketImport, on_delete=models.CASCADE, related_name="lines")
    line = models.PositiveIntegerField()
    field = models.CharField(max_length=30)
    reason = models.CharField(max_length=200)
    raw = models.JSONField()

    class Meta:
        ordering = ["source", "line"]
        constraints = [models.UniqueConstraint(fields=["source", "line"], name="complaints_one_refusal_a_line")]


class Ticket(models.Model):
    """One call, known by its channel's own number."""

    channel = models.CharField("渠道", max_length=8, choices=Channel.choices)
    number = models.CharField("工单编号", max_length=40)
    received_at = models.DateTimeField("受理时间", db_index=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    caller_name = models.CharField("来电人", max_length=40, blank=True)
    caller_phone = models.CharField("来电号码", max_length=40, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    category = models.CharField("投诉类型", max_length=16, choices=Category.choices)
    content = models.TextField("投诉内容", blank=True)
    state = models.CharField("状态", max_length=10, choices=TicketState.choices, default=TicketState.RECEIVED)
    reply = models.TextField("答复内容", blank=True)
    repair = models.TextField("维修内容", blank=True)
    satisfaction = models.CharField("满意度", max_length=14, choices=Satisfaction.choices, blank=True)
    measured_c = models.FloatField("入户测温", null=True, blank=True)

    district = models.ForeignKey(Area, null=True, on_delete=models.SET_NULL, related_name="+")
    street = models.ForeignKey(Area, null=True, on_delete=models.SET_NULL, related_name="+")
    community = models.ForeignKey(Community, null=True, on_delete=models.SET_NULL, related_name="+")
    building = models.ForeignKey(Building, null=True, on_delete=models.SET_NULL, related_name="+")
    heat_user = models.ForeignKey(HeatUser, null=True, on_delete=models.SET_NULL, related_name="+")
    company = models.ForeignKey(Organisation, null=True, on_delete=models.SET_NULL, related_name="+")
    office = models.ForeignKey(Organisation, null=True, on_delete=models.SET_NULL, related_name="+")
    match_score = models.FloatField("地址匹配度", default=0)

    validity = models.CharField("有效性", max_length=10, choices=Validity.choices, blank=True, db_index=True)
    reasons = models.JSONField("判定依据", default=list)
    room_temp_c = models.FloatField("当时室温", null=True)
    neighbours_temp_c = models.FloatField("同楼平均室温", null=True)
    supply_temp_c = models.FloatField("当时机组供温", null=True)
    judged_at = models.DateTimeField("核验时间", null=True)

    raw = models.JSONField(default=dict)
    corrections = models.JSONField("校准记录", default=dict)
    source = models.ForeignKey(TicketImport, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-received_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["channel", "number"], name="complaints_one_ticket_a_number")]
        indexes = [models.Index(fields=["company", "received_at"], name="complaints_of_company")]
