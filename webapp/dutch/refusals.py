"""Why something cannot be done now, and what to do next: every rule that may refuse, and every error page."""

from datetime import date, datetime
from typing import Any

from review import checklist, portfolio
from review.objection import Obstacle
from scenarios import sitting
from storage.admission import enrolments, part_one
from storage.base import steps
from storage.base.refusal import Refused
from storage.certificates import certificates, changes, copies, paper_lists
from storage.dossier import dossiers, qualifications, role_documents
from storage.exam import accommodations, consents, drawing, looks, recordings, take_decisions
from storage.judging import (
    absences,
    allocations,
    assignments,
    flags,
    objections,
    ratings,
    repeats,
    shared_results,
    verdicts,
    workload,
)
from storage.people import complaints, employers, examiners, links, organisations, passwords, people, staff_changes
from storage.planning import (
    bookings,
    exam_dates,
    locations,
    practical_candidates,
    practical_results,
    practical_sessions,
    practical_sheets,
    theory_tests,
)
from storage.retention import holds, requests
from storage.theory import drops as theory_drops
from storage.theory import items as theory_items
from storage.theory import panels as theory_panels
from storage.theory import sittings as theory_sittings
from webapp.dutch.formats import date_only, moment
from webapp.dutch.terms import CONFLICTS, part

