"""The institution in Dutch: what each field is called, and what is wrong with it."""

from enum import StrEnum

from storage.people.institution_logo import Rule
from storage.people.institution_rules import ENOUGH, LIMITS, Fault, contrast
from webapp.dutch.formats import number

LABELS = {
    "name": "Naam van de instelling",
    "address": "Adres",
    "telephone": "Telefoon",
    "mail": "E-mailadres voor vragen",
    "opening_hours": "Bereikbaar",
    "privacy_officer": "Functionaris voor gegevensbescherming",
    "complaints_address": "Adres voor klachten",
    "kvk_number": "KvK-nummer",
    "vat_number": "Btw-nummer",
    "iban": "IBAN",
    "colour": "Kleur",
    "signatory_name": "Wie certificaten ondertekent",
    "signatory_function": "Functie van de ondertekenaar",
    "sender": "Afzender van mail",
}

HINTS = {
    "name": "Zoals die op certificaten en facturen staat.",
    "address": "Straat, nummer, postcode en plaats.",
    "telephone": "Dit nummer zien kandidaten op elke pagina en in het examen.",
    "opening_hours": "Bijvoorbeeld: maandag tot en met vrijdag, 9.00 tot 17.00 uur.",
    "privacy_officer": "Naam of e-mailadres.",
    "complaints_address": "Waar iemand een klacht naartoe stuurt: post of e-mail.",
    "kvk_number": "Acht cijfers.",
    "vat_number": "Bijvoorbeeld NL001234567B01.",
    "iban": "De rekening waarop organisaties betalen.",
    "colour": "Als #rrggbb. De kleur moet op wit goed te lezen zijn.",
    "sender": "Naam en adres, bijvoorbeeld: Bureau <bureau@voorbeeld.nl>.",
}

FAULTS = {
    Fault.MISSING: "Vul dit in.",
    Fault.TOO_LONG: "Gebruik hoogstens {limit} tekens.",
    Fault.NO_TELEPHONE: "Dit is geen telefoonnummer. Gebruik cijfers, spaties, haakjes en een plus.",
    Fault.NO_ADDRESS: "Dit is geen e-mailadres. Kijk het nog eens na.",
    Fault.NO_KVK: "Een KvK-nummer heeft acht cijfers.",
    Fault.NO_VAT: "Dit btw-nummer klopt niet: kijk de cijfers na.",
    Fault.NO_IBAN: "Deze IBAN klopt niet: kijk de cijfers na.",
    Fault.NO_COLOUR: "Schrijf de kleur als # met zes tekens, bijvoorbeeld #0d5c59.",
    Fault.LOW_CONTRAST: "Deze kleur is te licht: op wit is het contrast {contrast}:1, en nodig is {enough}:1. Kies een "
    "donkerder kleur.",
    Fault.NO_SENDER: "Schrijf een naam en een adres, bijvoorbeeld: Bureau <bureau@voorbeeld.nl>.",
    Fault.UNKNOWN: "Dit veld is er niet. Kijk de naam na.",
}

LOGO_RULES: dict[StrEnum, str] = {
    Rule.EMPTY: "Kies eerst een bestand.",
    Rule.TOO_LARGE: "Dit bestand is te groot. Kies een logo van hoogstens 300 kB.",
    Rule.OTHER_TYPE: "Dit is geen PNG en geen JPEG, of het is beschadigd. Kies een ander bestand.",
    Rule.TOO_MANY_PIXELS: "Dit logo heeft te veel beeldpunten. Kies er een van hoogstens 2000 bij 2000.",
}


def fault(name: str, found: Fault, value: str) -> str:
    """What is wrong with this value of this field, and what to do."""
    told = number(int(contrast(value) * 10) / 10, 1) if found is Fault.LOW_CONTRAST else ""
    return FAULTS[found].format(limit=LIMITS.get(name), contrast=told, enough=number(ENOUGH, 1))


SENT = "De mailserver heeft de proefmail aan {address} aangenomen. Komt hij niet aan? Kijk ook bij ongewenste mail."
INTO_FILES = (
    "Deze installatie verstuurt geen mail: zij bewaart elke mail als bestand op de server. De proefmail staat daar nu "
    "ook. Vraag wie de server beheert om VIGNET_MAIL_URL in te stellen."
)
_SERVER = "Vraag wie de server beheert om VIGNET_MAIL_URL en VIGNET_MAIL_TLS na te kijken."
_NOT_SENT = {
    "SMTPAuthenticationError": f"De mailserver weigert naam of wachtwoord. {_SERVER}",
    "SMTPSenderRefused": "De mailserver weigert de afzender {sender}. Kijk hierboven het veld van de afzender na.",
    "SMTPRecipientsRefused": "De mailserver weigert het adres {address}. Kijk uw eigen e-mailadres na.",
    "SMTPNotSupportedError": f"De mailserver biedt geen beveiligde verbinding aan. {_SERVER}",
    "SSLError": f"De beveiligde verbinding met de mailserver komt niet tot stand. {_SERVER}",
    "SSLCertVerificationError": f"Het certificaat van de mailserver klopt niet. {_SERVER}",
    "ConnectionRefusedError": f"De mailserver is niet te bereiken. {_SERVER}",
    "TimeoutError": f"De mailserver antwoordt niet op tijd. {_SERVER}",
    "gaierror": f"De naam van de mailserver is niet te vinden. {_SERVER}",
}


def not_sent(kind: str, address: str, sender: str) -> str:
    """Why a test mail was not sent, by the kind of error, and what to do."""
    other = f"De mailserver nam de proefmail niet aan. {_SERVER} Noem daarbij: {kind}."
    told = _NOT_SENT.get(kind.partition(" ")[0])
    return told.format(address=address, sender=sender) if told else other
