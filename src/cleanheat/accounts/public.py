"""What other rooms may ask of accounts."""

from cleanheat.accounts.actions import CastMember, OrganisationRow, create_demo_cast, load_organisations
from cleanheat.accounts.key_queries import user_of_key
from cleanheat.accounts.queries import OrganisationCard, find_organisation, list_organisations, short_name
from cleanheat.accounts.rules import PERMISSIONS

__all__ = [
    "PERMISSIONS",
    "CastMember",
    "OrganisationCard",
    "OrganisationRow",
    "create_demo_cast",
    "find_organisation",
    "list_organisations",
    "load_organisations",
    "short_name",
    "user_of_key",
]
