from . import Engagement

client = Engagement("t")


# X4 through a re-export, a module-level instance and keyword arguments
def subscribe(cookie: str, mail: str) -> None:
    client.update(cookie, city="Brno", email=mail)  # expect: identifier-in-api-properties
