"""trackaudit: a static linter for customer-tracking code."""

__version__ = "0.1.0"
