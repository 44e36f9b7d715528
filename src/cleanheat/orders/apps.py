from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OrdersConfig(AppConfig):
    name = "cleanheat.orders"
    label = "orders"
    verbose_name = "工单"

    def ready(self) -> None:
        from cleanheat.alerts.events import AlertClosed
        from cleanheat.infra import events
        from cleanheat.infra.flow.events import DeadlinePassed, ItemMoved
        from cleanheat.orders import (  # noqa: F401 - business and theme declare themselves
            handlers,
            maplayers,
            supervision,
        )
        from cleanheat.orders.shipped import load_after_migration

        events.subscribe(AlertClosed, handlers.alert_closed)
        events.subscribe(ItemMoved, handlers.tell_moved)
        events.subscribe(DeadlinePassed, handlers.tell_deadline)
        post_migrate.connect(load_after_migration, sender=self)
