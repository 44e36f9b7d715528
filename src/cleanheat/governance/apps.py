from django.apps import AppConfig
from django.db.models.signals import post_migrate


class GovernanceConfig(AppConfig):
    name = "cleanheat.governance"
    label = "governance"
    verbose_name = "数据治理"

    def ready(self) -> None:
        from cleanheat.governance import orders, trainings  # noqa: F401 - the business declares itself
        from cleanheat.governance.register import load_after_migration
        from cleanheat.infra.files.queries import register_holder

        register_holder(trainings.HOLDER, trainings.sees)
        post_migrate.connect(load_after_migration, sender=self)
