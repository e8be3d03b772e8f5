"""Pages of bulk import: batches, and a file on its way from the upload to its rows and back."""
