from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "cleanheat.evaluation"
    label = "evaluation"
    verbose_name = "评价"

    def ready(self) -> None:
        from cleanheat.evaluation import maplayers, measured  # noqa: F401 - theme and sources declare themselves
        from cleanheat.evaluation.handlers import weigh_change
        from cleanheat.infra import events
        from cleanheat.quality.events import RulesChanged

        events.subscribe(RulesChanged, weigh_change)
