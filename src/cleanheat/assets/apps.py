from collections.abc import Callable

from django.apps import AppConfig
from django.db import transaction


class AssetsConfig(AppConfig):
    name = "cleanheat.assets"
    label = "assets"
    verbose_name = "档案"

    def ready(self) -> None:
        from django.db.models.signals import post_save

        from cleanheat.assets import changes as _changes  # noqa: F401 - the flow declares itself
        from cleanheat.assets.coordinates import jobs as _conversions  # noqa: F401 - their jobs declare themselves
        from cleanheat.assets.finder import SEARCHED, forget
        from cleanheat.assets.importing import jobs  # noqa: F401 - dry runs and imports declare themselves
        from cleanheat.assets.matching import running as _running  # noqa: F401 - the job declares itself
        from cleanheat.assets.queries import KIND_MODELS, district_ids
        from cleanheat.infra.scope import register_districts

        register_districts(district_ids)
        for kind in SEARCHED:
            post_save.connect(_forget_names(forget), KIND_MODELS[kind], weak=False, dispatch_uid=f"assets.names.{kind}")


def _forget_names(forget: Callable[[], None]) -> Callable[..., None]:
    """A receiver that drops the texts searched, because a name in them may have changed.

    At once for whoever reads in the same transaction, and again on commit: another thread may have read the old name
    in between.
    """

    def renamed(**_signal: object) -> None:
        forget()
        transaction.on_commit(forget)

    return renamed
