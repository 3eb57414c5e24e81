"""A browser in two words, so that somebody recognises the own one in a list."""

SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
"""In this order: each later one is also named by the ones before it."""


def device_words(user_agent: str) -> str:
    """‘Firefox op Windows’, from what the browser says of itself."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "Een browser")
    system = next((name for sign, name in SYSTEMS if sign in user_agent), None)
    return f"{browser} op {system}" if system else browser
