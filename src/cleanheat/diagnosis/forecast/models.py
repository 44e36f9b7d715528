"""Stored: forecasts as they were issued.  None is ever changed by a later one: how good they are is judged by lead."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Forecast(models.Model):
    """One issue of one source: hourly values from ``first_at`` on, °C and m/s (``wind_m_s`` empty: not given)."""

    source = models.CharField(max_length=40)
    issued_at = models.DateTimeField()
    first_at = models.DateTimeField()
    outdoor_temp_c = models.JSONField()
    wind_m_s = models.JSONField(default=list)
    received_at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        app_label = "diagnosis"
        ordering = ["-issued_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["source", "issued_at"], name="forecast_once_an_issue")]
        indexes = [models.Index(fields=["issued_at"], name="forecast_issue")]
