from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "cleanheat.alerts"
    label = "alerts"
    verbose_name = "预警"
