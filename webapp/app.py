"""Puts the web app together: one transaction per request, strict headers, one blueprint per kind of person."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from review.rules import LEVELS
from storage.base import logs
from storage.base.config import Config, ConfigError, config, needed
from storage.base.database import new_session, passes
from storage.base.json_values import Malformed
from storage.base.refusal import Refused
from storage.base.steps import StepRule
from storage.people.people import Role
from webapp import access, cli, contact, health, media, menu, metrics, sending, style, todo
from webapp.access import irregularities as access_cases
from webapp.access import objections as access_objections
from webapp.access import refused
from webapp.assessing import asking as assessments
from webapp.assessing import office as assessment_office
from webapp.assessing import own as own_assessment
from webapp.assessing import sheets as assessment_sheets
from webapp.audits import cases as audit_cases
from webapp.audits import findings as audit_findings
from webapp.audits import holding as audit_holding
from webapp.audits import office as audits
from webapp.audits import own as own_audits
from webapp.audits import packs as audit_packs
from webapp.audits import samples as audit_samples
from webapp.certificates import organisation as certified
from webapp.certificates import own as own_certificates
from webapp.certificates import paper, public, register
from webapp.committee import content, irregularities, minutes, simulations, trying
from webapp.dossier import history, motivation, part_one, role_document, substantiation, why_not
from webapp.dutch import filters, refusals
from webapp.exam import emergency, exam, takes
from webapp.extensions import csrf, limiter, login_manager
from webapp.fees import books, costs, invoices, membership, own_invoices, prices
from webapp.figures import judging as judging_figures
from webapp.figures import years as year_figures
from webapp.json_in import JsonProvider
from webapp.judging import (
    absences,
    allocating,
    assigning,
    benchmarks,
    calibration,
    checklists,
    desk,
    examining,
    scoring,
    second_phase,
)
from webapp.office import (
    auditing,
    erasure_requests,
    exam_day,
    institution,
    looking,
    mail_texts,
    office,
    outbox,
    practical_answers,
    practical_results,
    recorders,
    retention,
    searching,
    situations,
    status,
)
from webapp.office import inquiries as office_inquiries
from webapp.people import (
    account,
    complaining,
    employers,
    enrolling,
    examiners,
    guessing,
    inquiries,
    invitations,
    organisation,
    organisations,
    own_account,
    own_address,
    own_choices,
    own_data,
    patience,
    people,
    second_officer,
    substituting,
)
from webapp.planning import (
    accommodation,
    booking,
    exam_dates,
    feeds,
    locations,
    measuring,
    own_practical,
    planning,
    practical,
)
from webapp.sessions import Sessions
from webapp.theory import bank, quality, supervising, taking, theory, theory_results
from webapp.verdict import committee, objecting, regulation, results, sharing
from webapp.visitors import pages as visitors

PARTS = (
    allocating,
    absences,
    account,
    invitations,
    own_account,
    own_address,
    own_data,
    own_choices,
    erasure_requests,
    exam,
    motivation,
    substantiation,
    role_document,
    history,
    accommodation,
    part_one,
    planning,
    exam_dates,
    booking,
    practical,
    practical_answers,
    practical_results,
    own_practical,
    examining,
    checklists,
    assessments,
    assessment_office,
    assessment_sheets,
    own_assessment,
    locations,
    measuring,
    feeds,
    theory,
    theory_results,
    bank,
    quality,
    supervising,
    taking,
    office,
    auditing,
    exam_day,
    institution,
    prices,
    year_figures,
    judging_figures,
    invoices,
    books,
    membership,
    costs,
    own_invoices,
    audits,
    audit_holding,
    audit_findings,
    own_audits,
    audit_samples,
    audit_cases,
    audit_packs,
    emergency,
    looking,
    takes,
    outbox,
    mail_texts,
    organisation,
    enrolling,
    substituting,
    organisations,
    people,
    employers,
    examiners,
    second_officer,
    desk,
    scoring,
    second_phase,
    results,
    sharing,
    committee,
    content,
    irregularities,
    minutes,
    simulations,
    trying,
    objecting,
    complaining,
    inquiries,
    office_inquiries,
    assigning,
    benchmarks,
    calibration,
    media,
    recorders,
    status,
    situations,
    searching,
    retention,
    regulation,
    own_certificates,
    register,
    paper,
    certified,
    public,
    visitors,
    health,
    metrics,
    sending,
    style,
)
OVERTAKEN = (StaleDataError, IntegrityError)
"""Somebody else changed the same thing at this very moment, and was first."""

READING = ("GET", "HEAD", "OPTIONS")
PATIENCE_S = 8
"""How long a request waits for its turn to write. The pages' scripts wait ten seconds, and then ask again."""
RETRY_AFTER_S = 2
BODY_LIMIT = 12 * 1024 * 1024


