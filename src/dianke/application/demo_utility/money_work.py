"""What waits with money in the demo utility: who pays by bank, who is in arrears with whom, who asks for what."""

from datetime import date, timedelta
from importlib import resources

from dianke.application.demo_utility.area import list_area
from dianke.application.demo_utility.designs import CYCLE_BUSINESS, PointDesign
from dianke.application.demo_utility.trades import list_trades
from dianke.platform.documents.typesetting import set_pdf

# The bills lie so far back that those who did not pay are in arrears, and the first steps of dunning are due.
ISSUED_BEFORE = timedelta(days=45)

ACCOUNTANT, CONTROLLER, CASHIER = "accountant", "controller", "cashier"
COLLECTOR, COLLECTION_SUPERVISOR = "collector", "collection"
ARCHIVIST, CLERK, MANAGER = "archivist", "clerk", "manager"

BANK_CODE, BANK_NAME = "402", "云泽农村商业银行"
CLIENT_NUMBER, OUR_ACCOUNT = "YZ000027", "42000000000000000027"
_BRANCH = f"{BANK_CODE}521000017"
BANK_REASON = "签订银行代扣协议"

COLLECTED_ROUTES = (f"{CYCLE_BUSINESS}-A01",)
ASSIGNED_BECAUSE = "按抄表段划分催费责任"
PAUSED_ACCOUNT_REASON = "用户对电表有异议，校验期间暂缓催费"
WAIVER_REASON = "银行代扣系统升级当日未扣成，客户申请减免违约金"


AGREED_BECAUSE, AGREED_PARTS = "家中有病人，申请分三期缴清", 3
STAGED_BECAUSE = "大用户按合同分次结算"
CONTROLLED_BECAUSE = "用户申请预付费"
GUARANTEE_NUMBER, GUARANTEE_FILE = "YZBH-000108", "履约保函.pdf"
GUARANTEED_FEN, GUARANTEED_FOR = 200_000_00, timedelta(days=365)


def get_agreed_account() -> str:
    """Return whose debt is paid in instalments."""
    return list_area()[56].account_number


def get_staged_account() -> str:
    """Return the large user that pays in stages of the month."""
    return list_trades()[8].account_number


def write_guarantee(*, name: str, account_number: str, until: date) -> bytes:
    """Return the letter by which the bank stands for the bills of a large user, as PDF; there is no such bank."""
    content = {
        "title": "履约保函（演示）",
        "number": GUARANTEE_NUMBER,
        "text": f"我行为{name}（户号{account_number}）应付的电费提供连带责任担保，"
        f"担保金额人民币{GUARANTEED_FEN // 100:,}元整，有效期至{until.year}年{until.month}月{until.day}日。",
        "guarantor": BANK_NAME,
    }
    return set_pdf(template=(resources.files(__package__) / "guarantee.typ").read_bytes(), content=content)


def list_controlled() -> list[str]:
    """Return the homes that asked to be supplied on a balance; the last one waits for its second person."""
    return [home.account_number for home in list_area()[60:64]]


def list_withheld() -> list[PointDesign]:
    """Return the homes whose bank pays."""
    return list_area()[40:48]


def describe_bank_account(home: PointDesign) -> dict[str, str]:
    """Return the bank account of a home, of a bank that does not exist."""
    number = f"62284{home.serial:014d}"
    return {"bank_name": BANK_NAME, "bank_code": _BRANCH, "holder": home.name, "number": number}


def get_waiver_account() -> str:
    """Return whose late fee is asked to be waived."""
    return list_area()[52].account_number


def get_paused_account() -> str:
    """Return who is not dunned for a while."""
    return list_area()[54].account_number


def list_invoiced() -> list[str]:
    """Return the accounts of companies that have their invoices."""
    return [point.account_number for point in list_trades()[3:8]]
