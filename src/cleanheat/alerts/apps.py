from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "cleanheat.alerts"
    label = "alerts"
    verbose_name = "预警"

    def ready(self) -> None:
        from cleanheat.alerts import maplayers  # noqa: F401  # declares themes and marks
        from cleanheat.alerts.events import AlertClosed, AlertOpened
        from cleanheat.alerts.handlers import open_for_advice, teach_models, tell_closed, tell_opened
        from cleanheat.diagnosis.events import AdviceHandedOver
        from cleanheat.infra import events

        events.subscribe(AlertOpened, tell_opened)
        events.subscribe(AlertClosed, tell_closed)
        events.subscribe(AlertClosed, teach_models)
        events.subscribe(AdviceHandedOver, open_for_advice)
