"""Spatial and network analyses as OGC API Processes: described by their schemas, executed at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Final

from pydantic import ValidationError
from pygeoapi.process.base import BaseProcessor, ProcessorExecuteError

from cleanheat.kernel.errors import Problem
from cleanheat.twin.analysis import ANALYSES, Analysis, run
from cleanheat.twin.secrecy import Allowed

VERSION: Final = "1.0.0"


def definitions(allowed: Allowed) -> dict[str, Any]:
    """pygeoapi's definitions of all processes, bound to what one client may see."""
    return {
        key: {
            "type": "process",
            "processor": {"name": "cleanheat.twin.ogc.processes.Processor", "key": key, "allowed": allowed},
        }
        for key in ANALYSES
    }


def _metadata(a: Analysis) -> dict[str, Any]:
    schema = a.wanted.model_json_schema()
    required, shared = schema.get("required", ()), schema.get("$defs", {})
    inputs = {
        key: {
            "title": key,
            "schema": {**told, **({"$defs": shared} if "$ref" in str(told) else {})},
            "minOccurs": int(key in required),
            "maxOccurs": 1,
        }
        for key, told in schema.get("properties", {}).items()
    }
    return {
        "version": VERSION,
        "id": a.key,
        "title": a.zh,
        "description": a.description,
        "jobControlOptions": ["sync-execute"],
        "keywords": [a.zh],
        "links": [],
        "inputs": inputs,
        "outputs": {
            "answer": {
                "title": a.zh,
                "schema": {"type": "object", "contentMediaType": "application/json"},
            }
        },
        "example": {"inputs": {}},
    }


class WrongInputError(ProcessorExecuteError):  # type: ignore[misc]
    """An input is wrong or asks too much: the client is told which."""

    http_status_code = HTTPStatus.BAD_REQUEST
    ogc_exception_code = "InvalidParameterValue"


class Processor(BaseProcessor):  # type: ignore[misc]
    """One analysis for one client."""

    def __init__(self, definition: Mapping[str, Any]) -> None:
        self._analysis, self._allowed = ANALYSES[definition["key"]], definition["allowed"]
        super().__init__(definition, _metadata(self._analysis))

    def execute(self, data: Mapping[str, Any], outputs: Any = None) -> tuple[str, Any]:  # noqa: ARG002
        """The answer as JSON."""
        try:
            asked = self._analysis.wanted.model_validate(data)
            return "application/json", asdict(run(self._analysis.key, asked, self._allowed))
        except ValidationError as error:
            fault = error.errors()[0]
            where = ".".join(str(part) for part in fault["loc"])
            raise WrongInputError(user_msg=f"{where}: {fault['msg']}") from error
        except Problem as problem:
            raise WrongInputError(user_msg=str(problem)) from problem
