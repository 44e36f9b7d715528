from django.apps import AppConfig


class TwinConfig(AppConfig):
    name = "cleanheat.twin"
    label = "twin"
    verbose_name = "数字孪生"

    def ready(self) -> None:
        from cleanheat.assets.events import ShapesDrawn
        from cleanheat.infra import events
        from cleanheat.twin import maplayers, public, redrawing  # noqa: F401  # layers, who sees what, jobs

        events.subscribe(ShapesDrawn, redrawing.on_shapes_drawn)
