"""The hub's own mistakes during a check. They are raised, never written into a report as if the data were wrong."""


class CheckFault(RuntimeError):
    """A check could not run: `rule` names it, `detail` is for the operator and holds no data of the file."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(f"{rule}: {detail}")
        self.rule = rule
        self.detail = detail
