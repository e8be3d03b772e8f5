"""What a browser calls itself, short enough for a table."""

# The first that occurs counts: the others name it too, for the sake of old pages.
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("MicroMessenger/", "WeChat"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_LONGEST = 48


def browser(agent: str) -> str:
    """Return "Chrome 130 · Windows" from the name that a browser gives itself; one that is unknown, cut."""
    if not agent:
        return "–"
    name = next((f"{name} {_version(agent, mark)}" for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return " · ".join(filter(None, (name, system))) or agent[:_LONGEST]


def _version(agent: str, mark: str) -> str:
    return agent.partition(mark)[2].split(".")[0].split(" ")[0]
