"""Addresses of the shared networks: where they are served and how much better they are, and training one now."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from cleanheat.diagnosis import queries
from cleanheat.diagnosis.fleet import kept
from cleanheat.diagnosis.models import ModelVersion
from cleanheat.diagnosis.network import in_force
from cleanheat.diagnosis.network.actions import request_network
from cleanheat.diagnosis.network.jobs import KINDS
from cleanheat.infra.scope import require, scope_of
from cleanheat.kernel.quantities import KINDS as ARCHIVED

router = Router(tags=["diagnosis"])
VIEW = "diagnosis.view"


class NetworkQuantity(Schema):
    """Of the caller's own objects: how many were judged, and for how many the correction is served.

    ``mae_ridge``/``mae_network``: mean absolute error in σ on the latest validation block, where it is served;
    ``coverage``: share of that block's hours within the outer quantiles.  Null where there is nothing to average.
    """

    quantity: str
    objects: int
    served: int
    mae_ridge: float | None
    mae_network: float | None
    coverage: float | None


class NetworkOut(Schema):
    """The network beside the version in force of one kind; ``quantities`` empty before any was trained."""

    kind: str
    kind_name: str
    version: int
    quantities: list[NetworkQuantity]


class NetworkIn(Schema):
    kind: Annotated[str, Field(max_length=16)]


class NetworkJob(Schema):
    """``GET /jobs/{job_id}`` tells how far it is."""

    job_id: int


@router.get("/diagnosis/networks", response=list[NetworkOut])
def list_networks(request: HttpRequest) -> Any:
    """One a kind with a version in force."""
    require(request.user, VIEW)
    scope = scope_of(request.user)
    versions = [(kind, queries.adopted(kind)) for kind in KINDS]
    return [_network(kind, version, queries.numbers_of(kind, scope)) for kind, version in versions if version]


@router.post("/diagnosis/networks", response={202: NetworkJob})
def train_network(request: HttpRequest, body: NetworkIn) -> Any:
    """Train a kind's network now, on the history up to now."""
    return Status(202, {"job_id": request_network(request.user, body.kind)})


def _network(kind: str, version: ModelVersion, numbers: np.ndarray) -> dict[str, Any]:
    found = in_force.find(kept.folder_of(settings.DATA_DIR), kind, version.number)
    own = np.zeros(0, bool) if found is None else np.isin(found.ids, numbers)
    rows = [] if found is None else range(len(found.quantities))
    quantities = []
    for row in rows:
        assert found is not None  # noqa: S101 - no rows without
        served = found.served[row] & own
        quantities.append(
            {
                "quantity": found.quantities[row],
                "objects": int(own.sum()),
                "served": int(served.sum()),
                "mae_ridge": _mean(found.mae_ridge[-1, row, served]),
                "mae_network": _mean(found.mae_network[-1, row, served]),
                "coverage": _mean(found.coverage[row, own]),
            }
        )
    return {"kind": kind, "kind_name": ARCHIVED[kind].zh, "version": version.number, "quantities": quantities}


def _mean(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return round(float(known.mean()), 4) if known.size else None