REFUSALS: dict[str, str] = {
    sitting.Rule.WINDOW_NOT_OPEN: "Uw examen is nog niet open. Kom terug op {needed[0]}.",
    sitting.Rule.WINDOW_CLOSED: "De tijd voor uw examen is voorbij. Neem contact op met KSF.",
    sitting.Rule.ELSEWHERE: "Uw examen is open in een ander venster. Ga daar verder, of kies ‘Hier verdergaan’.",
    sitting.Rule.OTHER_STEP: "U bent al bij een volgende stap. Laad de pagina opnieuw om verder te gaan.",
    sitting.Rule.NO_PLAY_LEFT: "U hebt dit filmpje al gezien. U gaat verder met de voorbereiding.",
    sitting.Rule.NO_RETAKE_LEFT: "Er is geen nieuwe opname meer mogelijk. KSF neemt contact met u op.",
    sitting.Rule.NOT_ALL_SAFE: "Nog niet al uw antwoorden zijn veilig ontvangen. Laat deze pagina open; wij gaan door.",
    sitting.Rule.RETAKE_WITHDRAWN: "Uw eerdere opname blijkt toch goed te zijn. Die telt; u hoeft niets over te doen.",
    sitting.Rule.CAMERA_BELOW_LIMITS: "Het beeld van uw camera is te klein of hapert. Nodig zijn {needed[0]} "
    "beeldlijnen en {needed[1]} beelden per seconde. Kies een andere camera, of sluit wat hem ook gebruikt.",
    recordings.Rule.NO_RECORDER: "De opnameserver is even niet bereikbaar. We proberen het vanzelf opnieuw.",
    recordings.Rule.ALL_TAKEN: "Het is nu druk: er zijn te veel kandidaten tegelijk bezig. U bent niets kwijt, en uw "
    "tijd loopt nog niet. Meestal is er binnen een kwartier plaats. Later terugkomen mag ook, tot {needed[0]}.",
    looks.Rule.NO_REASON: "Schrijf eerst waarom u deze opname bekijkt.",
    dossiers.Rule.INCOMPLETE: "Het dossier is nog niet compleet. Dit ontbreekt nog: {parts}.",
    dossiers.Rule.NO_REASON: "Schrijf eerst waarom u dit besluit neemt.",
    dossiers.Rule.CLOSED: "Dit dossier is al ingediend. De tekst kan niet meer veranderen.",
    dossiers.Rule.CHANGED_ELSEWHERE: "Er is iets bewaard in een ander venster. Laad de pagina opnieuw.",
    dossiers.Rule.PART_CLOSED: "KSF heeft dit deel niet teruggestuurd. De tekst kan niet meer veranderen.",
    portfolio.Rule.UNJUDGED: "Nog niet elk criterium heeft een oordeel met een reden.",
    portfolio.Rule.NOT_SUFFICIENT: "Goedkeuren kan alleen als elk criterium voldoende is.",
    portfolio.Rule.NOTHING_WRONG: "Alles is voldoende. Geef eerst aan wat onvoldoende is, en waarom.",
    part_one.Rule.NOT_HANDED_IN: "Dit dossier wacht niet op een oordeel.",
    part_one.Rule.CLAIMED: "Een collega beoordeelt dit dossier, tot {needed[0]}.",
    part_one.Rule.NOT_CLAIMED: "Dit dossier staat niet (meer) op uw naam. Pak het opnieuw op.",
    part_one.Rule.REJECTED_BEFORE: "U wees dit dossier eerder af. Na het bezwaar beoordeelt iemand anders het.",
    part_one.Rule.SAW_RECORDINGS: "U beoordeelt opnames van deze kandidaat. Iemand anders beoordeelt deel 1.",
    qualifications.Rule.NO_REASON: "Schrijf waarom u dit certificaat met de hand invoert. Het register bewaart dat.",
    qualifications.Rule.OF_CERTIFICATE: "Dit certificaat is hier afgegeven. Laat het in het register intrekken.",
    qualifications.Rule.PREREQUISITE: "De kandidaat kan nog niet door: eerst Branchecertificaat A, of de online toets.",
    qualifications.Rule.OF_TEST: "Dit komt van een online toets. Zet de uitslag recht bij die toets.",
    qualifications.Rule.KNOWN: "Dit stond er al.",
    qualifications.Rule.NUMBER_NEEDED: "Vul het nummer van het certificaat in.",
    qualifications.Rule.IN_FUTURE: "De datum ligt in de toekomst. Kijk de datum na.",
    role_documents.Rule.TOO_LARGE: "Dit bestand is te groot. Kies een bestand van hoogstens 10 MB.",
    role_documents.Rule.EMPTY: "Kies eerst een bestand.",
    role_documents.Rule.OTHER_TYPE: "Dit is geen PDF en geen Word-document (.docx). Kies een ander bestand.",
    role_documents.Rule.ACTIVE: "In dit bestand zit een programma of een bijlage. Bewaar het eerst als gewone PDF.",
    role_documents.Rule.LOCKED: "Dit bestand heeft een wachtwoord. Bewaar het zonder wachtwoord en kies het opnieuw.",
    accommodations.Rule.NOTHING_ASKED: "Kies eerst wat u nodig hebt.",
    accommodations.Rule.NOT_OFFERED: "Deze voorziening is er niet bij dit examen.",
    accommodations.Rule.TOO_LATE: "Voor een voorziening is het nu te laat. Neem contact op met KSF.",
    accommodations.Rule.DECIDED: "KSF heeft al over uw voorziening beslist.",
    accommodations.Rule.UNDECIDED: "De kandidaat vroeg een voorziening. Beslis daar eerst over.",
    accommodations.Rule.NO_REASON: "Schrijf waarom u dit besluit neemt. De kandidaat leest het.",
    exam_dates.Rule.IN_PAST: "Deze dag is al voorbij, of begint nu. Kies een latere dag.",
    exam_dates.Rule.PAST_MIDNIGHT: "Begin en einde moeten op dezelfde dag liggen.",
    exam_dates.Rule.NO_DATES: "Dit examen werkt niet met examendata. Het reglement zegt wanneer het kan.",
    exam_dates.Rule.IN_USE: "Er zijn plaatsen bezet op deze datum. Geef die kandidaten eerst een ander antwoord.",
    exam_dates.Rule.OTHER_EXAM: "Deze datum is voor een ander examen. Kies een datum van dit examen.",
    exam_dates.Rule.OVER: "Deze datum kan niet meer. Kies een andere.",
    bookings.Rule.NOT_APPROVED: "Een datum kan pas als KSF het motivatiedossier heeft goedgekeurd.",
    bookings.Rule.NO_DATES: "Dit examen werkt niet met examendata. De kandidaat krijgt vanzelf een uitnodiging.",
    bookings.Rule.FULL: "Deze datum is net vol geraakt. Er is niets aangevraagd. Kies een andere datum.",
    bookings.Rule.TWICE: "Deze kandidaat heeft al een datum, of wacht op antwoord over een datum.",
    bookings.Rule.SAME_DAY: "Deze kandidaat heeft op die dag al een ander examen. Kies een andere datum.",
    bookings.Rule.BEGUN: "De kandidaat is al aan het examen begonnen. De datum kan niet meer veranderen.",
    bookings.Rule.SAME_DATE: "Dit is de datum die al is aangevraagd. Kies een andere, of bevestig deze.",
    bookings.Rule.NO_REASON: "Schrijf waarom. De beheerder leest het.",
    practical_sessions.Rule.NO_LOCATION: "Kies eerst een locatie.",
    practical_sessions.Rule.NO_CANDIDATE: "Kies ten minste één kandidaat.",
    practical_sessions.Rule.NO_EXAMINER: "Kies eerst een examiner.",
    practical_sessions.Rule.FULL: "Op deze datum is nog plaats voor {needed[0]}, u koos {found}. Er is niets "
    "aangevraagd. Kies minder kandidaten, of een andere datum.",
    practical_sessions.Rule.DAY_TOO_SHORT: "Op deze dag is er tijd voor {needed[0]} kandidaten, u koos {found}. Er is "
    "niets aangevraagd. Kies minder kandidaten, of een andere datum.",
    practical_sessions.Rule.NOT_EXAMINER: "Deze persoon is nu geen assessor, en kan dus niet examineren: {found}.",
    practical_sessions.Rule.EXAMINER_TIED: "Deze examiner heeft een band met de organisatie of een kandidaat: "
    "{conflicts}. Kies iemand anders.",
    practical_sessions.Rule.EXAMINER_TAKEN: "Deze examiner is die dag al ergens anders: {found}. Kies iemand anders.",
    practical_sessions.Rule.SAME_EXAMINER: "Deze examiner komt al: {found}. Kies iemand anders.",
    practical_sessions.Rule.LAST_CANDIDATE: "Dit is de enige kandidaat: {found}. Trek de praktijktoets in, of zeg "
    "hem af.",
    practical_sessions.Rule.CANDIDATE_OFF: "Deze kandidaat is al afgemeld: {found}.",
    practical_sessions.Rule.SAME_DAY: "Er is op die dag al een ander examen voor: {found}. Er is niets aangevraagd.",
    practical_sessions.Rule.BEGUN: "Daarvoor is het te laat. Bel KSF.",
    practical_sessions.Rule.NO_REASON: "Schrijf waarom. Wie zou komen, leest het.",
    practical_sheets.Rule.NO_POINTS: "Het reglement van deze toets heeft nog geen checklist. Vul de papieren lijst in.",
    practical_sheets.Rule.WRONG: "Deze checklist kan niet worden bewaard. Laad de pagina opnieuw.",
    practical_sheets.Rule.TOO_MANY: "Op deze checklist is te vaak iets veranderd. Neem contact op met KSF.",
    practical_results.Rule.NOT_YET: "De toets is nog niet begonnen. Teken vanaf {needed[0]}.",
    practical_results.Rule.OFF: "Deze toets gaat niet door, of deze kandidaat is afgemeld: {found}.",
    practical_results.Rule.CONFLICT: "Op twee apparaten staat iets anders. Kies eerst wat klopt, en teken dan.",
    practical_results.Rule.OTHER_DEVICE: "Op een ander apparaat is iets veranderd. Kijk het na en teken opnieuw.",
    practical_results.Rule.SIGNED: "Deze checklist is al ondertekend.",
    practical_results.Rule.CHANGED: "Na het ondertekenen kwam nog iets binnen van een ander apparaat. Stuur de "
    "checklist terug, dan kijkt de examiner hem na.",
    practical_results.Rule.SECOND_PERSON: "Dit doet iemand anders dan de examiner.",
    practical_results.Rule.NO_REASON: "Schrijf waarom u de checklist terugstuurt. De examiner leest het.",
    practical_results.Rule.NOT_PASSED: "Bij deze uitslag hoort geen certificaat.",
    practical_results.Rule.NO_THEORY: "De theorietoets is nog niet behaald. Het certificaat volgt als die er is.",
    practical_results.Rule.CERTIFIED: "Het certificaat is er al.",
    practical_results.Rule.CERTIFICATE_STANDS: "Op deze uitslag rust certificaat {found}. Trek dat eerst in.",
    checklist.Gap.NOT_TOLD: "De kandidaat wist niet vooraf dat deze gesprekken meetellen. Dan kan de toets niet.",
    checklist.Gap.TOLD_TOO_LATE: "De kandidaat hoorde pas na het begin van deze toets. Dan telt hij niet.",
    checklist.Gap.TOO_FEW: "Er zijn ten minste {needed[0]} hele gesprekken nodig.",
    checklist.Gap.CONVERSATION: "Een gesprek is niet compleet. Vul soort, manier, begin en een later einde in.",
    checklist.Gap.NOT_JUDGED: "Nog niet elk punt heeft een oordeel.",
    checklist.Gap.NO_REASON: "Schrijf bij elk punt dat u niet zag waarom.",
    checklist.Gap.NOT_ASKABLE: "Naar dit punt mag u niet vragen in een slotvraag.",
    checklist.Gap.UNKNOWN: "Deze checklist heeft een punt dat niet in het reglement staat.",
    practical_candidates.Rule.NOT_OF_ORGANISATION: "Werkt niet bij de organisatie van deze locatie: {found}. Kies een "
    "andere locatie, of andere kandidaten.",
    practical_candidates.Rule.CERTIFIED: "Heeft het certificaat al: {found}. Een praktijktoets is niet meer nodig.",
    practical_candidates.Rule.NO_THEORY: "Heeft de theorietoets nog niet behaald: {found}. Die komt eerst.",
    practical_candidates.Rule.TWICE: "Heeft al een praktijktoets, of wacht op antwoord: {found}.",
    locations.Rule.KNOWN: "Deze locatie staat al in uw lijst. Kies een andere naam of ruimte.",
    locations.Rule.CLOSED: "Deze locatie is gesloten. Kies een andere, of neem deze weer in gebruik.",
    theory_items.Rule.SAME_PERSON: "Deze stap doet iemand anders dan de vorige: {found}. Er is niets veranderd.",
    theory_items.Rule.NO_REASON: "Schrijf waarom u dit doet met {found}. Er is niets veranderd.",
    theory_items.Rule.NO_TERM: "Geen online toets vraagt deze toetsterm.",
    theory_items.Rule.KNOWN: "Deze vraag staat al in de vragenbank.",
    theory_items.Rule.MEDIA_AWAY: "De plaatjes en geluiden zijn nu niet te lezen. Probeer het straks opnieuw.",
    theory_items.Rule.OWN_TEST: "U maakt zelf nog een online toets. Tot die klaar is, kunt u de vragen niet zien.",
    theory_drops.Rule.NOT_USED: "Vraag {found} stond nog in geen toets. Er is niets te laten vervallen.",
    theory_drops.Rule.PROPOSED: "Voor {found} is dit al voorgesteld of besloten. Laad de pagina opnieuw.",
    theory_drops.Rule.SAME_PERSON: "U stelde dit zelf voor. Iemand anders besluit of {found} vervalt.",
    theory_drops.Rule.NO_REASON: "Schrijf waarom {found} niet goed is. Er is niets veranderd.",
    theory_drops.Rule.OTHERWISE: "De uitslag die geldt, heeft KSF met de hand ingevoerd.",
    theory_panels.Rule.NO_ITEMS: "Er zijn nog geen vragen in gebruik voor deze toets.",
    theory_panels.Rule.NO_JUDGES: "Kies wie in het panel zit.",
    theory_panels.Rule.CLOSED: "Dit panel is gesloten. Er verandert niets meer.",
    theory_panels.Rule.NOBODY_READY: "Nog niemand heeft bij elke vraag geschat. Sluiten kan nog niet.",
    theory_sittings.Rule.NOT_HERE: "Deze toets wordt niet in Vignet gemaakt, of is al voorbij.",
    theory_sittings.Rule.NOT_TODAY: "De toets is op {needed[0]}. Alleen op die dag kan hij open.",
    theory_sittings.Rule.NOT_CHECKED: "Deze locatie heeft geen geldige controle: {found}. Controleer haar eerst.",
    theory_sittings.Rule.TOO_FEW_ITEMS: "Er zijn te weinig vragen in gebruik voor deze toets: {found}. Bel KSF.",
    theory_sittings.Rule.LOG_IN_ONLY: "Deze toets opent alleen iemand van uw organisatie, met een eigen inlog.",
    theory_sittings.Rule.TOO_MANY_CODES: "Er is te vaak een verkeerde code getypt. Vraag uw organisatie de toets met "
    "een eigen inlog te openen.",
    theory_sittings.Rule.NOT_OPEN: "De toets is nu niet bezig. Laad de pagina opnieuw.",
    theory_sittings.Rule.ELSEWHERE: "Uw toets is open op een andere computer, of in een andere browser. Ga daar "
    "verder, of vraag wie toezicht houdt om ‘Andere computer’.",
    theory_sittings.Rule.TIME_OVER: "De tijd is om. Wat op tijd binnenkwam, is bewaard. Laad de pagina opnieuw.",
    theory_sittings.Rule.SAME_PERSON: "U hebt deze toets geopend. Iemand anders geeft de uitslag vrij.",
    theory_sittings.Rule.HAS_OUTCOME: "Deze toets is in Vignet gemaakt. Geef de uitslag vrij; invoeren kan niet.",
    theory_sittings.Rule.BEGUN: "De kandidaat is al begonnen. De tijd kan niet meer veranderen.",
    theory_tests.Rule.PASSED: "De online toets is al behaald door {found}. Die telt voor elk certificaat.",
    theory_tests.Rule.TWICE: "Er staat al een online toets klaar voor {found}. Ziet u die niet in uw lijst? Vraag KSF.",
    theory_tests.Rule.IN_PAST: "Dit moment is al voorbij. Kies een later moment.",
    theory_tests.Rule.TOO_SOON: "De vorige toets van {found} is niet behaald. De volgende kan vanaf {needed[0]}.",
    theory_tests.Rule.TOO_FAR: "Dit moment is te ver weg. Het kan tot en met {needed[0]}. Kijk het jaar na.",
    theory_tests.Rule.NOT_OF_ORGANISATION: "Bij de organisatie van deze locatie werkt {found} niet. Kies een andere.",
    theory_tests.Rule.BEGUN: "De tijd van deze toets is al begonnen. Intrekken kan niet meer; KSF voert de uitslag in.",
    theory_tests.Rule.NOT_YET: "Deze toets is nog niet geweest. Een uitslag kan vanaf {needed[0]}.",
    theory_tests.Rule.NO_REASON: "Schrijf waarom de uitslag anders moet zijn.",
    theory_tests.Rule.OTHER_STANDS: "Er is een andere toets van {found}, op {needed[0]}. Die staat klaar of is "
    "behaald. Laat hem eerst intrekken, of voer de uitslag bij die toets in.",
    theory_tests.Rule.ON_CERTIFICATE: "Deze persoon heeft al een certificaat, en dat kan alleen met deze toets. "
    "Overleg eerst met de examencommissie.",
    theory_tests.Rule.ON_FILE: "Met deze toets is dossier {found} goedgekeurd. De kandidaat trekt dat dossier eerst "
    "in. Is het examen al gedaan? Overleg dan met de examencommissie.",
    theory_tests.Rule.ON_SESSION: "Deze persoon heeft een praktijktoets op {needed[0]}, en die kan alleen met deze "
    "toets. Zeg die eerst af. Is hij al geweest? Overleg dan met de examencommissie.",
    sitting.Rule.NOT_IDENTIFIED: "Eerst bevestigt iemand van uw organisatie wie u bent. Laad de pagina opnieuw.",
    sitting.Rule.TOO_MANY_CODES: "Er is te vaak een verkeerde code ingevuld. Iemand van uw organisatie kan bevestigen.",
    sitting.Rule.NOT_LATER: "De nieuwe datum moet later zijn dan nu en dan de oude.",
    sitting.Rule.NO_REASON: "Schrijf waarom de kandidaat meer tijd krijgt.",
    drawing.Rule.SLOT_EMPTY: "Voor een van de situaties is nu geen filmpje in gebruik. Het examen kan nog "
    "niet beginnen. Het bureau van KSF neemt eerst nieuwe filmpjes in gebruik.",
    drawing.Rule.NO_REASON: "Schrijf waarom deze situatie uit gebruik gaat.",
    drawing.Rule.TWICE: "Deze situatie is al uit gebruik.",
    drawing.Rule.IN_USE: "Deze situatie is al in gebruik.",
    dossiers.Rule.NO_SCENARIOS: "Dit examen heeft nog geen situaties. Neem eerst een map met filmpjes in gebruik.",
    ratings.Rule.INCOMPLETE: "Deze beoordeling is nog niet compleet.",
    ratings.Rule.SIGNED: "Deze beoordeling is al ondertekend. De scores staan vast.",
    ratings.Rule.DOSSIER_CLOSED: "De STAR’s gaan open als u alle antwoorden van deze kandidaat hebt ondertekend.",
    ratings.Rule.CHANGED_ELSEWHERE: "Deze beoordeling is in een ander venster veranderd. Laad de pagina opnieuw.",
    workload.Rule.NOT_RECORDED: "Nog niet alle antwoorden zijn klaar om te bekijken.",
    workload.Rule.FINAL: "Deze beoordeling is definitief en kan niet meer terug.",
    workload.Rule.AT_WORK: "Deze assessor is er nog mee bezig. Neem het werk terug als het langer stilligt.",
    workload.Rule.NOTHING: "Deze assessor heeft hier geen werk meer. Laad de pagina opnieuw.",
    ratings.Rule.NOT_YOURS: "Deze opmerking hoort bij een ander antwoord. Laad de pagina opnieuw.",
    flags.Rule.NO_REASON: "Schrijf er eerst bij wat er aan de hand is.",
    flags.Rule.OPEN_ALREADY: "U hebt dit al gemeld. Het bureau kijkt ernaar.",
    flags.Rule.NOBODY: "Pak deze melding eerst zelf op. Wie een melding oppakt, rondt die af.",
    flags.Rule.CLOSED: "Deze melding is al afgehandeld.",
    assignments.Rule.NOT_FINISHED: "Dit examen is nog niet afgerond.",
    assignments.Rule.NO_ASSESSOR: "Deze persoon is nu geen assessor.",
    assignments.Rule.CONFLICT: "Deze assessor mag deze kandidaat niet beoordelen: {conflicts}.",
    assignments.Rule.TWICE: "Kies verschillende assessoren. Niemand beoordeelt dezelfde kandidaat twee keer.",
    assignments.Rule.TOO_MUCH: "Een assessor beoordeelt hoogstens {needed[0]} antwoorden van deze kandidaat, of alle.",
    assignments.Rule.SLOT_TAKEN: "Deze plaats is al bezet, of wacht nog niet op iemand. Laad de pagina opnieuw.",
    allocations.Rule.NOTHING_TO_DO: "In deze examens wacht niets op een assessor. Kies andere examens.",
    allocations.Rule.SCHEMES: "Deze examens horen bij verschillende reglementen. Verdeel ze apart.",
    allocations.Rule.OTHER_MODE: "Van een van deze examens is het werk al op de andere manier verdeeld.",
    allocations.Rule.FINAL: "Deze verdeling is al vastgesteld.",
    allocations.Rule.CANNOT_TAKE: "Deze assessor kan dit niet overnemen. Kijk wie het nu wel kan.",
    allocations.Rule.NOTHING_FOUND: "Er is niets verdeeld. Kijk hieronder waarom niet.",
    absences.Rule.ENDS_BEFORE: "De laatste dag ligt voor de eerste.",
    absences.Rule.OVER: "Deze dagen zijn al voorbij.",
    verdicts.Rule.NOT_FINAL: "Nog niet alle beoordelingen zijn definitief ondertekend.",
    verdicts.Rule.THIRD_NEEDED: "De twee assessoren verschillen te veel. Wijs eerst een derde assessor aan.",
    verdicts.Rule.CONFIRMED: "Iemand heeft dit eindoordeel al gecontroleerd. Nu moet iemand anders het vrijgeven.",
    verdicts.Rule.NOT_CONFIRMED: "Een eerste medewerker moet dit eindoordeel nog controleren.",
    verdicts.Rule.SECOND_PERSON: "U hebt dit eindoordeel zelf gecontroleerd. Iemand anders moet het vrijgeven.",
    verdicts.Rule.INVOLVED: "U hebt zelf beoordeeld. Iemand anders moet het eindoordeel vrijgeven.",
    verdicts.Rule.RELEASED: "Deze uitslag is al vrijgegeven.",
    verdicts.Rule.OWN_DECISION: "U nam dit besluit zelf. Iemand anders moet het controleren.",
    verdicts.Rule.NO_REASON: "Schrijf waarom u dit besluit.",
    verdicts.Rule.DECIDED: "Er is al een eindoordeel over dit examen.",
    verdicts.Rule.BY_RULING: "Dit hoort bij een bezwaar. De uitspraak maakt de nieuwe uitslag bekend.",
    verdicts.Rule.ASKED: "De kandidaat heeft nog tijd voor nieuwe opnames, tot {needed[0]}.",
    verdicts.Rule.NOT_ASKED: "Er is niets opnieuw gevraagd.",
    verdicts.Rule.REPLACED: "Dit eindoordeel telt niet meer. Er is een ander voor in de plaats.",
    verdicts.Rule.ANOTHER_WAITS: "Er loopt al een ander oordeel over dit examen. Rond dat eerst af.",
    verdicts.Rule.NOTHING_WRONG: "Deze uitslag is al zo, en past bij de scores. Er is niets recht te zetten.",
    verdicts.Rule.UNDECIDED: "Er is nog te weinig gezien voor een oordeel. Vraag eerst extra bewijs.",
    certificates.Rule.NOT_RELEASED: "Deze uitslag is nog niet vrijgegeven. Dat komt eerst.",
    certificates.Rule.NOT_PASSED: "Bij deze uitslag hoort geen certificaat.",
    certificates.Rule.ISSUED: "Voor dit examen is het certificaat al afgegeven. Laad de pagina opnieuw.",
    certificates.Rule.SECOND_PERSON: "U gaf deze uitslag vrij. Iemand anders geeft het certificaat af.",
    certificates.Rule.OWN_CASE: "Dit gaat over u, of over een kandidaat van u. Iemand anders geeft het certificaat af.",
    copies.Rule.NOT_HELD: "Van dit certificaat kan geen afschrift worden besteld.",
    paper_lists.Rule.HAS_HOLDER: "Dit certificaat is al van iemand. Laad de pagina opnieuw.",
    paper_lists.Rule.HOLDS_ONE: "Deze persoon heeft al zo'n certificaat. Kijk of het adres klopt.",
    paper_lists.Rule.DONE: "Deze lijst is al overgenomen. U hoeft niets te doen.",
    changes.Rule.NO_REASON: "Schrijf waarom. De houder van het certificaat leest het.",
    changes.Rule.NO_NAME: "Vul de naam in die op het nieuwe certificaat moet staan.",
    changes.Rule.FROM_PAPER: "Dit certificaat is van papier overgenomen. Een nieuw maken kan hier niet.",
    changes.Rule.ASKED: "Er wacht al een wijziging op een tweede medewerker. Beslis daar eerst over.",
    changes.Rule.DECIDED: "Hierover is al beslist. Laad de pagina opnieuw.",
    changes.Rule.SECOND_PERSON: "U vroeg dit zelf. Iemand anders beslist erover.",
    changes.Rule.OWN: "Dit is uw eigen certificaat. Iemand anders beslist erover.",
    take_decisions.Rule.NO_REASON: "Schrijf eerst waarom u dit besluit neemt.",
    take_decisions.Rule.NOT_WAITING: "Deze opname wacht niet meer op u. Laad de pagina opnieuw.",
    take_decisions.Rule.NOTHING_TO_SEE: "In deze opname is geen beeld. Geef de kandidaat nog een poging.",
    people.Rule.NO_ADDRESS: "Dit is geen e-mailadres. Het ziet eruit als naam@organisatie.nl.",
    people.Rule.ADDRESS_TAKEN: "Dit adres is al van iemand anders. Kijk of het klopt, of neem contact op met KSF.",
    people.Rule.NO_STAND_IN: "Deze aanmelding is er niet meer.",
    people.Rule.STAND_IN_CLASHES: "Wat deze organisatie voor u deed, past niet bij wat u al hebt. U hebt bijvoorbeeld"
    " al een online toets, een praktijktoets op die dag of dat bewijs. Vraag de organisatie om dat terug te nemen."
    " Neem de aanmelding daarna aan bij Mijn account. Lukt het dan nog niet? Vraag KSF om hulp.",
    staff_changes.Rule.DECIDED: "Hierover is al beslist. Laad de pagina opnieuw.",
    staff_changes.Rule.SECOND_OFFICER: "Dit beslist een collega: u vroeg het zelf, of het gaat over u.",
    passwords.Rule.TOO_SHORT: "Gebruik ten minste {needed[0]} tekens. Een zin van vier losse woorden is makkelijk.",
    passwords.Rule.TOO_LONG: "Gebruik ten hoogste {needed[0]} tekens.",
    passwords.Rule.EXPECTED: "Dit is te makkelijk te raden. Neem bijvoorbeeld vier woorden die niet bij elkaar horen.",
    passwords.Rule.BREACHED: "Dit wachtwoord staat op een lijst van gestolen wachtwoorden. Kies een ander, dat u "
    "nergens anders gebruikt.",
    links.Rule.GONE: "Deze link werkt niet meer. Vraag een nieuwe aan bij ‘Wachtwoord vergeten’.",
    employers.Rule.NO_NAME: "Kies een organisatie, of vul de naam van een andere werkgever in.",
    employers.Rule.ENDS_BEFORE: "De laatste dag ligt voor de eerste. Kijk de dagen na.",
    employers.Rule.BEGINS_LATER: "Deze dag komt nog. Vul een werkgever in zodra iemand daar werkt.",
    employers.Rule.TWICE: "Deze werkgever staat er al, voor dezelfde tijd.",
    examiners.Rule.SUPPLIES_NONE: "Deze organisatie levert geen examiners. Spreek dat eerst af met KSF.",
    examiners.Rule.TWICE: "Deze persoon is al voorgesteld, of wordt al geleverd.",
    examiners.Rule.NOT_TRAINED: "Deze dag komt nog. Neem iemand aan na de scholing.",
    examiners.Rule.ACTIVE_BEFORE: "Inzetten kan pas vanaf de dag van de scholing. Kijk de dagen na.",
    examiners.Rule.NOT_CALIBRATED: "Kies een dag vanaf de scholing, tot en met vandaag.",
    examiners.Rule.OWN: "Dit bent u zelf. Vraag een collega om te antwoorden.",
    examiners.Rule.NO_REASON: "Schrijf waarom niet. De organisatie leest het.",
    organisations.Rule.NAME_TAKEN: "Er is al een organisatie met deze naam. Kijk in de lijst, of kies een andere naam.",
    enrolments.Rule.DONE: "Deze lijst is al verwerkt. U hoeft niets te doen.",
    enrolments.Rule.MATCHED: "Van deze lijst zijn de kolommen al gekozen.",
    enrolments.Rule.NOT_MATCHED: "Kies eerst wat er in de kolommen van deze lijst staat.",
    enrolments.Rule.OWN_MANAGER: "Dit is de kandidaat zelf. Vul het adres van de leidinggevende in.",
    enrolments.Rule.SAME_MANAGER: "Deze leidinggevende schrijft al voor deze kandidaat. Vul iemand anders in.",
    holds.Rule.NO_REASON: "Schrijf waarom dit langer moet blijven.",
    holds.Rule.NO_END: "Kies een dag na vandaag.",
    holds.Rule.TOO_LONG: "Uitstel duurt ten hoogste twee jaar. Kies een dag die eerder komt.",
    holds.Rule.ERASING: "Dit examen wordt op dit moment vernietigd. Dat is niet meer tegen te houden.",
    holds.Rule.LIFTED: "Dit uitstel is al opgeheven.",
    holds.Rule.YEAR_RUNS: "Dit jaar is nog niet voorbij.",
    holds.Rule.YEAR_CLOSED: "De audit van dit jaar is al afgesloten.",
    consents.Rule.NOTHING_TO_ALLOW: "Van dit examen zijn er geen opnames (meer).",
    shared_results.Rule.NO_RESULT: "Van dit examen is er nog geen uitslag om te delen.",
    requests.Rule.NOTHING_ASKED: "Kies wat wij moeten verwijderen.",
    requests.Rule.TWICE: "U hebt dit al gevraagd. KSF is ermee bezig.",
    requests.Rule.NO_REASON: "Schrijf waarom dit niet, of niet alles, wordt verwijderd. Wie het vroeg, leest het.",
    requests.Rule.NOT_ASKED: "Dit is niet gevraagd.",
    requests.Rule.SECOND_OFFICER: "Dit beslist een collega: u besloot het zelf, of het gaat over u.",
    complaints.Rule.NO_TEXT: "Schrijf eerst iets op.",
    complaints.Rule.ANSWERED: "Deze klacht is al beantwoord.",
    complaints.Rule.OWN: "Dit is uw eigen klacht. Een collega beantwoordt die.",
    objections.Rule.NO_GROUNDS: "Schrijf eerst waarmee u het niet eens bent.",
    objections.Rule.LATE: "De termijn is voorbij. Schrijf waarom uw bezwaar later komt.",
    objections.Rule.TWICE: "U hebt al bezwaar gemaakt tegen dit besluit.",
    objections.Rule.INVOLVED: "U had een aandeel in dit besluit. Iemand anders behandelt het bezwaar.",
    objections.Rule.NO_RESULT: "Dit bezwaar gaat niet over een uitslag. Er is niets opnieuw te beoordelen.",
    objections.Rule.REMARKED: "Dit examen wordt voor dit bezwaar al opnieuw beoordeeld.",
    objections.Rule.UNDER_WAY: "Over dit examen loopt nog een ander oordeel. Wacht tot dat bekend is.",
    objections.Rule.NO_RECORDINGS: "Niet alle opnames zijn er nog. Opnieuw beoordelen kan niet meer.",
    objections.Rule.NO_REASON: "Schrijf eerst waarom.",
    Obstacle.NO_TEXT: "Schrijf eerst waarom. De kandidaat leest dit.",
    Obstacle.IN_TIME: "Dit bezwaar kwam op tijd. Kies een andere uitspraak.",
    Obstacle.REMARK_GOES_ON: "Het examen wordt nog opnieuw beoordeeld. Doe daarna uitspraak.",
    Obstacle.REMARK_FOUND_HIGHER: "De nieuwe assessoren kwamen hoger uit. De uitspraak is dan: gegrond, er komt een "
    "nieuw besluit.",
    Obstacle.NOTHING_NEW: "Er is geen ander eindoordeel om bekend te maken. Laat het examen eerst opnieuw beoordelen, "
    "of kies een andere uitspraak.",
    Obstacle.NO_ANSWERS: "Kies ten minste één situatie die de kandidaat opnieuw doet.",
    repeats.Rule.NOTHING: "Kies ten minste één antwoord.",
    repeats.Rule.IN_TIME: "De kandidaat heeft nog tijd tot {needed[0]}.",
    repeats.Rule.RECORDING: "De kandidaat neemt op dit moment op. Probeer het over een paar minuten opnieuw.",
    steps.StepRule.NOT_ALLOWED: "Deze stap kan nu niet. Laad de pagina opnieuw om te zien waar u bent.",
}

