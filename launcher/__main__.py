"""Entry of `python3 -I launcher`: the folder above becomes the import path, whatever PYTHONPATH says."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from launcher.commands import main  # noqa: E402  (the import path must be right first)

sys.exit(main(sys.argv[1:]))
