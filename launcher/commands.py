"""The commands of ./dianke: which of them are ours, which are the product's and what they need."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from launcher import database, environment
from launcher.errors import LauncherError
from launcher.paths import home_folder
from launcher.processes import end_on_signals, replace_by, run

_PRODUCT = ("-m", "dianke.interfaces.cli.main")
_HELP_FLAGS = {"-h", "--help"}


def _always(_arguments: Sequence[str]) -> bool:
    return True


def _never(_arguments: Sequence[str]) -> bool:
    return False


def _unless_template(arguments: Sequence[str]) -> bool:
    return not any(argument.partition("=")[0] == "--template" for argument in arguments)


def _unless_pure(arguments: Sequence[str]) -> bool:
    named = next((argument for argument in arguments if not argument.startswith("-")), "list")
    return named not in {"engine", "list"}


def _unless_yardstick(arguments: Sequence[str]) -> bool:
    return "yardstick" not in arguments


@dataclass(frozen=True)
class ProductCommand:
    """A command of the product: what it says of itself and whether these arguments need a database."""

    usage: str
    english: str
    chinese: str
    needs_database: Callable[[Sequence[str]], bool] = _always


PRODUCT_COMMANDS = {
    "demo": ProductCommand("[--once] [--homes N]", "a working sample utility, served on loopback", "演示"),
    "serve": ProductCommand("", "run the service", "运行服务"),
    "migrate": ProductCommand("", "bring the database schema up to date", "升级数据库"),
    "manage": ProductCommand("...", "Django's own commands", "管理命令"),
    "administrator": ProductCommand("--login LOGIN", "make a utility's first administrator", "首位管理员"),
    "import": ProductCommand("TABLE FILE", "load CSV or XLSX, all faults reported", "导入", _unless_template),
    "bill": ProductCommand("run|review|issue|show", "the billing cycle", "核算与开账"),
    "feecontrol": ProductCommand("states|night|minute", "fee control: accounts, nights, minutes", "费控"),
    "gateway": ProductCommand("simulate", "a simulated gateway of online payment", "模拟支付网关", _never),
    "keys": ProductCommand("status|rotate|reencrypt", "the keys of personal data", "密钥轮换"),
    "ledger": ProductCommand("check|open|export", "the books: proof, opening, vouchers", "账务"),
    "quality": ProductCommand("run|list", "search the archive for faults", "档案质量"),
    "trail": ProductCommand("chain|prove", "close the trail's days by hash, prove them", "留痕校验"),
    "tariffs": ProductCommand("propose|approve|...", "tariff versions and their approval", "电价版本"),
    "quote": ProductCommand("[FILE]", "price cases given as JSON", "试算电费", _never),
    "recover": ProductCommand("[FILE]", "back-billing, theft, breach, late fees", "退补与违约", _never),
    "credit": ProductCommand("[FILE]", "credit score and grade from facts", "信用评分", _never),
    "risk": ProductCommand("train|run|report|...", "risk of late payment", "欠费风险", _unless_yardstick),
    "shapes": ProductCommand("run|report|yardstick", "kinds of load curves", "负荷曲线类型", _unless_yardstick),
    "clock": ProductCommand("due|order|sets", "due times of service promises", "时限计算", _never),
    "bench": ProductCommand("NAME [--size N]", "a benchmark as one JSON object", "性能测试", _unless_pure),
}
_OWN_COMMANDS = (
    ("test", "[PYTEST-ARGS]", "every check that CI runs; --long, --bare, --keep-going", "全部检查"),
    ("check", "[--quick]", "format, lint, types, imports, migrations, unit tests", "快速检查"),
)


def main(arguments: Sequence[str]) -> int:
    """Run one command and return the exit status: 0 done, 1 refused or failed, 2 wrong usage."""
    end_on_signals()
    try:
        return _dispatch(list(arguments))
    except LauncherError as refusal:
        print(f"{refusal.code}: {refusal.message}", file=sys.stderr)
        return refusal.status
    except OSError as error:
        print(f"launcher.system_failed: {error}", file=sys.stderr)
        return 1


def _dispatch(arguments: list[str]) -> int:
    if not arguments:
        print(help_text(), file=sys.stderr)
        return 2
    name, *rest = arguments
    if name in {*_HELP_FLAGS, "help"}:
        print(help_text())
        return 0
    if name in {"test", "check"}:
        # Imported here: a start of the product should not pay for what it does not use.
        from launcher import lanes

        return lanes.main(name, rest)
    if name in PRODUCT_COMMANDS:
        return run_product(name, rest)
    message = f"there is no command {name!r}; ./dianke --help lists them"
    raise LauncherError("unknown_command", message, status=2)


def run_product(name: str, arguments: Sequence[str]) -> int:
    """Hand over to the product, with a database around it when the command needs one."""
    python = environment.ensure("local")
    command = [str(python), *product_arguments(name, *arguments)]
    asks_for_help = not _HELP_FLAGS.isdisjoint(arguments)
    if asks_for_help or not PRODUCT_COMMANDS[name].needs_database(arguments):
        replace_by(command, env=database.without_database())
    throw_away = name == "demo" and "--once" in arguments
    with database.thrown_away() if throw_away else database.kept() as environ:
        return run(command, env=environ).status


def product_arguments(*arguments: str) -> tuple[str, ...]:
    """Return what follows the environment's Python to run a command of the product."""
    return (*_PRODUCT, *arguments)


def help_text() -> str:
    """Return the list of commands, which fits one screen."""
    product = [(name, entry.usage, entry.english, entry.chinese) for name, entry in PRODUCT_COMMANDS.items()]
    first, *others = product
    lines = [
        "Dianke, the open customer platform for electric utilities. 电客:开源电力客户平台。",
        "usage: ./dianke COMMAND [ARGUMENTS]      ./dianke COMMAND --help says more",
    ]
    for name, usage, english, chinese in (first, *_OWN_COMMANDS, *others):
        lines.append(f"  {f'{name} {usage}':<30} {english} {chinese}")
    lines += [
        "The first start installs what is missing; the second one needs no network.",
        "  DATABASE_URL   a PostgreSQL of your own (15 or newer) instead of the one that is started here",
        f"  DIANKE_HOME    where data and shared programs are kept, now {home_folder()}",
        "  DIANKE_VENV    the Python environment, .venv of the checkout unless set",
        "Exit status: 0 done, 1 refused or failed, 2 wrong usage. Errors: `code: message` on standard error.",
    ]
    return "\n".join(lines)
