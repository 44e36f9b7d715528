from django.apps import AppConfig


class InfraConfig(AppConfig):
    name = "cleanheat.infra"
    label = "infra"
    verbose_name = "基础引擎"

    def ready(self) -> None:
        from cleanheat.infra import housekeeping  # noqa: F401 - its job declares itself
