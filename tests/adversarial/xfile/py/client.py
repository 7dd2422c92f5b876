import httpx


class Engagement:
    def __init__(self, token: str) -> None:
        self._http = httpx.Client()
        self._token = token

    def update(self, cookie: str, **properties: object) -> None:
        self._http.post(f"/track/v2/projects/{self._token}/customers", json={
            "customer_ids": {"cookie": cookie}, "properties": properties})
