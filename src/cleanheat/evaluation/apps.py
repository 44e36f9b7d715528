from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "cleanheat.evaluation"
    label = "evaluation"
    verbose_name = "评价"
