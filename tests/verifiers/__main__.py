"""`make verifiers`: badges and status lists of the running product, held against verifiers of npm and PyPI.

The audit file of the books is held against the schema of XAF 3.2, which comes in a package that cannot be installed
beside ours: it is a part of Odoo.

Each is of somebody else. What each says of a valid badge, of one that was altered, has expired, is suspended or
withdrawn, and of one that was signed by an older key, must be what REFUSED says. They are installed in a folder that is
thrown away. It takes npm, the network, Python 3.12 or newer beside the product's own, and two minutes.

Left out: did-jwt-vc 4.0.16, which knows version 1.1 of the data model alone and refuses each badge for its context.
"""

import base64
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.request
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
DECODER = "vc-jwt-decoder[cli]==1.10.0"
XAF = "odoo-addon-l10n-nl-xaf-auditfile-export==18.0.2.0.0"

REFUSED = {
    # Key, signature, times, form and status.
    "openbadgeslib": dict.fromkeys(("altered", "expired", "suspended", "withdrawn"), "no"),
    # Key, signature and times; neither looks at the status.
    "vc-jwt-decoder": dict.fromkeys(("altered", "expired"), "no"),
    "jose": dict.fromkeys(("altered", "expired"), "no"),
    # The bit alone, in a list of which jose verified the signature.
    "@digitalbazaar/vc-bitstring-status-list": {"suspended": "suspension", "withdrawn": "revocation"},
    "@digitalcredentials/vc-bitstring-status-list": {"suspended": "suspension", "withdrawn": "revocation"},
}
"""By verifier: of which badge it says what else than that it is good."""
GOOD = ("yes", "good")


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fits = _audit_file_fits(folder)
        print(f"audit file {XAF:<46} {'yes' if fits else 'no'}")
        origin, tokens, stop = serve(folder)
        try:
            verifiers = prepare(folder, origin)
            said = {kind: _asked(verifiers, token) for kind, token in tokens.items()}
        finally:
            stop()
    wrong = int(not fits)
    for kind, answers in said.items():
        assert answers.keys() == REFUSED.keys(), "each has spoken"
        for who, word in answers.items():
            wanted = REFUSED[who].get(kind)
            right = word in GOOD if wanted is None else word.partition(":")[0] == wanted
            wrong += not right
            print(f"{kind:<10} {who:<46} {word}{'' if right else f'   EXPECTED {wanted or GOOD}'}")
    return int(bool(wrong))


def _audit_file_fits(folder: Path) -> bool:
    """Whether what the bookkeeper gets has the form of the whole schema."""
    from lxml import etree
    from support import books

    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, XAF, "--dest", folder], check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        (name,) = (one for one in wheel.namelist() if one.endswith("Financieel3.2.xsd"))
        schema = etree.XMLSchema(etree.fromstring(wheel.read(name)))
    return all(schema.validate(etree.fromstring(data)) for data in (books.file(), books.file(())))


def _asked(verifiers: list[Callable[[str], dict[str, str]]], token: str) -> dict[str, str]:
    return {who: word for verify in verifiers for who, word in verify(token).items()}


