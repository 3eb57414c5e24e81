#!/bin/sh
# typst 0.15.2 beside Debian 12's fonts-unifont 15.0.01: a Chinese name in a PDF/A is blank, and nothing is said.
# Where a text's own font lacks a sign, typst looks through all fonts of the machine. "Unifont Sample" of that package
# says that it has each sign of the first plane, and holds bitmaps and no outlines. Naming the fonts, with
# `fallback: false`, cures it. Exits 0 while that is so. Needs Debian's apt-get and dpkg-deb, and python3 with venv.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
apt-get download -qq fonts-unifont=1:15.0.01-2 > /dev/null
dpkg-deb -x fonts-unifont_*.deb fonts
python3 -m venv venv
venv/bin/pip install --quiet typst==0.15.2 pillow==12.0.0
venv/bin/python - <<'PYTHON'
import io
import sys

import typst
from PIL import Image

named = '(font: ("Libertinus Serif", "Unifont"), fallback: false)'
for how, fonts, blank in (("left to itself", '(font: "Libertinus Serif")', True), ("told which fonts", named, False)):
    source = f'#set document(title: "x", date: datetime(year: 2026, month: 1, day: 1))\n#set text{fonts}\n王小明\n'.encode()
    options = {"font_paths": ["fonts"], "ignore_system_fonts": True}
    pdf = typst.compile(source, format="pdf", pdf_standards=["a-2b"], **options)
    page = Image.open(io.BytesIO(typst.compile(source, format="png", **options))).convert("L")
    dark = sum(page.histogram()[:128])
    print(f"{how}: a PDF/A of {len(pdf)} bytes with the font {'UnifontSample' if b'UnifontSample' in pdf else 'Unifont'}, {dark} dark dots")
    if (dark == 0) != blank:
        sys.exit(1)
PYTHON
