from django.apps import AppConfig


class TelemetryConfig(AppConfig):
    name = "cleanheat.telemetry"
    label = "telemetry"
    verbose_name = "监测数据"
