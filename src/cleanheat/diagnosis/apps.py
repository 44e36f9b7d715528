from django.apps import AppConfig


class DiagnosisConfig(AppConfig):
    name = "cleanheat.diagnosis"
    label = "diagnosis"
    verbose_name = "运行诊断"

    def ready(self) -> None:
        from cleanheat.diagnosis import maplayers  # noqa: F401  # declares the theme
