"""The verdicts in Chinese: words by one table, sentences by one form for each part of a claim.

A rule says its finding in English (`Outcome.says`). Here stands, for each part, the form of that
sentence with its numbers as fields, and the Chinese sentence with the same fields: no number is
typed or computed a second time. A sentence that no form fits stays English and is marked so; a
test says that none is left.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from html import escape
from typing import Any

import pandas as pd

from rare_earths.claims.cards import bundle, computed
from rare_earths.claims.engine import UNTESTABLE, Verdict

LANGUAGE = "zh-Hans"

# Every word that an English card uses for its result.
WORDS = {
    # verdicts
    "supported": "得到支持",
    "supported in part": "部分得到支持",
    "outdated": "已过时",
    "not supported": "未得到支持",
    "contradicted": "与证据相反",
    "cannot be tested on open data": "公开数据无法检验",
    "not yet tested": "尚未检验",
    # findings of parts
    "holds": "成立",
    "holds in part": "部分成立",
    "held once, no longer": "曾经成立，现已不成立",
    "does not hold": "不成立",
    "the opposite holds": "事实相反",
    "cannot be tested": "无法检验",
    # evidence, agreement, certainty
    "limited evidence": "证据有限",
    "medium evidence": "证据中等",
    "robust evidence": "证据确凿",
    "low agreement": "一致性低",
    "medium agreement": "一致性中等",
    "high agreement": "一致性高",
    "very low": "极低",
    "low": "低",
    "moderate": "中等",
    "high": "高",
    # reasons why the certainty is below high
    "single lineage": "关键数字只有一个独立来源",
    "inconsistent": "换用其他合理口径，判定会变",
    "imprecise": "数字不够精确，误差足以跨过界限",
    "biased": "关键数字只见于转引",
    "indirect": "以间接指标代替，或有一部分无法检验",
}

# How firmly the verdict is said, by its certainty.
SENTENCES = {
    "high": "这条说法{word}。",
    "moderate": "这条说法很可能{word}。",
    "low": "把握不大，暂且判为{word}。",
    "very low": "依现有证据还不能断言；按既定规则，判为{word}。",
}

NAMES = {
    "Australia": "澳大利亚",
    "Brazil": "巴西",
    "European Union": "欧盟",
    "India": "印度",
    "Japan": "日本",
    "Malaysia": "马来西亚",
    "Myanmar": "缅甸",
    "Russia": "俄罗斯",
    "United States": "美国",
    "Vietnam": "越南",
    "the United States": "美国",
    "the European Union": "欧盟",
    "the United States, Japan and Australia": "美国、日本和澳大利亚",
    "China Northern": "北方稀土",
    "MP (United States)": "美国MP公司",
}

CHAPTERS = {
    "01-reserves": "储量与产量",
    "02-environment": "环境",
    "03-industry": "产业",
    "04-trade": "贸易",
    "05-rivals": "竞争对手",
    "06-technology-policy": "技术与政策",
    "07-demand-utilisation": "需求与利用",
    "08-outlook": "展望",
}

# The claims of data/claims.csv, and their parts, in our translation.
CLAIMS = {
    "C01": "中国的稀土储量居世界首位，而其稀土强国的地位正面临风险",
    "C02": "2020年，中国占全球稀土储量的36.7%，占全球产量的58.3%",
    "C03": "几十年的开采已使资源大量耗减，能给后代留下多少成了疑问",
    "C04": "开采须用大量化学品，污染严重，南方矿区尤甚",
    "C05": "地下水和土壤受到污染，监测显示地下水正在酸化",
    "C06": "行业分散在一百多家小型采矿企业手中，效率不如美国等地的集中经营",
    "C07": "技术进步少、协作少，拖累了效益和竞争力",
    "C08": "美国、日本等国投资新矿并培养人才",
    "C09": "中国是最大的稀土出口国，高端产品却仍依赖进口",
    "C10": "2022年，中国出口了全球80%的稀土，却进口了近60%的高端稀土产品",
    "C11": "安徽、福建建设集中的产业园区，以提高效率、达到环保要求",
    "C12": "前期投入大、研发周期长、风险高，拖慢了创新，因此须以政策淘汰低端产能",
    "C13": "新能源汽车推高永磁体需求，其增速超过了开采效率的提高",
    "C14": "中国只利用了约一半的资源，因而一半的价值被浪费",
}
STATEMENTS = {
    "C01a": "中国的稀土储量居各国之首",
    "C01b": "这一地位面临风险",
    "C02a": "2020年中国占全球储量的36.7%",
    "C02b": "2020年中国占全球产量的58.3%",
    "C03a": "几十年的开采已使资源耗减",
    "C03b": "能给后代留下多少成了疑问",
    "C04a": "开采造成严重污染",
    "C04b": "南方矿区尤甚",
    "C04c": "开采须用大量化学品",
    "C05a": "矿区附近的地下水受到污染",
    "C05b": "土壤受到污染",
    "C05c": "监测显示地下水正在酸化",
    "C06a": "采矿的小企业有一百多家",
    "C06b": "行业分散",
    "C06c": "集中程度低于美国的采矿业",
    "C06d": "效率低于国外的集中经营",
    "C07a": "技术进步少",
    "C07b": "协作少",
    "C07c": "这拖累了效益",
    "C08a": "竞争对手投资新矿",
    "C08b": "竞争对手着力培养人才",
    "C08c": "培养的人数在增加",
    "C09a": "中国是最大的稀土出口国",
    "C09b": "高端产品依赖进口",
    "C09c": "每千克进口货比出口货值钱",
    "C10a": "2022年中国出口了全球80%的稀土",
    "C10b": "2022年中国进口了近60%的高端稀土产品",
    "C11a": "安徽、福建正在建设集中的稀土园区",
    "C11b": "园区提高了效率",
    "C11c": "园区有助于达到环保要求",
    "C12a": "前期投入、研发周期和风险都偏高",
    "C12b": "没有扶持，清洁工艺就建不起来",
    "C13a": "新能源汽车推高永磁体需求",
    "C13b": "需求的增长快于开采效率的提高",
    "C14a": "中国利用了约一半的资源",
    "C14b": "因而一半的价值被浪费",
}

# For each part the sentence of its rule, field by field, and the Chinese one. The letter after the
# colon says what a field holds, see FIELDS.
FORMS: dict[str, dict[str, str]] = {
    "C01a": {
        "China has {a:M}, the next, {who:N}, {b:M}: {r:n} times as much.": (
            "中国有{a}，居次的{who}有{b}，前者是后者的{r}倍。"
        )
    },
    "C01b": {
        "After output to {y:y} China would have {a:M} of today's reserves, {who:N} {b:M}.": (
            "照推算的产量采到{y}年，今日的储量中国还剩{a}，{who}还剩{b}。"
        )
    },
    "C02a": {"{a:M} of {b:M} is {s:p}.": "中国{a}，全球{b}，占{s}。"},
    "C02b": {"{a:t} of {b:t} is {s:p}.": "中国{a}，全球{b}，占{s}。"},
    "C03a": {
        "{a:M} were taken, {b:M} stood in the inventory: {s:p} of the whole.": (
            "已采出{a}，账面上还有{b}，采出的占两者之和的{s}。"
        )
    },
    "C03b": {
        "At {a:t} a year and growth of {g:p} what is left lasts {y:n} years.": (
            "若每年开采{a}、年增{g}，剩下的可采{y}年。"
        )
    },
    "C04a": {
        "In water at the mine the typical ammonia nitrogen is {v:n} mg/L, {r:n} times the {l:n} "
        "mg/L beyond which pollution is severe.": (
            "矿区水体中氨氮的典型浓度为{v}毫克/升，是重度污染界限（{l}毫克/升）的{r}倍。"
        )
    },
    "C04b": {
        "The south has {r:n} times the damaged land for each tonne of yearly quota.": (
            "按每吨年度配额计，南方损毁的土地是北方的{r}倍。"
        )
    },
    "C04c": {
        "In-situ leaching takes {a:n} to {b:n} tonnes of ammonium salts for a tonne of oxides, as "
        "{n:w} origins state.": "原地浸矿每产出一吨氧化物，要用{a}至{b}吨铵盐（{n}个独立来源）。"
    },
    "C05a": {
        "{a:w} of {b:w} studies find most samples over the limit; undecided: {c:w}; unaffected: "
        "{d:w}.": "{b}项研究中，{a}项测得多数样本超标，{c}项难以判定，{d}项未见影响。"
    },
    "C05b": {
        "{a:w} of {b:w} studies find soil with {m:n} times its control or more.": (
            "{b}项研究中，{a}项测得的土壤含量达到对照的{m}倍以上。"
        )
    },
    "C05c": {
        "No place in the evidence has the pH of its groundwater measured twice.": (
            "所收资料中，没有一处地下水的酸碱度先后测过两次。"
        ),
        "At {a:w} of {b:w} places the pH of the groundwater fell.": (
            "测过两次的{b}处中，{a}处地下水的酸碱度下降。"
        ),
    },
    "C06a": {
        "Mining licences: {a:n} in {y:y}; the largest count before was {b:n}.": (
            "采矿许可证在{y}年有{a}个，此前最多时有{b}个。"
        )
    },
    "C06b": {
        "The index of the quota is {v:n} in {y:y}; under {a:n} it would be fragmented, from {b:n} "
        "on it is highly concentrated.": (
            "{y}年按配额计算的赫芬达尔—赫希曼指数为{v}；低于{a}算分散，{b}以上算高度集中。"
        )
    },
    "C06c": {
        "China {a:n}, the United States, with {m:w} mine, near {b:n}.": (
            "同一指数，中国为{a}；美国只有{m}座矿，接近{b}。"
        )
    },
    "C06d": {
        "{f:N} {a:p}, {g:N} {b:p} of revenue as gross margin, {y:y} to {z:y}.": (
            "{y}至{z}年的毛利率，{f}为{a}，{g}为{b}。"
        )
    },
    "C07a": {
        "{f:N} {a:p}, {g:N} {b:p} of revenue ({y:y} to {z:y}): {r:n} times as much.": (
            "{y}至{z}年研发支出占收入的比重，{f}为{a}，{g}为{b}，前者是后者的{r}倍。"
        )
    },
    "C07b": {
        "No figure of joint patents or joint projects was found, only abstracts without numbers.": (
            "没有找到联合专利或联合项目的数字，只有不含数字的摘要。"
        )
    },
    "C07c": {
        "The price of neodymium oxide explains {s:p} of the moves of {f:N}'s gross margin in {n:n} "
        "years ({c:p} interval {l:p} to {h:p}).": (
            "{n}年间，{f}毛利率的变动有{s}可由氧化钕的价格解释（{c}置信区间为{l}至{h}）。"
        )
    },
    "C08a": {
        "Mine capacity that {who:N} added or paid for is at least {a:t} a year, {s:p} of the {b:t} "
        "used in {y:y}.": "{who}新增或出资兴建的矿山产能每年至少{a}，相当于{y}年用量{b}的{s}。",
        "Mine capacity that {who:N} added or paid for is {a:t} a year, {s:p} of the {b:t} used in "
        "{y:y}.": "{who}新增或出资兴建的矿山产能为每年{a}，相当于{y}年用量{b}的{s}。",
    },
    "C08b": {
        "Programmes stand in {a:w} of {b:w}: {list:N}.": (
            "{b}个国家和地区中，{a}个已有培养计划：{list}。"
        )
    },
    "C08c": {
        "United States, bachelor's, {y:y} to {z:y}: {a:n}, then {b:n}, a change of {c:p}.": (
            "美国采矿工程学士，{y}年为{a}人，{z}年为{b}人，变动{c}。"
        )
    },
    "C09a": {
        "China exported {a:D} of compounds without cerium, and metals in {y:y}, {who:N} {b:D} "
        "(BACI, value); the ratio is {r:n}. China last came first in {z:y} (BACI, value).": (
            "{y}年中国出口不含铈的化合物和金属{a}，{who}出口{b}，前者是后者的{r}倍；"
            "中国最后一次居首是{z}年（BACI数据，按金额）。"
        ),
        "China exported {a:D} of compounds without cerium, and metals in {y:y}, {who:N} {b:D} "
        "(BACI, value); the ratio is {r:n}.": (
            "{y}年中国出口不含铈的化合物和金属{a}，{who}出口{b}，前者是后者的{r}倍"
            "（BACI数据，按金额）。"
        ),
    },
    "C09b": {
        "China imported {a:t} of all metal magnets in {y:y} and exported {b:t}: imports are {s:p} "
        "of exports.": "{y}年中国进口各类金属永磁体{a}，出口{b}，进口只相当于出口的{s}。"
    },
    "C09c": {
        "In {y:y} a kilogram of all metal magnets cost {a:d} coming in and {b:d} going out: {r:n} "
        "times.": ("{y}年各类金属永磁体每千克的均价，进口为{a}，出口为{b}，前者是后者的{r}倍。")
    },
    "C10a": {
        "China's share of world exports of magnets in {y:y} is {s:p} (BACI, value).": (
            "{y}年世界永磁体出口中，中国占{s}（BACI数据，按金额）。"
        )
    },
    "C10b": {
        "China's imports of all metal magnets in {y:y} are at most {s:p} of China's use, by "
        "weight.": "{y}年中国进口的各类金属永磁体，按重量至多占国内用量的{s}。"
    },
    "C11a": {
        "New rare earth projects since {y:y}: Fujian {a:C}, Anhui {b:C}; {c:C} are needed.": (
            "{y}年以来新建的稀土项目，福建为{a}，安徽为{b}；达到{c}才算成立。"
        )
    },
    "C11b": {
        "No figure compares a plant inside these parks with a like plant outside.": (
            "没有数字可以比较园区内外的同类工厂。"
        )
    },
    "C11c": {
        "No figure was found of a shared treatment plant, a discharge or compliance in these "
        "parks.": "没有找到园区内集中治污、排放或达标情况的数字。"
    },
    "C12a": {
        "First cost {a:p} of a year's sales, {b:n} years from laboratory to works, no outcome of "
        "the cost: {c:w} of {d:w} obstacles are high.": (
            "前期投入为一年销售额的{a}，从实验室到投产用了{b}年，实际造价未见公布；"
            "{d}项障碍中有{c}项偏高。"
        )
    },
    "C12b": {
        "Modelled: the change is worth {a:p} of its cost and earns a return of {b:p} a year, where "
        "{c:p} is asked: support of {d:p} of its cost is needed.": (
            "据模型估算，改用清洁工艺的净现值为投资的{a}，年收益率{b}，低于要求的{c}，"
            "需补贴投资的{d}。"
        ),
        "Modelled: the change is worth {a:p} of its cost and earns a return of {b:p} a year, where "
        "{c:p} is asked: it pays.": (
            "据模型估算，改用清洁工艺的净现值为投资的{a}，年收益率{b}，要求的是{c}，不需补贴。"
        ),
    },
    "C13a": {
        "From {y:y} to {z:y} vehicles took {a:p} of the growth of magnet output; in {x:y} they "
        "took {b:p} of its level.": (
            "{y}至{z}年，永磁体产量的增量有{a}用于新能源汽车；{x}年的产量有{b}用于新能源汽车。"
        )
    },
    "C13b": {
        "Vehicles added {a:k} of NdPr oxide; the largest possible gain is {b:k}.": (
            "新能源汽车一年的镨钕氧化物需求增加了{a}；回收率若提到极限，可多得{b}。"
        )
    },
    "C14a": {
        "{a:p} of the rare earths in the ore mined pass from ore to separated oxide (quota of "
        "{y:y}; rates reported in {z:y}).": (
            "采出矿石所含的稀土，有{a}最终成为分离后的氧化物（产量结构按{y}年配额，"
            "各环节回收率为{z}年所报）。"
        )
    },
    "C14b": {
        "Of the rare earths mined at Bayan Obo up to {y:y}, {a:p} count as wasted if the tailings "
        "are a stock that can still be won.": (
            "到{y}年为止白云鄂博采出的稀土，若把尾矿看作仍可回收的存量，算作浪费的占{a}。"
        )
    },
}

_COUNTS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
COUNTS = {word: str(count) for count, word in enumerate(_COUNTS.split())}


def plain(value: Decimal | str) -> str:
    """Digits without separators or trailing zeros that multiplication left behind: 4400, 1.2."""
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def large(value: Decimal | float | str, unit: str) -> Decimal | str:
    """A quantity counted as Chinese counts, in 万 (ten thousand) and 亿 (a hundred million).

    :param value: in single units, for instance tonnes
    :param unit: what is counted, as 吨 or 元
    """
    exact = Decimal(str(value))
    for size, sign in ((Decimal(10**8), "亿"), (Decimal(10**4), "万")):
        if abs(exact) >= size:
            return f"{plain(exact / size)}{sign}{unit}"
    return f"{plain(exact)}{unit}"


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _name(text: str) -> str:
    """A name, or several with commas between them, in Chinese; KeyError if one has none."""
    return NAMES[text] if text in NAMES else "、".join(NAMES[part] for part in text.split(", "))


_DIGITS = r"[\d,]*\d(?:\.\d+)?"
# What a field holds: how it looks in English, its value in the first brackets, and how that value
# is said in Chinese.
FIELDS: dict[str, tuple[str, Callable[[str], str]]] = {
    "n": (f"({_DIGITS})", lambda text: text.replace(",", "")),
    "w": (r"([A-Za-z]+|\d+)", lambda text: COUNTS.get(text.lower(), text)),
    "y": (r"(\d{4})", str),
    "p": (f"(−?{_DIGITS}%)", lambda text: text.replace(",", "")),
    "t": (f"({_DIGITS}) tonnes", lambda text: str(large(_number(text), "吨"))),
    "k": (f"({_DIGITS}) thousand tonnes", lambda text: str(large(_number(text) * 1000, "吨"))),
    "M": (f"({_DIGITS}) million tonnes", lambda text: str(large(_number(text) * 10**6, "吨"))),
    "d": (rf"US\$({_DIGITS})", lambda text: f"{text}美元"),
    "D": (rf"US\$({_DIGITS}) million", lambda text: str(large(_number(text) * 10**6, "美元"))),
    "C": (f"CNY ({_DIGITS}) million", lambda text: str(large(_number(text) * 10**6, "元"))),
    "N": (r"([A-Zt][\w ,()]*?)", _name),
}
_FIELD = re.compile(r"\{(\w+):(\w)\}")


@cache
def _pattern(form: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """The form as a pattern, and the kind of each of its fields."""
    kinds: dict[str, str] = {}
    parts, end = [], 0
    for field in _FIELD.finditer(form):
        name, kind = field.groups()
        kinds[name] = kind
        looks = FIELDS[kind][0]
        inside = (
            looks.replace("(", f"(?P<{name}>", 1) if kind in "tkMdDC" else f"(?P<{name}>{looks})"
        )
        parts += [re.escape(form[end : field.start()]), inside]
        end = field.end()
    return re.compile("".join([*parts, re.escape(form[end:])])), kinds


def sentence(part: str, says: str) -> str:
    """The Chinese of the sentence that decides a part, `C01a`; empty if no form fits it."""
    english = says.replace("\u00a0", " ")
    for form, chinese in FORMS[part].items():
        pattern, kinds = _pattern(form)
        found = pattern.fullmatch(english)
        if found:
            try:
                fields = {name: FIELDS[kind][1](found[name]) for name, kind in kinds.items()}
            except KeyError:  # a name that has no Chinese here
                return ""
            return chinese.format(**fields)
    return ""


def confidence(found: Verdict) -> str:
    """The pair of evidence and agreement in Chinese."""
    return "、".join(WORDS[half] for half in found.confidence.split(", "))


def firmness(found: Verdict) -> str:
    """The verdict as a sentence as firm as its certainty."""
    if found.word == UNTESTABLE:
        return "这条说法目前无法用公开数据检验。"
    return SENTENCES[found.certainty].format(word=f"“{WORDS[found.word]}”")


def _attributes(found: Verdict) -> str:
    """What programs read, the same in every language."""
    same, total = found.holds
    return (
        f'data-claim="{found.id}" data-verdict="{escape(found.word)}" '
        f'data-confidence="{escape(found.confidence)}" '
        f'data-certainty="{escape(found.certainty)}" data-holds="{same}/{total}"'
    )


class ChineseCard:
    """The verdict card of one claim in Chinese."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return bundle(self._markdown(), self._html(), self._markdown())

    def facts(self) -> dict[str, str]:
        """The lines of the card below the parts."""
        found = self.verdict
        same, total = found.holds
        reasons = "；".join(WORDS[code] for code, _, _ in found.reasons)
        flips = len(found.flips)
        return {
            "证据与一致性": confidence(found),
            "确定性": WORDS[found.certainty] + (f"。{reasons}。" if reasons else ""),
            "判定相同": f"{total}种口径组合中有{same}种",
            "改动一项即变": f"有{flips}种改法" if flips else "没有这样的改法",
        }

    def parts(self) -> list[tuple[str, str, str, str, str]]:
        """Key, statement, finding, what decides it in Chinese (or empty), and in English."""
        found = self.verdict
        return [
            (
                part.key + ("*" if part.bears_load else ""),
                STATEMENTS[found.id + part.key],
                WORDS[found.outcomes[part.key].finding.value],
                sentence(found.id + part.key, found.outcomes[part.key].says),
                found.outcomes[part.key].says,
            )
            for part in found.claim.parts
        ]

    def _chapter(self) -> str:
        return str(self.verdict.evidence.claims.at[self.verdict.id, "chapter"]).split()[0]

    def _markdown(self) -> str:
        found = self.verdict
        parts = "\n".join(
            f"- {key.replace('*', chr(92) + '*')} {what}：**{finding}**。{says or english}"
            for key, what, finding, says, english in self.parts()
        )
        facts = "。".join(f"{name}：{value.rstrip('。')}" for name, value in self.facts().items())
        return (
            f"**{found.id}** “{CLAIMS[found.id]}”\n\n"
            f"**{WORDS[found.word]}**\u3000{firmness(found)}\n\n{parts}\n\n{facts}。\n"
        )

    def _html(self) -> str:
        found = self.verdict
        parts = "".join(
            f'<li><span class="part-key">{escape(key)}</span> {_claimed(what)}：'
            f'<strong class="part-finding">{escape(finding)}</strong>。'
            f"{_said(says, english, f'{found.id}.part_{key[0]}')}</li>"
            for key, what, finding, says, english in self.parts()
        )
        names = ("confidence", "certainty", "same_word_under", "flips")
        facts = "".join(
            f"<div><dt>{name}</dt><dd>{computed(value, f'{found.id}.{slug}')}</dd></div>"
            for (name, value), slug in zip(self.facts().items(), names, strict=True)
        )
        chapter, key = self._chapter(), found.id.lower()
        return (
            f'<section class="verdict-card" id="claim-{key}" aria-label="对 {found.id} 的判定" '
            f"{_attributes(found)}>"
            f'<p class="verdict-claim"><span class="verdict-id">{found.id}</span> '
            f"<q>{escape(CLAIMS[found.id])}</q></p>"
            f'<p class="verdict-word">{WORDS[found.word]}</p>'
            f'<p class="verdict-sentence">{computed(firmness(found), f"{found.id}.sentence")}</p>'
            f'<ul class="verdict-parts">{parts}</ul><dl class="verdict-facts">{facts}</dl>'
            f'<p class="verdict-note"><a href="_page/chapters/{chapter}#claim-{key}" '
            f'hreflang="en-GB">英文原页：{CHAPTERS[chapter]}，{found.id}</a></p></section>'
        )


