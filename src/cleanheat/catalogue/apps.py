from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "cleanheat.catalogue"
    label = "catalogue"
    verbose_name = "数据资源目录"

    def ready(self) -> None:
        from cleanheat.catalogue.scores import evaluated, register_scorer

        register_scorer(evaluated)