def create_app(settings: Config | None = None) -> Flask:
    """The web app for these settings (default: those of the environment)."""
    settings = settings or config()
    if settings.audit_key is not None:
        raise ConfigError("VIGNET_AUDIT_KEY: only the sealer may have it, and this is not the sealer.")
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=needed(settings.secret_key, "VIGNET_SECRET_KEY"),
        SETTINGS=settings,
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        SESSION_COOKIE_NAME="__Host-vignet" if settings.production else f"vignet-{settings.origin.rpartition(':')[2]}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.production,
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_STORAGE_URI=settings.rate_limit_storage,
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 2, "socket_timeout": 2},
        RATELIMIT_HEADERS_ENABLED=False,
    )
    app.json = JsonProvider(app)
    app.session_interface = Sessions()
    # One proxy, the edge, stands before the app and says who is asking.
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]  # as Flask says
    metrics.register(app)
    # First of all: whatever refuses a request later shows a page that knows who asks.
    _transactions(app)
    refused.register(app)
    csrf.init_app(app)
    limiter.init_app(app)
    login_manager.init_app(app)
    _headers(app, settings)
    _errors(app)
    _blueprints(app)
    return app


def _transactions(app: Flask) -> None:
    """One database session per request: committed when the answer is a success, rolled back otherwise."""

    @app.before_request
    def begin() -> None:
        logs.begin_request()
        g.now = datetime.now(UTC)
        writes = request.method not in READING
        g.db = new_session(writes, PATIENCE_S)
        if writes:
            # With SQLite one request writes at a time, from its first question on: no other one is to wait for bytes
            # that are still on their way.
            request.get_data(parse_form_data=True)

    @app.after_request
    def settle(response: Response) -> Response:
        if "db" in g:
            if response.status_code < 400:
                try:
                    g.db.commit()
                except (*OVERTAKEN, OperationalError, DataError) as error:
                    g.db.rollback()
                    return app.make_response(app.handle_user_exception(error))
            else:
                g.db.rollback()
        return response

    @app.teardown_request
    def close(_error: object) -> None:
        session = g.pop("db", None)
        if session is not None:
            session.close()
        logs.end_request()

    login_manager.user_loader(lambda session_id: account.person_of_session(g.db, session_id))


def _headers(app: Flask, settings: Config) -> None:
    # A recorder may have an address of its own, and so has a far object store.
    away = {_origin(settings.recorder_url), *settings.recorder_origins} - {settings.origin}
    if settings.media_mode == "redirect":
        away.add(_origin(settings.s3_public_endpoint))
    elsewhere = "".join(f" {origin}" for origin in sorted(away))
    policy = "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "font-src 'self'",
            f"img-src 'self' data: blob:{elsewhere}",
            f"media-src 'self' blob:{elsewhere}",
            f"connect-src 'self'{elsewhere}",
            "manifest-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )

    @app.after_request
    def secure(response: Response) -> Response:
        headers = response.headers
        headers["X-Request-Id"] = logs.request_number() or ""
        headers.setdefault("Content-Security-Policy", policy)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(self), microphone=(self), display-capture=(), geolocation=()"
        if request.endpoint != "static":
            headers.setdefault("Cache-Control", "private, no-store")
        if settings.production:
            headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        return response


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _error_page(
    status: int, title: str, text: str, why: Sequence[tuple[str, str]] = (), **more: Any
) -> ResponseReturnValue:
    if "db" in g:
        # What failed half-way must not keep the page from asking who is logged in.
        g.db.rollback()
    if status >= 500:
        # Perhaps the database itself is away: then nobody can say who is logged in.
        g._login_user = login_manager.anonymous_user()
        contact.forget()
    # Its menu counts nothing: that may be what failed.
    todo.count_nothing()
    if access.wants_json():
        return {"error": text, **more}, status
    back = _came_from() if status < 500 else None
    return render_template("error.html", code=status, title=title, text=text, why=why, back=back), status


