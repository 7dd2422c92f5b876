"""`python -m trackaudit`: the same as the command `trackaudit`."""

from __future__ import annotations

from trackaudit.cli import main

raise SystemExit(main())
