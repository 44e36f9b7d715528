from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "cleanheat.assets"
    label = "assets"
    verbose_name = "档案"