def serve(folder: Path) -> tuple[str, dict[str, str], Callable[[], None]]:
    """A site with certificates in every state: its address, their badges, and how to end it."""
    from support import cast, services
    from support.certified import certified
    from werkzeug.serving import make_server

    port = services.free_ports(1)
    origin = f"http://localhost:{port}"
    os.environ |= {"VIGNET_DATA": str(folder / "data"), "VIGNET_ENV": "development", "VIGNET_ORIGIN": origin}
    os.environ |= {"VIGNET_RATE_LIMIT_STORAGE": "memory://"}
    from storage.base import migrate
    from storage.base.config import config
    from storage.base.database import new_session
    from storage.certificates import badges, changes, signing_keys
    from storage.certificates.certificates import CertificateState
    from webapp import create_app

    migrate.upgrade(config().database_url)
    now = datetime.now(UTC)
    with new_session() as session:
        people = cast.gather(session, now - timedelta(days=2))
        session.flush()
        pack = cast.pack(session, now - timedelta(days=2))
        made = {}
        states = ("old key", "valid", "suspended", "withdrawn")
        for number, kind in enumerate(states):
            home = people.organisation
            holder = cast.person(session, f"houder{number}", f"Houder {number}", None, home, now - timedelta(days=2))
            made[kind] = certified(session, people, now - timedelta(days=1), candidate=holder, pack=pack)
            if kind == "old key":
                signing_keys.rotate(session, None, now)
            session.flush()
        for kind in ("suspended", "withdrawn"):
            to, both = CertificateState(kind), (people.officer.id, people.second_officer.id)
            changes.changed_by_two(session, made[kind], to, "Proef.", *both, now)
        tokens = {kind: row.badge for kind, row in made.items()}
        tokens["altered"] = _altered(tokens["valid"])
        row = made["valid"]
        with session.no_autoflush:
            row.issued_on, row.valid_until = date(2024, 1, 1), date(2025, 1, 1)
            key = signing_keys.current_key(session, now)
            tokens["expired"] = badges.sign(row, row.scheme.content, "a@b.example", "KSF", key)
            session.refresh(row, ["issued_on", "valid_until"])
        session.commit()
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)  # the decoder knocks with TLS first
    server = make_server("localhost", port, create_app(config()), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def stop() -> None:
        server.shutdown()
        thread.join()
        server.server_close()

    return origin, tokens, stop


def _altered(token: str) -> str:
    head, payload, seal = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["credentialSubject"]["achievement"]["name"] = "Iets anders"
    return f"{head}.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.{seal}"


def prepare(folder: Path, origin: str) -> list[Callable[[str], dict[str, str]]]:
    """Install what verifies; each answers what its libraries say of a badge."""
    path = {**os.environ, "PATH": f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}"}
    for name in ("package.json", "verify.js"):
        shutil.copy(HERE / name, folder)
    subprocess.run(["npm", "install", "--silent", "--no-fund", "--no-audit"], cwd=folder, env=path, check=True)
    decoder = _decoder(folder)

    def by_npm(token: str) -> dict[str, str]:
        asked = ["node", "verify.js", origin, token]
        return json.loads(subprocess.run(asked, cwd=folder, env=path, check=True, capture_output=True).stdout)

    def by_decoder(token: str) -> dict[str, str]:
        file = folder / "badge.jwt"
        file.write_text(token)
        out = subprocess.run([decoder, "--json", file], capture_output=True, check=False).stdout
        verified = json.loads(out)["signature"]["verified"]
        return {"vc-jwt-decoder": "yes" if verified is True else f"no: verified is {verified}"}

    return [_by_openbadgeslib(origin), by_decoder, by_npm]


def _decoder(folder: Path) -> Path:
    """The program in an environment of its own, since it needs a newer Python than the product."""
    known = [shutil.which(f"python3.{minor}") for minor in range(12, 20)]
    # A name may be there and lead nowhere, as with pyenv.
    works = (one for one in known if one and not subprocess.run([one, "-c", ""], capture_output=True).returncode)
    python = next(works, None)
    if python is None:
        raise SystemExit("Python 3.12 or newer is needed beside the product's own, for vc-jwt-decoder.")
    subprocess.run([python, "-m", "venv", folder / "decoder"], check=True)
    pip = [folder / "decoder" / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, DECODER], check=True)
    return folder / "decoder" / "bin" / "vc-jwt-decoder"


def _by_openbadgeslib(origin: str) -> Callable[[str], dict[str, str]]:
    from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier

    def fetch(url: str) -> bytes:
        with urllib.request.urlopen(origin + urlsplit(url).path, timeout=20) as answer:
            return answer.read()

    did = f"did:web:{quote(urlsplit(origin).netloc, safe='')}"

    def verify(token: str) -> dict[str, str]:
        verifier = OB3Verifier.for_issuer_did(did, download=fetch)
        try:
            verifier.verify(token, check_status=True, download=fetch)
        except OB3VerificationError as error:
            return {"openbadgeslib": f"no: {error}"[:100]}
        return {"openbadgeslib": "yes"}

    return verify


if __name__ == "__main__":
    sys.exit(main())
