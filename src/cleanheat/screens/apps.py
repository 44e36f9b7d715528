from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ScreensConfig(AppConfig):
    name = "cleanheat.screens"
    label = "screens"
    verbose_name = "界面"

    def ready(self) -> None:
        """Collect what every room declares; afterwards the tables are fixed."""
        from cleanheat.infra.jobs import JOBS
        from cleanheat.infra.panels import PANELS
        from cleanheat.infra.resources import RESOURCES

        autodiscover_modules("panels", "resources", "jobs")
        for registry in (PANELS, RESOURCES, JOBS):
            registry.freeze()
