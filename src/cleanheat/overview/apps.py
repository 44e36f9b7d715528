from django.apps import AppConfig


class OverviewConfig(AppConfig):
    name = "cleanheat.overview"
    label = "overview"
    verbose_name = "总览"
