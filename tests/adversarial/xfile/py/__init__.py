from .client import Engagement

__all__ = ["Engagement"]
