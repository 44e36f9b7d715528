"""The personal parameters of the whole city: trained from history, steered by people, served to every judge."""

from cleanheat.diagnosis.fleet.serving import current

__all__ = ["current"]
