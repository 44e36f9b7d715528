from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "cleanheat.complaints"
    label = "complaints"
    verbose_name = "投诉"

    def ready(self) -> None:
        from cleanheat.complaints import maplayers  # noqa: F401  # declares the theme