def _came_from() -> str | None:
    """The page of ours from which somebody came here, to go back to."""
    try:
        parts = urlsplit(request.referrer or "")
    except ValueError:
        return None
    ours = parts.netloc == request.host and parts.path.startswith("/") and not parts.path.startswith("//")
    again = request.method in READING and parts.path == request.path
    return parts._replace(scheme="", netloc="", fragment="").geturl() if ours and not again else None


def _errors(app: Flask) -> None:
    @app.errorhandler(Refused)
    def not_now(error: Refused) -> ResponseReturnValue:
        g.refused = error.rule
        return _error_page(409, "Dit kan nu niet", refusals.refusal(error), why_not.told(error), rule=str(error.rule))

    def overtaken(error: Exception) -> ResponseReturnValue:
        app.logger.warning("overtaken: %s", error)
        return not_now(Refused(StepRule.NOT_ALLOWED))

    for kind in OVERTAKEN:
        app.register_error_handler(kind, overtaken)

    @app.errorhandler(OperationalError)
    def busy(error: OperationalError) -> ResponseReturnValue:
        if not passes(error):
            return broken(error)
        app.logger.warning("the database is busy or away: %s", error)
        answer = app.make_response(_error_page(503, *refusals.http_error(503)))
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
        return answer

    @app.errorhandler(Malformed)
    def malformed(error: Malformed) -> ResponseReturnValue:
        app.logger.warning("malformed JSON: %s", error)
        return _error_page(400, *refusals.http_error(400))

    @app.errorhandler(DataError)
    def unusable(error: DataError) -> ResponseReturnValue:
        # A null character, or a number beyond all columns: no form of ours sends it.
        app.logger.warning("the database cannot keep what was sent: %s", error)
        return _error_page(400, *refusals.http_error(400))

    @app.errorhandler(CSRFError)
    def forged(_error: object) -> ResponseReturnValue:
        g.refused = "csrf"
        return _error_page(
            400, "Deze pagina is verlopen", "Laad de pagina opnieuw en probeer het nog eens.", rule="csrf"
        )

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400 or error.response is not None:
            return error
        answer = app.make_response(_error_page(error.code, *refusals.http_error(error.code)))
        # What the status asks for beside it, such as the methods that are allowed here.
        answer.headers.extend(pair for pair in error.get_headers(request.environ) if pair[0] != "Content-Type")
        return answer

    @app.errorhandler(Exception)
    def broken(_error: Exception) -> ResponseReturnValue:
        app.logger.exception("unexpected")
        return _error_page(500, *refusals.http_error(500))


def _blueprints(app: Flask) -> None:
    for part in PARTS:
        app.register_blueprint(part.pages)
    cli.register(app)
    contact.register(app)
    menu.register(app)
    guessing.register(app)
    patience.register(app)
    app.jinja_env.filters.update(filters.FILTERS)
    app.jinja_env.globals["LEVELS"] = LEVELS
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def everywhere() -> dict[str, Any]:
        if not current_user or not current_user.is_authenticated:
            return {"nav": []}
        roles = current_user.roles(g.now)
        nav = access.navigation(roles)
        if Role.CANDIDATE in roles and access.my_results():
            address = url_for("results.own")
            nav.insert(1, ("Mijn uitslag", address, request.path == address))
        if Role.CANDIDATE in roles and (told := g.db.scalars(access_cases.mine().limit(1)).first()):
            address = url_for("irregularities.own", case_id=told.id)
            nav.append(("Mijn zaak", address, request.path == address))
        if roles & {Role.ASSESSOR, Role.AUDITOR} and (asked := access_objections.appointed_to()):
            address = url_for("objecting.show", objection_id=asked)
            nav.append(("Bezwaar", address, request.path == address))
        return {"nav": nav}
