from django.apps import AppConfig


class InfraConfig(AppConfig):
    name = "cleanheat.infra"
    label = "infra"
    verbose_name = "基础引擎"

    def ready(self) -> None:
        from cleanheat.infra import housekeeping  # noqa: F401 - its job declares itself
        from cleanheat.infra.files import cleaning, queries  # noqa: F401 - and the clean-up's
        from cleanheat.infra.flow import deadlines  # noqa: F401 - and the sweep's

        queries.register_holder("flow_item", queries.sees_item)
