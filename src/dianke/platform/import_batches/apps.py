"""Django app of bulk loads."""

from django.apps import AppConfig


class ImportBatchesConfig(AppConfig):
    """Files that were loaded in bulk, and what each of them stored, so that a batch can be undone."""

    name = "dianke.platform.import_batches"
    label = "import_batches"
