"""The fields of mails for whoever changes a text: what each holds, with an invented example."""

from collections.abc import Iterable

SITE = "https://vignet.example"

FIELDS = {
    "naam": ("naam van wie de mail krijgt", "Nina Voorbeeld"),
    "site": ("adres van Vignet", SITE),
    "link": ("persoonlijke link", f"{SITE}/welkom/voorbeeld"),
    "pagina": ("einde van een adres; laat het staan waar het staat", "voorbeeld"),
    "aanleiding": ("waarom iemand is uitgenodigd", "U bent toegevoegd als KSF-medewerker."),
    "aantal": ("aantal kandidaten", "4"),
    "aantal_manieren": ("op hoeveel manieren de examiner kan meeluisteren", "2"),
    "assessoren": ("namen van de assessoren", "Anna Assessor, Bas Beoordelaar"),
    "auditor": ("naam van de auditor", "Aad Auditor"),
    "betaallink": ("hoe online te betalen is, als dat kan", "U betaalt online op https://betalen.example"),
    "bevinding": ("wat de auditor schreef", "De ruimte is te druk."),
    "bevindingen": ("of er bevindingen zijn, en wat dan te doen", "Er is één bevinding. Lees wat u kunt verbeteren."),
    "bedrag": ("het bedrag", "€ 250,00"),
    "begin": ("begintijd", "9.00 uur"),
    "besluit": ("wat er is besloten, met de gevolgen", "Hier staat het besluit, met wat u daarna kunt doen."),
    "bewijs": ("waar het bewijs van vernietiging staat, als dat er is", "Uw bewijs van vernietiging staat klaar."),
    "certificaat": ("naam van het certificaat", "KSF Branchecertificaat B"),
    "dag": ("dag", "maandag 11 januari 2027"),
    "datum": ("datum", "maandag 11 januari 2027, 9.00 tot 12.00 uur"),
    "eerst": ("wat het eerst was", "maandag 4 januari 2027 om 9.00 uur"),
    "eind": ("eindtijd", "12.00 uur"),
    "en_nog": ("hoeveel er nog meer zijn, als het er veel zijn", "- en nog 3"),
    "examen": ("naam van het examen", "Branchecertificaat B"),
    "examiner": ("naam van de examiner", "Eva Examiner"),
    "gesprekken": ("aantal gesprekken", "5"),
    "gevraagd": ("wat er is gevraagd te verwijderen", "mails"),
    "hoe": ("of het is gepland, afgewezen of afgezegd", "is gepland"),
    "hoeveel": ("om hoeveel het gaat", "3 antwoorden"),
    "hoeveel_staan_klaar": ("hoeveel online toetsen er klaarstaan", "Er staan 3 online toetsen klaar"),
    "inloggen": ("hoe iemand inlogt: met een persoonlijke link, of zonder", f"Ga naar {SITE} en log in."),
    "kandidaat": ("naam van de kandidaat", "Karel Kandidaat"),
    "leidinggevende": ("naam van de leidinggevende", "Lena Leider"),
    "leidinggevende_ook": (
        "dat de leidinggevende ook iets moet aanpassen, als dat zo is",
        "Ook uw leidinggevende is gevraagd de onderbouwing aan te passen.",
    ),
    "manieren": ("op welke manieren de examiner kan meeluisteren", "naast u, of op afstand"),
    "menu": ("waar het in het menu staat", "‘Kosten’"),
    "minuten": ("aantal minuten", "90"),
    "moment": ("dag en tijd", "maandag 11 januari 2027 om 9.00 uur"),
    "namen": ("namen van kandidaten", "Karel Kandidaat, Kim Kandidaat"),
    "nummer": ("nummer van het dossier, de vraag, de factuur of het bezwaar", "AB-7F3QXMP"),
    "onderdelen": ("lijst met onderdelen", "- Luisteren\n- Samenvatten"),
    "onderwerp": ("onderwerp dat bij het besluit past", "Bericht over uw examen"),
    "ontvangsten": ("het ontvangstbewijs van elk antwoord", "Situatie 1\nlengte: 1:32\nontvangen: 11 januari 2027"),
    "oordelen": ("oordeel per onderdeel", "Motivatie: Schrijf meer over uw eigen rol."),
    "opdracht": ("welk antwoord opnieuw moet, en waarom", "U neemt situatie 3 nog een keer op."),
    "opent": ("vanaf wanneer het examen open is", "maandag 11 januari 2027 om 9.00 uur"),
    "organisatie": ("naam van de organisatie", "Voorbeeld Klantcontact"),
    "plaats": ("plaats of adres", "Proefstraat 12, Voorbeeldstad"),
    "reden": ("wat KSF erbij schreef", "Hier staat de reden die KSF opschreef."),
    "situatie": ("nummer van de situatie", "3"),
    "sluit": ("tot wanneer het examen open is", "vrijdag 15 januari 2027 om 17.00 uur"),
    "soort": ("factuur of creditfactuur", "Factuur"),
    "stand": ("of de locatie in orde is", "in orde"),
    "termijn": ("laatste dag", "vrijdag 15 januari 2027"),
    "tijd": ("tijd van de beurt", "10.30 uur"),
    "uw_kandidaten": ("om hoeveel kandidaten het gaat", "2 kandidaten"),
    "van_wie": ("van wie het is, of wie het deed", "van Karel Kandidaat"),
    "veranderd": ("dat de afspraak is veranderd, als dat zo is", "De afspraak is veranderd: de auditor is ziek."),
    "verwijderd": ("wat er is verwijderd", "mails"),
    "vorige": ("naam van wie het eerst was", "Leo Leider"),
    "waarom": ("waarom, met wat KSF erbij schreef", "De organisatie heeft het ingetrokken."),
    "wanneer": (
        "wanneer het examen is, en wat iemand doet als het niet lukt",
        "U doet examen op maandag 11 januari 2027.",
    ),
    "weken": ("aantal weken", "6"),
    "wie": ("om wie het gaat", "Karel Kandidaat komt niet."),
}
"""By name what a field holds, and an example of it."""

SUBJECTS = {
    "date_answer": "Antwoord op een aanvraag voor een examendatum",
    "practical_answer": "Antwoord op een aanvraag voor een praktijktoets",
    "reminder": "Herinnering aan een examen",
    "invoice_made": "Factuur of creditfactuur",
}
"""What a mail is called whose subject says too little by itself."""


def about(name: str) -> str:
    """What this field holds."""
    return FIELDS.get(name, ("een deel dat Vignet invult", ""))[0]


def examples(names: Iterable[str]) -> dict[str, str]:
    """An invented value for each of these fields."""
    return {name: FIELDS.get(name, ("", "Hier vult Vignet iets in."))[1] for name in names}
