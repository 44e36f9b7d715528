"""What things are called: invented names that sound right, each used once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

_COMPANY = (
    "暖源", "春晖", "恒温", "润暖", "瑞阳", "宏暖", "嘉热", "华暖", "融春", "盛暖", "安暖", "泰热", "兴暖", "佳阳",
    "永热", "惠暖",
    "明曦", "启暖", "金阳", "银河暖通", "凯暖", "丰热", "天暖", "和暖", "益暖", "晨曦", "博热", "中暖", "远暖",
    "龙暖", "汇暖", "禾暖",
    "鼎热", "隆暖", "信暖", "慧暖", "沐阳", "众暖", "诚热", "利暖", "优暖", "同暖", "新暖", "康热", "星暖", "辰暖",
    "悦暖", "顺热",
    "坤暖", "普暖", "世暖", "宝暖", "长暖", "茂热", "祥暖", "锦暖", "达暖", "宁热", "广暖", "奥暖", "联暖", "万暖",
    "德暖", "福热",
    "景暖", "清暖", "百暖", "正暖", "北辰暖", "雪松", "红杉暖", "白桦",
)  # fmt: skip
_ESTATE_FIRST = (
    "御景", "翠湖", "金色", "阳光", "富苑", "长影", "万福", "滨河", "中海", "国信", "锦绣", "天富", "华亿", "亚泰",
    "绿地", "恒大", "保利",
    "融景", "吉盛", "新星", "明珠", "东方", "南溪", "北湖", "西湖", "净月", "紫荆", "香榭", "枫林", "丁香", "玉兰",
    "云杉", "银杏", "柳岸",
    "听雨", "望江", "伊河", "春江", "松江", "龙翔", "凤凰", "鸿运", "瑞丰", "嘉和", "康泰", "和平", "永安", "安达",
    "兴华", "建工", "铁路",
    "一汽", "客车", "柴油机", "棉纺", "机床", "电影", "光机", "师大", "工大", "医大", "地质", "邮电", "粮食",
    "电力", "水利", "林业", "烟草",
)  # fmt: skip
_ESTATE_SECOND = (
    "花园", "名城", "家园", "华府", "新城", "小区", "公寓", "雅居", "上城", "国际", "佳园", "嘉园", "景苑", "豪庭",
    "花都", "湾", "首府", "庄园",
    "郡", "名都", "水岸", "尚品", "御园", "阳光里", "经典", "春天", "云庭", "天地", "世家", "学府", "文苑", "丽都",
    "和园", "悦府", "东区", "西区",
)  # fmt: skip
_ESTATE_OLD = ("宿舍", "家属院", "住宅区", "小区", "新村", "一条", "二条", "大院", "里", "胡同小区", "楼区", "工房")
_PLACE_FIRST = (
    "永", "兴", "春", "明", "安", "和", "长", "德", "荣", "吉", "光", "富", "桂", "清", "新", "东", "西", "南",
    "北", "青", "临", "锦", "团", "全",
    "民", "正", "站", "曙", "红", "建", "平", "庆", "通", "福", "宋", "鸿", "双", "八",
)  # fmt: skip
_PLACE_SECOND = (
    "昌", "盛", "江", "春", "山", "宁", "阳", "城", "湖", "林", "丰", "泉", "河", "源", "顺", "旺", "远", "达",
    "平", "安", "广", "德", "祥", "华",
    "里", "门", "桥", "岗", "湾", "台", "岭", "泰",
)  # fmt: skip
_TOWN_SECOND = (
    "家",
    "胜",
    "化",
    "龙",
    "田",
    "井",
    "甸",
    "沟",
    "岭",
    "河",
    "山",
    "台",
    "坨",
    "城",
    "荒",
    "营",
    "站",
    "桥",
    "泉",
    "林",
)
_VILLAGE_LAST = ("屯", "窝堡", "村", "沟", "岭", "店", "岗", "甸子", "洼子", "窑", "营子", "房子", "井子", "泡", "林子")
_FAMILY = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛"
    "叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔"
    "贺赖龚文"
)


def _once(rng: np.random.Generator, *parts: tuple[str, ...] | str) -> Iterator[str]:
    """All combinations in a random order, then all again with 二, 三 … behind them."""
    names = ["".join(p) for p in product(*parts)]
    order = rng.permutation(len(names))
    yield from (names[i] for i in order)
    for again in "二三四五六七八九":
        yield from (f"{names[i]}{again}" for i in order)


def companies(rng: np.random.Generator, n: int) -> list[str]:
    """Short names of heating companies: ``暖源热力``."""
    return [f"{_COMPANY[i]}热力" for i in rng.permutation(len(_COMPANY))[:n]]


def estates(rng: np.random.Generator, years: np.ndarray) -> list[str]:
    """Residential communities: new ones sound like brochures, old ones like the works that built them."""
    new = _once(rng, _ESTATE_FIRST[:50], _ESTATE_SECOND)
    old = _once(rng, tuple(a + b for a, b in product(_PLACE_FIRST, _PLACE_SECOND)) + _ESTATE_FIRST[50:], _ESTATE_OLD)
    used: set[str] = set()
    found = []
    for year in years.tolist():
        source = old if year < 1_998 else new
        name = next(n for n in source if n not in used)
        used.add(name)
        found.append(f"{name}期" if name[-1] in "二三四五六七八九" else name)
    return found


def urban_streets(rng: np.random.Generator) -> Iterator[str]:
    return (f"{name}街道" for name in _once(rng, _PLACE_FIRST, _PLACE_SECOND))


def townships(rng: np.random.Generator) -> Iterator[str]:
    for i, name in enumerate(_once(rng, tuple(_PLACE_FIRST + tuple("万黄杨姜范米葛岔巴伏")), _TOWN_SECOND)):
        yield f"{name}{'镇' if i % 3 else '乡'}"


def villages(rng: np.random.Generator) -> Iterator[str]:
    return _once(
        rng,
        tuple(f"{f}家" for f in _FAMILY) + tuple(a + b for a, b in product("东西南北前后大小", _FAMILY)),
        _VILLAGE_LAST,
    )


def neighbourhoods(rng: np.random.Generator) -> Iterator[str]:
    return (f"{name}社区" for name in _once(rng, _PLACE_FIRST, _PLACE_SECOND))
