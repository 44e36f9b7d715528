from django.apps import AppConfig
from django.db.models.signals import post_migrate


class GovernanceConfig(AppConfig):
    name = "cleanheat.governance"
    label = "governance"
    verbose_name = "数据治理"

    def ready(self) -> None:
        from cleanheat.alerts.events import AlertClosed
        from cleanheat.governance import (  # noqa: F401 - flow and theme declare themselves
            handlers,
            maplayers,
            orders,
            trainings,
        )
        from cleanheat.governance.policies import load_after_migration
        from cleanheat.infra import events
        from cleanheat.infra.files.queries import register_holder
        from cleanheat.infra.flow.events import DeadlinePassed, ItemMoved

        events.subscribe(AlertClosed, handlers.alert_closed)
        events.subscribe(ItemMoved, handlers.tell_moved)
        events.subscribe(DeadlinePassed, handlers.tell_deadline)
        register_holder(trainings.HOLDER, trainings.sees)
        post_migrate.connect(load_after_migration, sender=self)
