"""Every right that a post can hold; a use case or a page that names another one fails its test."""

RIGHTS: dict[str, str] = {
    "archive.view": "see customers, accounts, meters and usage",
    "archive.edit": "add and change customers, accounts, points and meters",
    "imports.load": "load files into the archive",
    "readings.record": "record readings",
    "readings.freeze": "freeze a cycle's month for billing",
    "tariffs.view": "see tariff plans",
    "tariffs.load_sheets": "load price sheets",
    "tariffs.record_temperatures": "record temperatures that decide hours of use",
    "tariffs.withdraw_version": "withdraw a version that was typed wrongly",
    "billing.view": "see bills and runs",
    "billing.run": "start and calculate bill runs",
    "billing.review": "decide faults of a run",
    "billing.issue": "issue a run that somebody else ran",
    "demo.load_utility": "load the demo utility",
    "staff.manage": "add staff and give posts",
}

# Held together by one person these break the separation of duties.
CONFLICTING_RIGHTS: tuple[tuple[str, str], ...] = (("billing.run", "billing.issue"),)
