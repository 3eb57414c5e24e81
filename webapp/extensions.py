"""The Flask extensions, made once and bound to the app by `create_app`."""

from flask import session
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect


def browser_or_address() -> str:
    """Who asks: a browser that is logged in counts alone, all others of one address together.

    An office, or a whole exam hall, has one address: who is logged in there must not wait for the others.
    """
    return f"log-in {session['_user_id']}" if "_user_id" in session else get_remote_address()


ORDINARY = "3000/minute"
"""How often the same browser, or all strangers of one address, may ask anything: 200 people who log in, with room."""

login_manager = LoginManager()
csrf = CSRFProtect()
limiter = Limiter(
    browser_or_address,
    default_limits=[ORDINARY],
    in_memory_fallback_enabled=True,
    # A request that waited for the lost store while another one fell back is let through, and is no error.
    swallow_errors=True,
)
