"""Governance in the browser: a value is judged, a company answers an order with a picture, a training is kept."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import httpx
import pytest

from tools.platform_process import RunningPlatform

SETTINGS = "cleanheat.config.settings"
RAISE = """
import django
django.setup()
from django.contrib.auth import get_user_model
from cleanheat.alerts.models import Alert
from cleanheat.orders.raising import raise_by_hand
from cleanheat.infra import clock
from cleanheat.kernel.time import ManualClock
clock.install(ManualClock({now}))
at = clock.now_utc()
company = get_user_model().objects.get(username="{company}").organisation_id
found = Alert.objects.create(
    source="quality.drift_temp", object_kind="unit", object_number=5, object_name="5号机组", level=3,
    text="温度传感器漂移超限", since_at=at, first_at=at, last_at=at, company_id=company, is_live=False,
)
print(raise_by_hand(get_user_model().objects.get(username="{city}"), [found.pk], "", "请核查", []).pk)
"""


@pytest.fixture
def order(platform: RunningPlatform, cast: dict[str, dict[str, str]]) -> int:
    """An order to the cast's company about one of its alerts."""
    names = {"company": cast["company.dispatcher"]["username"], "city": cast["city.dispatcher"]["username"]}
    env = {**os.environ, "CLEANHEAT_DATA_DIR": str(platform.data_dir), "DJANGO_SETTINGS_MODULE": SETTINGS}
    now = httpx.get(f"{platform.url}/api/v1/session").json()["clock"]["now"]
    done = subprocess.run(
        [sys.executable, "-c", RAISE.format(now=now, **names)], capture_output=True, text=True, env=env, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return int(done.stdout.split()[-1])


@pytest.mark.feature("C11-2")
def test_a_value_is_traced_judged_and_the_judgement_undone(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    found = browse("governance", cast["city.dispatcher"], walk="trace")
    assert "到达" in found["judged"]
    assert "数据正常 现场比对，读数正确" in found["judged"]
    assert "撤销核定" not in found["undone"]


@pytest.mark.feature("A6-3")
def test_a_company_answers_an_order_with_a_picture(browse: Any, cast: dict[str, dict[str, str]], order: int) -> None:
    found = browse("governance", cast["company.dispatcher"], walk="answer", order=order)
    assert found["faults"] == ["请填写原因", "请填写处理措施", "请填写说明"]
    assert "不支持的文件类型" in found["refusal"]
    assert all(word in found["newest"] for word in ("反馈", "平台核验", "传感器故障", "更换温度传感器", "现场.png"))
    assert found["shown"] == 8


@pytest.mark.feature("A8-1")
def test_a_training_keeps_its_materials(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    assert "讲义.png" in browse("governance", cast["city.administrator"], walk="training")["shelf"]


@pytest.mark.feature("A4-4", "A6-1")
def test_the_board_and_the_uploads_say_what_the_platform_knows(browse: Any, cast: dict[str, dict[str, str]]) -> None:
    found = browse("governance", cast["district.reader"], walk="look")
    assert found["board"] == [str(n) for n in found["told"]]
    assert "静默对象" in found["uploads"]
