"""A flow to test the engine with, and the people of the small city who take its steps."""

from cleanheat.infra.flow.definition import from_toml

TEXT = """
key = "test.repair"
zh = "测试流程"
initial = ["wait"]
states = [
  { key = "wait", zh = "待接收" },
  { key = "work", zh = "处置中" },
  { key = "check", zh = "核验" },
  { key = "rest", zh = "挂起", pauses = true },
  { key = "done", zh = "办结", is_final = true },
]
counters = [{ key = "fails", zh = "未通过", cap = 2 }, { key = "backs", zh = "退回", cap = 1 }]
[[transitions]]
key = "take"
zh = "接收"
starts = ["wait"]
to = "work"
permission = "governance.handle"
who = [{ relation = "holder", roles = ["dispatcher", "administrator"] }]
[[transitions]]
key = "hand"
zh = "指派"
starts = ["wait", "work"]
to = "wait"
permission = "governance.handle"
who = [{ relation = "holder", levels = ["company"], roles = ["dispatcher"] }]
receiver = "chosen"
form = [{ key = "to", zh = "单位", type = "organisation" }]
[[transitions]]
key = "report"
zh = "反馈"
starts = ["work"]
to = "check"
permission = "governance.handle"
who = [{ relation = "holder" }]
needs_note = true
least_files = 1
form = [{ key = "share", zh = "完成比例", type = "number", low = 0, high = 1 }]
guard = "完成比例 >= 0.5"
[[transitions]]
key = "good"
zh = "通过"
starts = ["check"]
to = "done"
[[transitions]]
key = "bad"
zh = "不通过"
starts = ["check"]
to = "work"
counts = "fails"
capped_to = "done"
[[transitions]]
key = "back"
zh = "打回"
starts = ["work"]
to = "wait"
permission = "governance.dispatch"
who = [{ relation = "regulator" }]
counts = "backs"
[[transitions]]
key = "pause"
zh = "挂起"
starts = ["work"]
to = "rest"
permission = "governance.dispatch"
who = [{ relation = "regulator" }]
[[transitions]]
key = "go_on"
zh = "恢复"
starts = ["rest"]
to = "work"
permission = "governance.dispatch"
who = [{ relation = "regulator" }]
[[transitions]]
key = "ask"
zh = "申请延期"
starts = ["work"]
permission = "governance.handle"
who = [{ relation = "holder" }]
asks = "extension"
form = [{ key = "hours", zh = "小时", type = "number", low = 1, high = 48 }]
[[transitions]]
key = "grant"
zh = "同意延期"
starts = ["work"]
permission = "governance.dispatch"
who = [{ relation = "regulator" }]
answers = "extension"
extends = "finish"
[[transitions]]
key = "stop"
zh = "作废"
starts = ["wait", "work", "check"]
to = "done"
permission = "governance.dispatch"
who = [{ relation = "regulator" }]
[[clocks]]
key = "accept"
zh = "接收时限"
states = ["wait"]
minutes = [15, 30, 60, 120]
stages = [
  { key = "near", zh = "将到期", does = "remind", share = 0.5 },
  { key = "over", zh = "超时", does = "overdue" },
]
[[clocks]]
key = "finish"
zh = "处置时限"
states = ["work"]
minutes = [60, 120, 240, 480]
stages = [
  { key = "over", zh = "超时", does = "overdue" },
  { key = "up", zh = "上报", does = "escalate", after_min = 30 },
]
"""
FLOW = from_toml(TEXT)
