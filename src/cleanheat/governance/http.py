"""Addresses of governance: materials of trainings; its orders are orders, its records resources."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from cleanheat.governance import trainings
from cleanheat.infra.files.http import FileOut, file_out

router = Router(tags=["governance"])
Id = Annotated[int, Field(ge=1, lt=2**63)]


class Attached(Schema):
    files: Annotated[list[Id], Field(min_length=1, max_length=20)]


@router.get("/governance/trainings/{training_id}/files", response=list[FileOut])
def training_files(request: HttpRequest, training_id: int) -> list[dict[str, Any]]:
    """Materials of a training; the training itself is the resource ``governance.training``."""
    return [file_out(f) for f in trainings.materials(request.user, training_id)]


@router.post("/governance/trainings/{training_id}/files", response=list[FileOut])
def attach_training_files(request: HttpRequest, training_id: int, body: Attached) -> list[dict[str, Any]]:
    """Add materials that were uploaded before."""
    trainings.attach(request.user, training_id, body.files)
    return [file_out(f) for f in trainings.materials(request.user, training_id)]
