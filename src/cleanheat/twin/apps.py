from django.apps import AppConfig


class TwinConfig(AppConfig):
    name = "cleanheat.twin"
    label = "twin"
    verbose_name = "数字孪生"

    def ready(self) -> None:
        from cleanheat.twin import maplayers, public  # noqa: F401  # declares layers; registers who sees what
