"""What is refused at the door, with which answer: one table behind problem documents, counters and protocol page.

``status`` 0 marks what is left out of a batch that is otherwise accepted: a value, a column, a row, a block.
"""

from __future__ import annotations

from dataclasses import dataclass

from cleanheat.kernel.errors import Problem
from cleanheat.kernel.registry import Registry


@dataclass(frozen=True)
class Refusal:
    """One reason: ``key`` is the stable code, ``zh`` the title people see, ``en`` what a sender's programmer reads."""

    key: str
    status: int
    zh: str
    en: str

    @property
    def is_partial(self) -> bool:
        return self.status == 0


@dataclass
class Flooded(Problem):
    """Too much for now: come again after ``retry_after_s``."""

    retry_after_s: int = 1


REFUSALS: Registry[Refusal] = Registry("refusal")

for _row in (
    (
        "malformed-envelope",
        400,
        "报文封装无法识别",
        "the 18 header bytes are missing, truncated or not of this version",
    ),
    ("wrong-path", 400, "报文发到了错误的地址", "columns go to /ingest/batches, rows to /ingest/rows"),
    ("malformed-batch", 400, "报文内容无法解析", "opened, but not zstd, MessagePack or JSON of the described shape"),
    ("header-mismatch", 400, "报文内外不一致", "sender or sequence inside the seal differ from the header"),
    ("unknown-sender", 401, "发送方未登记", "no such sender, or it has not enrolled a public key"),
    ("unknown-key", 401, "会话密钥不存在", "this key id was never issued to this sender: exchange a new key"),
    ("key-expired", 401, "会话密钥已过期", "exchange a new key and seal the batch again"),
    ("bad-token", 401, "访问令牌无效", "the bearer token of the plain JSON variant is wrong"),
    ("bad-challenge", 401, "质询已失效", "the challenge is older than five minutes, was used, or is not ours"),
    ("sender-disabled", 403, "发送方已停用", "the sender is known but switched off by the platform"),
    ("bad-seal", 403, "报文校验失败", "the tag does not fit: another sender's key, another address, or changed bytes"),
    ("bad-signature", 403, "签名验证失败", "the SM2 signature does not fit the message and the enrolled public key"),
    ("bad-enrolment-code", 403, "登记码无效", "the enrolment code is wrong, used or expired"),
    ("tls-required", 403, "必须使用加密连接", "plain rows and tokens travel over HTTPS only"),
    ("sequence-conflict", 409, "序号已被占用", "this sequence number already carried other content: use a new one"),
    ("sequence-too-old", 409, "序号过旧", "the number is 4,096 or more behind the newest: use next_sequence"),
    ("body-too-large", 413, "报文过大", "more bytes than the limit"),
    ("unpacked-too-large", 413, "报文解压后过大", "more bytes after unpacking than the limit"),
    ("too-many-rows", 413, "报文行数过多", "more rows than the limit: split the batch"),
    ("minute-too-early", 422, "时间超前", "the minute lies further ahead of the platform's clock than allowed"),
    ("minute-too-late", 422, "时间过旧", "the minute lies further back than allowed: hand it in as a history file"),
    ("unusable-key", 422, "密钥无法使用", "not an SM2 public key, or a session key that cannot be read"),
    ("too-many-requests", 429, "请求过于频繁", "wait the seconds in Retry-After"),
    ("storage-full", 507, "存储空间不足", "nothing was kept: send the same batch again later"),
    ("block-malformed", 0, "数据块无法解析", "one kind's block is not {ids, columns} or its ids are not 4 bytes each"),
    ("unknown-kind", 0, "未知对象类别", "no such kind: its block is left out"),
    ("unknown-signal", 0, "未知信号", "this kind has no such signal: the column (in JSON: the value) is left out"),
    ("column-malformed", 0, "数据列长度错误", "not (number of ids × width) bytes: the column is left out"),
    ("row-malformed", 0, "数据行无法解析", "JSON: no object, no code or number, or a time that cannot be read"),
    ("unknown-object", 0, "对象不存在", "no such number of this kind: the row is left out"),
    ("foreign-object", 0, "对象不属于发送方", "the object belongs to another sender: the row is left out"),
    ("duplicate-object", 0, "对象重复", "the same object twice in one block: the first stays"),
    ("bad-value", 0, "数值无法解析", "JSON: neither a number nor null: the value counts as missing"),
    ("value-out-of-width", 0, "数值超出位宽", "JSON: the scaled value does not fit its integer: it counts as missing"),
    (
        "row-minute-refused",
        0,
        "行时间超出范围",
        "JSON: this row's own minute is outside the limits: the row is left out",
    ),
):
    REFUSALS.add(Refusal(*_row))
REFUSALS.freeze()


def refuse(key: str, detail: str = "", field: str = "") -> Problem:
    """The problem document of a refused batch or request."""
    refusal = REFUSALS[key]
    return Problem(refusal.status, refusal.key, refusal.zh, detail, field)


def flooded(retry_after_s: float) -> Flooded:
    refusal = REFUSALS["too-many-requests"]
    wait = max(1, int(-(-retry_after_s // 1)))
    return Flooded(refusal.status, refusal.key, refusal.zh, f"retry after {wait} s", "", retry_after_s=wait)
