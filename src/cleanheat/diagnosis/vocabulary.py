"""The words of diagnosis: the operating states a model can find."""

from enum import StrEnum


class State(StrEnum):
    STOPPED = "stopped"

    @property
    def zh(self) -> str:
        return {"stopped": "停供"}[self]
