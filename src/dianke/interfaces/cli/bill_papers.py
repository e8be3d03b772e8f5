"""Steps of dianke bill that write what leaves the house: PDF and short messages."""

import argparse
import shutil
from pathlib import Path
from typing import Any

from dianke.application import bill_documents
from dianke.application.bill_documents import files
from dianke.domain.billing.rules.documents.words import LANGUAGES
from dianke.domain.billing.types import WorkStatus
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

Steps = Any


class PdfNotDone(DomainError):
    """The PDF of a run ended without a file."""

    code = "billing.pdf_not_done"
    message = "the PDF is {status}: {reason}"


def add_steps(steps: Steps) -> None:
    """Add the steps to the command."""
    pdf = steps.add_parser("pdf", help="write a bill, or every bill of a run, as PDF")
    what = pdf.add_mutually_exclusive_group(required=True)
    what.add_argument("--bill", help="number of a bill")
    what.add_argument("--run", help="number of a run; more than 500 bills become a ZIP of several PDFs")
    pdf.add_argument("--out", required=True, type=Path, help="the file to write")
    message = steps.add_parser("message", help="print the short message of a bill")
    message.add_argument("number")
    for step in (pdf, message):
        step.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0])


def write_pdf(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    """Write the PDF of a bill or of a run and tell what was written."""
    if options.run:
        return _write_run(actor, options)
    bill = bill_documents.get_structured_bill(actor=actor, number=options.bill, language=options.language)
    content = bill_documents.write_pdf([bill])
    options.out.write_bytes(content)
    return {"file": str(options.out), "bills": 1, "bytes": len(content)}


def show_messages(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    """Return the message of a bill in one language, and in how many parts it is sent."""
    bill = bill_documents.get_structured_bill(actor=actor, number=options.number)
    found = next(one for one in bill["messages"] if one["language"] == options.language)
    return {"number": bill["number"], **found}


def _write_run(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    work = bill_documents.start_pdf(actor=actor, number=options.run, at=SystemClock().now())
    work = bill_documents.carry_out_work(actor=actor, key=work.pk)
    if work.status != WorkStatus.DONE.value or work.report is None:
        raise PdfNotDone(status=work.status, reason=work.end_reason)
    shutil.copyfile(files.open_file(work.pk), options.out)
    return {"file": str(options.out), "bills": work.report["bills"], "bytes": work.file_bytes}
