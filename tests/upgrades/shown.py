"""What one version of Vignet shows of a database: told by its own code, as JSON.

`python shown.py FOLDER DATABASE_URL [--certify]`, in the folder of that version's code, which is PYTHONPATH too. This
file knows of a version only its commands and the addresses of its pages, which all of them share, so that it runs on
each. FOLDER is the data folder that goes with the database. `--certify` first gives out certificates for the results
that passed.
"""

import json
import os
import re
import sys
from html import unescape
from pathlib import Path

from sqlalchemy import create_engine, text

PASSWORD = "vignet-demo"
OFFICER = "bureau@ksf.example"
MANY = 3
"""How many of each are looked at."""
LOG_IN = "/inloggen"
RESULTS = """
    SELECT verdict.id, person.email, sitting.id FROM verdict JOIN sitting ON sitting.id = verdict.sitting_id
    JOIN dossier ON dossier.id = sitting.dossier_id JOIN person ON person.id = dossier.candidate_id
    WHERE verdict.released_at IS NOT NULL AND verdict.passed = :passed ORDER BY verdict.id
"""
CERTIFICATES = """
    SELECT certificate.id, person.email, certificate.number FROM certificate
    JOIN person ON person.id = certificate.person_id WHERE certificate.verdict_id IS NOT NULL ORDER BY certificate.id
"""
TAKES = "SELECT id FROM recording WHERE state = :state ORDER BY id"


def main(folder: Path, url: str, certify: bool) -> dict:
    data = {"VIGNET_DATA": str(folder), "VIGNET_DATABASE_URL": url, "VIGNET_RATE_LIMIT_STORAGE": "memory://"}
    os.environ.update({**data, "VIGNET_SECOND_FACTOR": "off"})
    from webapp import create_app

    app = create_app()
    engine = create_engine(url)
    with engine.connect() as database:
        results = [row for passed in (True, False) for row in database.execute(text(RESULTS), {"passed": passed})]
        takes = [
            take
            for state in ("stored", "captured", "retake")
            for take in database.scalars(text(TAKES), {"state": state}).all()[:MANY]
        ]
    passed = [row for row in results if json.loads(explained(app, row[0])[1])][:MANY]
    failed = [row for row in results if not json.loads(explained(app, row[0])[1])][:MANY]
    registers = Path("storage/certificates/issuing.py").exists()
    if certify and registers:
        give_out([row[0] for row in passed])
    told = {"verdicts": {}, "recordings": {}, "pages": {}}
    officer = Reader(app, OFFICER)
    for verdict, email, _ in passed + failed:
        told["verdicts"][plain(verdict)] = explained(app, verdict)[0]
        told["pages"][f"/uitslagen/{plain(verdict)}"] = officer.read(f"/uitslagen/{plain(verdict)}")
        told["pages"][f"/uitslag {email}"] = Reader(app, email).read(f"/uitslag?uitslag={plain(verdict)}")
    for take in takes:
        told["recordings"][plain(take)] = json.loads(command(app, "recordings", "show", plain(take)))
    if registers:
        with engine.connect() as database:
            for certificate, email, number in database.execute(text(CERTIFICATES)).all()[:MANY]:
                told["pages"][f"/register/{plain(certificate)}"] = officer.read(f"/register/{plain(certificate)}")
                told["pages"][f"/certificaat {email}"] = Reader(app, email).read("/certificaat")
                assert any(number in line for line in told["pages"][f"/register/{plain(certificate)}"]), number
    engine.dispose()
    return told


def plain(key: object) -> str:
    """An id in the form that addresses have; SQLite keeps it without its dashes."""
    return re.sub(r"^(.{8})-?(.{4})-?(.{4})-?(.{4})-?(.{12})$", r"\1-\2-\3-\4-\5", str(key))


def command(app, *words: str) -> str:
    done = app.test_cli_runner().invoke(args=words)
    assert done.exit_code == 0, (words, done.output, done.exception)
    return done.output


def explained(app, verdict: object) -> tuple[str, str]:
    """What `verdict explain` says, and whether that is a pass, as JSON."""
    said = command(app, "verdict", "explain", plain(verdict))
    return said, json.dumps("niet geslaagd" not in said.lower())


def give_out(verdicts: list) -> None:
    """Certificates for these results, by an officer who did not release them."""
    import uuid
    from datetime import UTC, datetime

    from storage.base.database import session_scope
    from storage.certificates import issuing
    from storage.judging.verdicts import Verdict
    from storage.people.people import person_by_email

    with session_scope() as session:
        for verdict in verdicts:
            row = session.get(Verdict, uuid.UUID(str(verdict)))
            issuing.issue(session, row, person_by_email(session, OFFICER), datetime.now(UTC))


class Reader:
    """Somebody who logs in as the page asks, and reads."""

    def __init__(self, app, email: str) -> None:
        self.client = app.test_client()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.client.get(LOG_IN).text).group(1)
        answer = self.client.post(LOG_IN, data={"csrf_token": token, "email": email, "password": PASSWORD})
        assert answer.status_code == 302, (email, answer.status_code, answer.text[-2000:])

    def read(self, address: str) -> list[str]:
        """What a person reads on a page, line by line; nothing of one that this version has not for this person."""
        answer = self.client.get(address)
        if answer.status_code == 404:
            return []
        assert answer.status_code == 200, (address, answer.status_code, answer.text[-2000:])
        main = re.search(r"<main.*</main>", answer.text, re.S).group()
        lines = re.split(r"</?(?:h\d|p|tr|li|dt|dd|div|summary|option|label)\b[^>]*>", main)
        said = (re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", line))).strip() for line in lines)
        return [line for line in said if line]


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], "--certify" in sys.argv), indent=1, ensure_ascii=False))
