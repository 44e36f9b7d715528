from django.apps import AppConfig


class TwinConfig(AppConfig):
    name = "cleanheat.twin"
    label = "twin"
    verbose_name = "数字孪生"
