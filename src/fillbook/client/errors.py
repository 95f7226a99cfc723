"""What goes wrong."""

from typing import Any


class ApiError(Exception):
    """The API refused something. The text says what is wrong and what to do.

    status: of HTTP. kind: the code that does not change (`unauthorized`, `not_found`, `invalid` …). where: name of a parameter or field ->
    why it cannot be used.
    """

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status = status
        self.kind = str(problem.get("type", "unknown"))
        self.where = {str(one["field"]): str(one["detail"]) for one in problem.get("where", [])}
        self.remedy = str(problem.get("remedy", ""))
        super().__init__(" ".join(part for part in (str(problem.get("detail", f"HTTP {status}")), self.remedy) if part))


class Unreachable(ConnectionError):
    """Nothing answers at the address."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(f"Nothing answers at {address} ({reason}). Is Fillbook running there (`fillbook serve`), and is this its address?")
