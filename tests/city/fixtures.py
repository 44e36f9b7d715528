"""The generated small city, made once a session; ``loaded_city`` has it in the database and in the archive's cache."""

import pytest

SEED = 20_260_115


@pytest.fixture(scope="session")
def small_city():
    """The small city as a dataset, without a database."""
    from cleanheat.simulator.city import make_city

    return make_city("small", SEED)


@pytest.fixture
def loaded_city(db, small_city, settings, tmp_path):
    """Organisations and archive of the small city in the database (50 ms); the dataset itself."""
    from cleanheat.accounts import public as accounts
    from cleanheat.assets import public as assets

    settings.DATABASES["default"]["NAME"], kept = ":memory:", settings.DATABASES["default"]["NAME"]
    settings.DATA_DIR = tmp_path
    assets.forget()
    accounts.load_organisations(small_city.organisations)
    assets.load(small_city.tables)
    yield small_city
    assets.forget()
    settings.DATABASES["default"]["NAME"] = kept