_HTTP = {
    400: ("Dit begrijpen we niet", "Er ging iets mis met wat u stuurde. Ga terug en probeer het opnieuw."),
    401: ("Log eerst in", "Voor deze pagina moet u ingelogd zijn."),
    403: ("Geen toegang", "U kunt deze pagina niet openen."),
    404: (
        "Deze pagina is er niet",
        "Het adres klopt niet, of de pagina is niet voor u. Ga naar uw beginpagina.",
    ),
    405: ("Dit kan hier niet", "Ga terug en probeer het opnieuw."),
    413: ("Dit bestand is te groot", "Kies een kleiner bestand en probeer het opnieuw."),
    415: ("Dit soort bestand kan niet", "Kies een ander bestand en probeer het opnieuw."),
    429: ("Even wachten", "U hebt dit te vaak geprobeerd. Wacht een paar minuten en probeer het dan opnieuw."),
    500: ("Er ging iets mis bij ons", "Wat u al had opgeslagen, is veilig. Probeer het over een minuut opnieuw."),
    503: (
        "Dit lukt nu even niet",
        "Het is te druk. Wat u al had opgeslagen, is veilig. Ga terug en probeer het over een paar tellen opnieuw.",
    ),
}


def http_error(code: int) -> tuple[str, str]:
    """Title and text of an error page."""
    return _HTTP.get(code, _HTTP[500] if code >= 500 else _HTTP[400])


def _shown(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value)
    return date_only(value) if isinstance(value, date) else value


def refusal(error: Refused) -> str:
    """Why something cannot be done now, and what to do."""
    sentence = REFUSALS.get(error.rule, "Dit kan nu niet. Laad de pagina opnieuw.")
    needed = error.needed if isinstance(error.needed, tuple) else (error.needed,)
    shown = tuple(_shown(value) for value in needed)
    several: Any = error.found
    names = ", ".join(part(name) for name in several) if "{parts}" in sentence else ""
    conflicts = ", ".join(CONFLICTS[one] for one in several) if "{conflicts}" in sentence else ""
    return sentence.format(needed=shown, parts=names, conflicts=conflicts, found=error.found)
