"""
A client of the interface in the standard library: start a run, watch it, work the review, take bills and figures.

DIANKE_URL=https://dianke.example DIANKE_TOKEN=dk_… python api_client.py C1 2026-01
"""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path

BASE, TOKEN = os.environ["DIANKE_URL"] + "/api/v1", os.environ["DIANKE_TOKEN"]


def call(method, address, body=None, **query):
    """Return what an address answers; end with the refusal's own words."""
    if not address.startswith("http"):
        address = f"{BASE}/{urllib.parse.quote(address)}?{urllib.parse.urlencode(query)}"
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    if method == "POST":
        # One key for each act: sent again after a lost answer, the act is done once all the same.
        headers["Idempotency-Key"] = str(uuid.uuid4())
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        problem = json.load(error)
        sys.exit(f"{problem['code']}: {problem['detail']} (request {problem['request_id']})")


def walk(path, **query):
    """Go through every row of a list, page by page."""
    page = call("GET", path, **query)
    while page:
        yield from page["items"]
        page = call("GET", page["next"]) if page["next"] else None


def bill_month(cycle, month):
    """Start the run of a frozen month, or go on with the one that is there, and work its review."""
    known = [run for run in walk("bill-runs", cycle=cycle, month=month) if run["status"] != "CANCELLED"]
    number = (known or [call("POST", "bill-runs", {"cycle": cycle, "month": month})])[0]["number"]
    while (run := call("GET", f"bill-runs/{number}"))["status"] in {"CALCULATING", "ISSUING"}:
        print(f"{number}: {run['totals']['points_done']} of {run['totals']['points']} points")
        time.sleep(2)
    for cause in call("GET", f"bill-runs/{number}/review")["causes"]:
        print(f"{cause['code']}: {cause['count']} found, {cause['open']} undecided, e.g. {cause['example_account']}")
    one = next(walk(f"bill-runs/{number}/suspicions", state="OPEN"), None)
    if one:
        decision = {"ids": [one["id"]], "reason": "Checked against the photo of the register."}
        done = call("POST", f"bill-runs/{number}/suspicions/exemption", decision)
        print(f"exempted {done['count']}: {one['code']} of {one['account']}, {one['evidence']}")
    return run


def take_bills(run, folder):
    """Keep each bill of an issued run with its explanation, and print what the month cost by class."""
    for bill in walk("bills", run=run["number"], limit=200):
        for path in (f"bills/{bill['number']}", f"bills/{bill['number']}/explanation"):
            content = json.dumps(call("GET", path), ensure_ascii=False, indent=1)
            Path(folder, path.replace("/", "-") + ".json").write_text(content, "utf-8")
    for row in call("GET", "statistics/average-prices", first_month=run["month"][:7])["rows"]:
        print(f"{row['key']}: {row['sums']['bill_count']} bills, {row['sums']['price_per_kwh']} yuan/kWh")


if __name__ == "__main__":
    billed = bill_month(*sys.argv[1:3])
    if billed["status"] == "ISSUED":
        take_bills(billed, ".")
    else:
        print(f"another person issues it: POST bill-runs/{billed['number']}/issue; then call this again")
