"""`python -m jingui.cli`."""

import sys

from jingui.cli import main

sys.exit(main())
