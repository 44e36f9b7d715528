from types import SimpleNamespace

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class AccountsConfig(AppConfig):
    name = "cleanheat.accounts"
    label = "accounts"
    verbose_name = "组织与用户"

    def ready(self) -> None:
        from cleanheat.accounts import queries, sessions
        from cleanheat.accounts.models import Organisation, User
        from cleanheat.infra import scope
        from cleanheat.infra.flow import people

        scope.register_provider(SimpleNamespace(scope_of=queries.scope_of, may=queries.may))
        people.register_directory(queries.FlowDirectory())
        for changed in (post_save, post_delete):
            changed.connect(lambda **_: queries.forget_organisations(), Organisation, weak=False)
            changed.connect(sessions.forget_user, User)
