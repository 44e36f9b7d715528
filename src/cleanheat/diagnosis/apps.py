from django.apps import AppConfig


class DiagnosisConfig(AppConfig):
    name = "cleanheat.diagnosis"
    label = "diagnosis"
    verbose_name = "运行诊断"
