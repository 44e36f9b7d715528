from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "cleanheat.assets"
    label = "assets"
    verbose_name = "档案"

    def ready(self) -> None:
        from cleanheat.assets.queries import district_ids
        from cleanheat.infra.scope import register_districts

        register_districts(district_ids)
