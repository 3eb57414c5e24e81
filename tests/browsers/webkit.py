"""Opens an address in WebKitGTK, whose camera and microphone are its own mock ones. Run by Debian's python3 (gi)."""

import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2

view = WebKit2.WebView()
settings = view.get_settings()
settings.set_enable_media_stream(True)
settings.set_enable_mock_capture_devices(True)
settings.set_media_playback_requires_user_gesture(False)
view.connect("permission-request", lambda _, request: request.allow() or True)
window = Gtk.Window()
window.add(view)
window.show_all()
view.load_uri(sys.argv[1])
Gtk.main()
