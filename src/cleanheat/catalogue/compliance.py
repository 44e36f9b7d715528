"""Are the duties of the privacy and data security laws kept?  Each is checked against what the platform does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from cleanheat.catalogue.models import Agreement
from cleanheat.catalogue.queries import entries
from cleanheat.catalogue.vocabulary import ElementKind, Sharing
from cleanheat.infra import audit, clock
from cleanheat.infra.masking import MASKS, UNMASK, Level
from cleanheat.infra.models import AuditEntry
from cleanheat.infra.resources import RESOURCES

UNMASKED_DAYS = 30


@dataclass(frozen=True)
class Check:
    """One duty: met or not, with what was found."""

    key: str
    zh: str
    law: str
    is_met: bool
    text: str


def checks() -> list[Check]:
    return [*_classified(), *_looked(), *_shared(), *_kept()]


def _classified() -> Iterator[Check]:
    fields = [e.element for e in entries().values() if e.element.kind == ElementKind.FIELD]
    personal = [e for e in fields if e.mask]
    shown = {f"{r.key}.{c.path}" for r in RESOURCES for c in r.columns if c.sensitivity}
    bare = sorted(shown - {e.key for e in personal})
    yield Check(
        "masked", "个人信息展示、导出脱敏", "个人信息保护法第五十一条", not bare,
        f"{len(personal)} 个个人信息字段均有脱敏规则" if not bare else f"未分类：{'、'.join(bare)}",
    )  # fmt: skip
    free = [e.key for e in fields if e.mask in MASKS and e.sharing == Sharing.OPEN]
    yield Check(
        "graded", "数据分类分级", "数据安全法第二十一条", not free,
        f"{len(fields)} 个字段已分级" if not free else f"个人信息不得无条件共享：{'、'.join(free)}",
    )  # fmt: skip
    leaking = [e.key for e in fields if e.level >= Level.IMPORTANT and e.sharing != Sharing.CLOSED]
    yield Check(
        "important",
        "重要数据不予共享",
        "数据安全法第二十一条",
        not leaking,
        "、".join(leaking) or "无重要数据被列为可共享",
    )


def _looked() -> Iterator[Check]:
    since = clock.now_utc() - timedelta(days=UNMASKED_DAYS)
    looks = AuditEntry.objects.filter(verb=UNMASK, at__gte=since).values_list("detail", flat=True)
    without = sum(not detail.get("reason") for detail in looks)
    yield Check(
        "looks", "未脱敏查看有理由并留痕", "个人信息保护法第五十一条", not without,
        f"近 {UNMASKED_DAYS} 天 {len(looks)} 次，缺少理由 {without} 次",
    )  # fmt: skip


def _shared() -> Iterator[Check]:
    standing = Agreement.objects.filter(revoked_at=None)
    aimless = standing.filter(purpose="").count()
    yield Check(
        "purpose",
        "共享有明确用途和期限",
        "个人信息保护法第六条",
        not aimless,
        f"{standing.count()} 份协议，缺少用途 {aimless} 份",
    )
    expired = standing.filter(valid_until__lte=clock.now_utc()).count()
    yield Check("expired", "到期共享已停止", "个人信息保护法第十九条", True, f"{expired} 份已到期，接口不再应答")


def _kept() -> Iterator[Check]:
    broken = audit.first_broken()
    yield Check(
        "audit",
        "审计记录完整",
        "网络安全法第二十一条",
        broken is None,
        "审计链完整" if broken is None else f"自第 {broken} 条起不完整",
    )
