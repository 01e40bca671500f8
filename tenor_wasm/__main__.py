"""``python -m tenor_wasm`` is the command line."""

import sys

from tenor_wasm.cli import main

sys.exit(main())
