"""Resources: declare with :func:`resource`; the engine (``records``, ``sheets``, ``http``) does the rest."""

from cleanheat.infra.resources.declare import NOTHING, RESOURCES, Col, Resource, resource

__all__ = ["NOTHING", "RESOURCES", "Col", "Resource", "resource"]