def _claimed(statement: str) -> str:
    """A part of the claim: its figures are the claim's own, so they stand as quoted."""
    return f"<q>{escape(statement)}</q>" if re.search(r"\d", statement) else escape(statement)


def _said(chinese: str, english: str, name: str) -> str:
    """The deciding sentence; in English, and marked so, while it has no Chinese form."""
    if chinese:
        return computed(chinese, name)
    return f'<span lang="en-GB">{computed(english, name)}</span>'


class ChineseLedger:
    """All claims in one table, in Chinese; each leads to its card on the same page."""

    COLUMNS = ("编号", "说法（译文）", "判定", "确定性", "判定相同")

    def __init__(self, claims: pd.DataFrame, judged: dict[str, Verdict]) -> None:
        self.claims = claims
        self.judged = judged

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return bundle(self._markdown(), self._html(), self._markdown())

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """Claim, text, verdict, certainty, holds: as printed."""
        return [self._row(key) for key in map(str, self.claims.index)]

    def _row(self, key: str) -> tuple[str, str, str, str, str]:
        if key not in self.judged:
            return key, CLAIMS[key], WORDS["not yet tested"], "–", "–"
        found = self.judged[key]
        same, total = found.holds
        return key, CLAIMS[key], WORDS[found.word], WORDS[found.certainty], f"{same}/{total}"

    def _markdown(self) -> str:
        head = "| " + " | ".join(self.COLUMNS) + " |\n|" + " --- |" * len(self.COLUMNS)
        return "\n".join([head, *("| " + " | ".join(row) + " |" for row in self.rows())])

    def _html(self) -> str:
        head = "".join(f'<th scope="col">{name}</th>' for name in self.COLUMNS)
        return (
            '<div class="ledger-box"><table class="ledger"><caption class="visually-hidden">'
            f"各条说法及其判定</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{''.join(map(self._html_row, self.rows()))}</tbody></table></div>"
        )

    def _html_row(self, row: tuple[str, str, str, str, str]) -> str:
        key, text, word, certainty, holds = row
        _, what, verdict, how_sure, unchanged = self.COLUMNS
        known = key in self.judged
        attributes = _attributes(self.judged[key]) if known else f'data-claim="{key}"'
        name = f'<a href="#claim-{key.lower()}">{key}</a>' if known else key
        return (
            f'<tr {attributes}><th scope="row" data-label="编号">{name}</th>'
            f'<td data-label="{what}"><q>{escape(text)}</q></td>'
            f'<td data-label="{verdict}"><span class="verdict-word">{word}</span></td>'
            f'<td data-label="{how_sure}">{certainty}</td>'
            f'<td data-label="{unchanged}">{computed(holds, f"{key}.holds")}</td></tr>'
        )
