"""Customers by number: name, pinyin, account, phone and address of each are known without asking the database."""

from dataclasses import dataclass

_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_SURNAMES_PINYIN = [
    "zhao",
    "qian",
    "sun",
    "li",
    "zhou",
    "wu",
    "zheng",
    "wang",
    "feng",
    "chen",
    "chu",
    "wei",
    "jiang",
    "shen",
    "han",
    "yang",
    "zhu",
    "qin",
    "you",
    "xu",
    "he",
    "lv",
    "shi",
    "zhang",
    "kong",
    "cao",
    "yan",
    "hua",
    "jin",
    "wei",
    "tao",
    "jiang",
]
_GIVEN = "伟芳娜敏静秀丽强磊洋艳勇军杰娟涛明超兰霞平刚桂文辉玲华建国红志海"
_GIVEN_PINYIN = [
    "wei",
    "fang",
    "na",
    "min",
    "jing",
    "xiu",
    "li",
    "qiang",
    "lei",
    "yang",
    "yan",
    "yong",
    "jun",
    "jie",
    "juan",
    "tao",
    "ming",
    "chao",
    "lan",
    "xia",
    "ping",
    "gang",
    "gui",
    "wen",
    "hui",
    "ling",
    "hua",
    "jian",
    "guo",
    "hong",
    "zhi",
    "hai",
]
_TRADES = ("纺织", "机械", "食品", "印刷", "铸造", "建材", "电子", "运输")
_TRADES_PINYIN = ("fangzhi", "jixie", "shipin", "yinshua", "zhuzao", "jiancai", "dianzi", "yunshu")
_COMPANY_EVERY = 20


@dataclass(frozen=True, slots=True)
class MadeCustomer:
    """What is known of the customer of a number without asking the database."""

    name: str
    initials: str
    pinyin: str
    kind: str
    account: str
    phone: str
    address: str


def describe_customer(serial: int) -> MadeCustomer:
    """Return the customer of a number, from 0 on; one in twenty is a company."""
    surname = serial % len(_SURNAMES)
    first, second = serial // 7 % len(_GIVEN), serial // 211 % len(_GIVEN)
    if serial % _COMPANY_EVERY == 0:
        trade = serial // 20 % len(_TRADES)
        name = f"{_SURNAMES[surname]}{_GIVEN[first]}{_TRADES[trade]}{serial // 160 % 10_000}有限公司"
        parts = [_SURNAMES_PINYIN[surname], _GIVEN_PINYIN[first], _TRADES_PINYIN[trade], "youxiangongsi"]
    else:
        name = _SURNAMES[surname] + _GIVEN[first] + (_GIVEN[second] if serial % 5 else "")
        parts = [_SURNAMES_PINYIN[surname], _GIVEN_PINYIN[first], _GIVEN_PINYIN[second] if serial % 5 else ""]
    return MadeCustomer(
        name=name,
        initials="".join(part[:1] for part in parts),
        pinyin="".join(parts),
        kind="COMPANY" if serial % _COMPANY_EVERY == 0 else "PERSON",
        account=f"{1_000_000_000 + serial:010d}",
        phone=f"139{serial:08d}",
        address=f"测量县第{serial // 5000 % 40}街道 {serial // 50 % 100 + 1} 号 {serial % 50 + 1} 室",
    )
