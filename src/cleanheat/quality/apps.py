from django.apps import AppConfig
from django.db.models.signals import post_migrate


class QualityConfig(AppConfig):
    name = "cleanheat.quality"
    label = "quality"
    verbose_name = "数据质量"

    def ready(self) -> None:
        from cleanheat.quality import maplayers, previews  # noqa: F401 - theme and job declare themselves
        from cleanheat.quality.loading import load_after_migration
        from cleanheat.quality.records import jobs as _checks  # noqa: F401 - checks of records declare themselves
        from cleanheat.quality.regularities import jobs  # noqa: F401 - learning declares itself

        post_migrate.connect(load_after_migration, sender=self)
