"""The tables that can be loaded: what each looks like, is checked against and is stored by."""

from dianke.application.imports.tables.base import TableLoader
from dianke.application.imports.tables.credit_facts import CREDIT_FACTS
from dianke.application.imports.tables.customers import ACCOUNTS, CUSTOMERS, PLACES
from dianke.application.imports.tables.managers import ACCOUNT_MANAGERS
from dianke.application.imports.tables.metering import USAGE_POINTS
from dianke.application.imports.tables.meters import METERS
from dianke.application.imports.tables.network import AREAS, FEEDERS, SUBSTATIONS, TRANSFORMERS
from dianke.application.imports.tables.organisation import STAFF, UNITS
from dianke.application.imports.tables.people import CONTACTS, OLD_NUMBERS
from dianke.application.imports.tables.reading import INTERVALS, READINGS, ROUTES
from dianke.application.imports.tables.relations import CUSTOMER_RELATIONS
from dianke.application.imports.tables.trade_index import TRADE_INDEX

# In the order in which an empty archive is filled.
TABLES: dict[str, TableLoader] = {
    loader.spec.name: loader
    for loader in (
        UNITS,
        STAFF,
        CUSTOMERS,
        ACCOUNTS,
        OLD_NUMBERS,
        CONTACTS,
        PLACES,
        SUBSTATIONS,
        FEEDERS,
        AREAS,
        TRANSFORMERS,
        ROUTES,
        USAGE_POINTS,
        METERS,
        READINGS,
        INTERVALS,
        CREDIT_FACTS,
        ACCOUNT_MANAGERS,
        CUSTOMER_RELATIONS,
        TRADE_INDEX,
    )
}
