from django.apps import AppConfig


class InfraConfig(AppConfig):
    name = "cleanheat.infra"
    label = "infra"
    verbose_name = "基础引擎"
