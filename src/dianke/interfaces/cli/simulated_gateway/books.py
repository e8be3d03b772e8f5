"""What the simulated gateway remembers: its key, what was paid, what went back; kept in a folder."""

import json
import threading
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from dianke.domain.channels.rules.bank_files.text_layout import write_text
from dianke.domain.channels.rules.bank_files.types import CollectionLine, CollectionWay, FileKind, Head
from dianke.domain.channels.rules.gateway import signing
from dianke.domain.channels.rules.gateway.types import Notice, NoticeKind
from dianke.kernel.clock import SHANGHAI

# Six in ten thousand, as gateways take of utilities; our own convention.
FEE_E4 = 6


@dataclass(frozen=True)
class Movement:
    """Money that was paid or went back."""

    kind: str
    number: str
    order: str
    amount_fen: int
    happened_at: str

    @property
    def moment(self) -> datetime:
        """Return when it happened."""
        return datetime.fromisoformat(self.happened_at)

    @property
    def fee_fen(self) -> int:
        """Return what the gateway keeps of it, rounded half up."""
        return 0 if self.kind == NoticeKind.REFUNDED.value else (self.amount_fen * FEE_E4 + 5_000) // 10_000

    def tell(self, merchant: str) -> Notice:
        """Return what a call-back tells of it."""
        return Notice(NoticeKind(self.kind), merchant, self.order, self.number, self.amount_fen, self.moment)


class Books:
    """Movements in the order in which they happened, each a line of a file; several threads write them."""

    def __init__(self, folder: Path, *, code: str, merchant: str) -> None:
        self.code, self.merchant = code, merchant
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = folder / "movements.jsonl"
        self.private_key = _find_key(folder / "gateway-key.pem")
        lines = self._file.read_text("utf-8").splitlines() if self._file.is_file() else []
        self._movements = [Movement(**json.loads(line)) for line in lines]

    @property
    def public_key(self) -> str:
        """Return the key by which its signatures are known."""
        return signing.get_public_key(self.private_key)

    @property
    def key_id(self) -> str:
        """Return the name under which its calls name the key: another key has another name."""
        return f"SIM-{signing.compute_fingerprint(self.public_key)[:8]}"

    def list_movements(self) -> list[Movement]:
        """Return everything that happened, the first first."""
        with self._lock:
            return list(self._movements)

    def find_payment(self, number: str) -> Movement | None:
        """Return a payment by its number."""
        paid = NoticeKind.PAID.value
        return next((one for one in self.list_movements() if one.number == number and one.kind == paid), None)

    def pay(self, *, order: str, amount_fen: int, at: datetime) -> Movement:
        """Let an order be paid, as often as somebody pays it: gateways do."""
        return self._add(NoticeKind.PAID, "", order, amount_fen, at)

    def refund(self, payment: Movement, *, at: datetime) -> Movement | None:
        """Give a payment back, once."""
        refunded = NoticeKind.REFUNDED.value
        if any(one.number == payment.number and one.kind == refunded for one in self.list_movements()):
            return None
        return self._add(NoticeKind.REFUNDED, payment.number, payment.order, payment.amount_fen, at)

    def write_day(self, day: date) -> bytes:
        """Return the file of a day in the layout of banks."""
        lines = [
            CollectionLine(
                serial=serial,
                number=one.number,
                target=one.order,
                way=CollectionWay.PAID if one.kind == NoticeKind.PAID.value else CollectionWay.REVERSED,
                amount_fen=one.amount_fen,
                fee_fen=one.fee_fen,
                paid_at=one.moment,
            )
            for serial, one in enumerate(self._list_of_day(day), 1)
        ]
        head = Head(FileKind.COLLECTION, self.code, self.merchant, f"JS{day:%Y%m%d}", day)
        return write_text(head, lines)

    def sum_day(self, day: date) -> tuple[int, int]:
        """Return what it settles for a day, and the commission that it keeps."""
        of_day = self._list_of_day(day)
        fee = sum(one.fee_fen for one in of_day)
        gross = sum(one.amount_fen if one.kind == NoticeKind.PAID.value else -one.amount_fen for one in of_day)
        return gross - fee, fee

    def _list_of_day(self, day: date) -> list[Movement]:
        return [one for one in self.list_movements() if one.moment.astimezone(SHANGHAI).date() == day]

    def _add(self, kind: NoticeKind, number: str, order: str, amount_fen: int, at: datetime) -> Movement:
        with self._lock:
            made = Movement(
                kind=kind.value,
                number=number or f"G{at:%Y%m%d}{len(self._movements) + 1:08d}",
                order=order,
                amount_fen=amount_fen,
                happened_at=at.isoformat(timespec="seconds"),
            )
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(made)) + "\n")
            self._movements.append(made)
            return made


def _find_key(path: Path) -> str:
    if not path.is_file():
        path.touch(mode=0o600)
        path.write_text(signing.make_private_key(), "ascii")
    return path.read_text("ascii")
