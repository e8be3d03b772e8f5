"""Files that go to banks and come back, in two layouts with the same content: docs/rules/bank-files.md."""
