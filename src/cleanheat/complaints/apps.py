from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "cleanheat.complaints"
    label = "complaints"
    verbose_name = "投诉"
