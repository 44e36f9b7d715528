"""Which flow do governance orders follow?  Declared once, by its key."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

from cleanheat.infra.flow.versions import FLOWS, Flow

ORDER: Final = "governance.order"
ORDER_FLOW = FLOWS.add(
    Flow(
        ORDER,
        Path(str(files("cleanheat.governance").joinpath("order_flow.toml"))),
        view_permission="governance.view",
        edit_permission="governance.configure",
    )
)
