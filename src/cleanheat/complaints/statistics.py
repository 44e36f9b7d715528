"""How many complaints hold, whose, of which type, and why?"""

from __future__ import annotations

from collections import Counter
from typing import Any

from cleanheat.complaints.queries import counts_by, tickets
from cleanheat.complaints.vocabulary import Category, Reason, Validity
from cleanheat.infra.scope import Scope

NAMES = {
    Validity.VALID: "valid",
    Validity.DOUBTFUL: "doubtful",
    Validity.INVALID: "invalid",
    Validity.UNJUDGED: "unjudged",
}


def validity_statistics(scope: Scope, start: int, end: int) -> dict[str, Any]:
    rows = tickets(scope, start, end)
    by_company = counts_by(rows, "company_id", "company__short_name", "validity")
    by_category = counts_by(rows, "category", "validity")
    reasons: Counter[str] = Counter()
    for said in rows.order_by().values_list("reasons", flat=True).iterator(chunk_size=5_000):
        reasons.update(said)
    return {
        "start": start,
        "end": end,
        **_split({v: n for (v,), n in counts_by(rows, "validity").items()}),
        "by_company": sorted(_companies(by_company), key=lambda row: (-row["total"], row["company"])),
        "by_category": [
            {"category": c.value, "zh": c.label, **_split({v: n for (k, v), n in by_category.items() if k == c})}
            for c in Category
        ],
        "by_reason": [{"reason": r, "zh": Reason(r).label, "count": n} for r, n in reasons.most_common()],
    }


def _companies(counts: dict[tuple[Any, ...], int]) -> list[dict[str, Any]]:
    found = []
    for company in sorted({(i, name) for i, name, _ in counts}, key=lambda c: c[0] or 0):
        split = _split({v: n for (i, _, v), n in counts.items() if i == company[0]})
        judged = split["total"] - split["unjudged"]
        ratio = round(split["valid"] / judged, 4) if judged else None
        found.append({"company_id": company[0], "company": company[1] or "未匹配", **split, "valid_ratio": ratio})
    return found


def _split(counts: dict[str, int]) -> dict[str, int]:
    named = {name: counts.get(validity, 0) for validity, name in NAMES.items()}
    return {"total": sum(named.values()), **named}
