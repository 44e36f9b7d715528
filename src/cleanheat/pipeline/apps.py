from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "cleanheat.pipeline"
    label = "pipeline"
    verbose_name = "分钟流水线"
