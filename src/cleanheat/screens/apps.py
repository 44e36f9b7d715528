from django.apps import AppConfig


class ScreensConfig(AppConfig):
    name = "cleanheat.screens"
    label = "screens"
    verbose_name = "界面"
