"""What of an item of QTI 3.0 comes in, and what is refused, for every trap that real packages have set."""

import pytest
from support import qti

from scenarios.theory.content import Gap, Markup, Picture, Place, Sound, text_of
from scenarios.theory.items import Choice, Fault, GapMatch, MapResponse, Match, Order, ResponseError
from scenarios.theory.qti.packages import read_package

PICTURE, SOUND = {"plaat_dot_png": qti.png()}, {"geluid_dot_wav": qti.wav()}
MATHS = '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi></math>'
HOTSPOT = '<qti-hotspot-interaction response-identifier="RESPONSE"/>'
RULE = (
    '<qti-response-processing><qti-response-condition><qti-response-if><qti-match><qti-variable identifier="RESPONSE"/>'
    '<qti-correct identifier="RESPONSE"/></qti-match><qti-set-outcome-value identifier="SCORE"><qti-base-value '
    'base-type="float">2.0</qti-base-value></qti-set-outcome-value></qti-response-if><qti-response-else>'
    '<qti-set-outcome-value identifier="SCORE"><qti-base-value base-type="float">0</qti-base-value>'
    "</qti-set-outcome-value></qti-response-else></qti-response-condition></qti-response-processing>"
)
ORDER = qti.CHOICE.replace("qti-choice-interaction", "qti-order-interaction")


def associable(*keys, most=1):
    one = "".join(
        f'<qti-simple-associable-choice identifier="{key}" match-max="{most}">{key}</qti-simple-associable-choice>'
        for key in keys
    )
    return f"<qti-simple-match-set>{one}</qti-simple-match-set>"


def match(limits='max-associations="2"', left=None, right=None):
    sides = (left or associable("A", "B")) + (right or associable("X", "Y"))
    return f'<qti-match-interaction response-identifier="RESPONSE" {limits}>{sides}</qti-match-interaction>'


def gaps(*texts, limits=""):
    options = "".join(f'<qti-gap-text identifier="{one}" match-max="1">{one}</qti-gap-text>' for one in texts)
    return (
        f'<qti-gap-match-interaction response-identifier="RESPONSE" {limits}>{options}'
        '<p>Eerst <qti-gap identifier="G1"/>, dan <qti-gap identifier="G2"/>.</p></qti-gap-match-interaction>'
    )


def found(xml, **files):
    return read_package(qti.package(xml, **files))


def only(xml, **files):
    package = found(xml, **files)
    assert package.refused == ()
    (item,) = package.items
    return item


def reasons(xml, **files):
    package = found(xml, **files)
    assert package.items == ()
    return {f"{one.why} {one.what}".strip() for one in package.refused}


def test_a_plain_choice_has_the_defaults_of_the_standard():
    item = only(qti.item())
    one = item.interaction
    assert isinstance(one, Choice)
    assert (one.multiple, one.shuffle, one.least, one.most, one.inline) == (False, False, 0, 1, False)
    assert [(option.key, text_of(option.content), option.fixed) for option in one.options] == [
        ("A", "Samenvatten", False),
        ("B", "Doorverbinden", True),
        ("C", "Ophangen", False),
    ]
    assert (item.key, item.title, item.body, item.correct) == ("item-1", "Een vraag", (Place(),), ("A",))
    assert (item.maximum, item.distractors, text_of(one.prompt)) == (1, ("B", "C"), "Wat doet u eerst?")


@pytest.mark.parametrize(
    "template",
    [
        "http://www.imsglobal.org/question/qti_v3p0/rptemplates/match_correct",
        "http://www.imsglobal.org/question/qti_v3p0/rptemplates/match_correct.xml",
        "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct",
        "http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct",
    ],
)
def test_every_spelling_of_a_template_is_known(template):
    item = only(qti.item(processing=f'<qti-response-processing template="{template}"/>'))
    assert [item.score(one) for one in (["A"], ["B"], [])] == [1, 0, 0]


def test_the_cardinality_tells_a_multiple_choice_and_the_order_of_its_answers_means_nothing():
    many = qti.CHOICE.replace('"RESPONSE"', '"RESPONSE" max-choices="0"')
    item = only(qti.item(many, qti.declaration("A", "C", cardinality="multiple")))
    assert item.interaction.multiple and item.interaction.most == 3
    assert [item.score(one) for one in (["C", "A"], ["A"], ["A", "B", "C"])] == [1, 0, 0]
    single = only(qti.item(many))
    assert not single.interaction.multiple and single.interaction.most == 1
    more = only(
        qti.item(
            qti.CHOICE.replace('"RESPONSE"', '"RESPONSE" max-choices="9"'), qti.declaration("A", cardinality="multiple")
        )
    )
    assert more.interaction.most == 3


def test_an_order_is_a_sequence_of_all_options():
    item = only(qti.item(ORDER, qti.declaration("C", "A", "B", cardinality="ordered")))
    assert isinstance(item.interaction, Order) and item.interaction.least == item.interaction.most == 3
    assert item.score(["C", "A", "B"]) == 1
    assert item.score(["A", "B", "C"]) == 0
    with pytest.raises(ResponseError) as refused:
        item.checked(["C"], complete=True)
    assert refused.value.fault is Fault.TOO_FEW


def test_a_pair_is_directed_and_a_match_makes_one_unless_it_says_more():
    both = qti.declaration("A X", "B Y", cardinality="multiple", kind="directedPair")
    item = only(qti.item(match(), both))
    assert isinstance(item.interaction, Match)
    assert item.score(["B Y", "A X"]) == 1
    with pytest.raises(ResponseError):
        item.score(["X A"])
    one = only(qti.item(match(limits=""), qti.declaration("A X", cardinality="multiple", kind="directedPair")))
    assert one.interaction.most == 1
    assert reasons(qti.item(match(limits=""), both)) == {"key A X, B Y"}
    unlimited = only(qti.item(match('max-associations="0"'), both))
    with pytest.raises(ResponseError) as refused:
        unlimited.score(["A X", "A Y"])
    assert refused.value.fault is Fault.TOO_MANY


def test_a_gap_takes_one_option():
    item = only(
        qti.item(gaps("W", "Z", "Q"), qti.declaration("W G1", "Z G2", cardinality="multiple", kind="directedPair"))
    )
    one = item.interaction
    assert isinstance(one, GapMatch) and one.gaps == ("G1", "G2")
    assert item.score(["Z G2", "W G1"]) == 1
    assert one.fault(("W G1", "Z G1")) is Fault.TOO_MANY
    assert one.fault(("W G1", "W G2")) is Fault.TOO_MANY
    assert one.fault(("G1 W",)) is Fault.UNKNOWN
    assert any(isinstance(node, Gap) for node in one.text[0].children)


def test_a_choice_may_stand_in_a_sentence():
    inline = (
        '<p>U zegt <qti-inline-choice-interaction response-identifier="RESPONSE" shuffle="true" required="true">'
        '<qti-inline-choice identifier="A">goedemorgen</qti-inline-choice>'
        '<qti-inline-choice identifier="B">hallo</qti-inline-choice></qti-inline-choice-interaction>.</p>'
    )
    item = only(qti.item(inline))
    assert item.interaction.inline and item.interaction.shuffle and item.interaction.least == 1
    assert item.body == (Markup("p", ("U zegt ", Place(), ".")),)
    many = qti.declaration("A", cardinality="multiple")
    assert reasons(qti.item(inline, many)) == {"value cardinality multiple"}
    prompted = inline.replace("<qti-inline-choice ", "<qti-prompt>Kies</qti-prompt><qti-inline-choice ", 1)
    assert reasons(qti.item(prompted)) == {"element qti-prompt (qti-inline-choice-interaction)"}


def test_a_question_may_stand_before_its_choice_or_around_it():
    bare = qti.CHOICE.replace("<qti-prompt>Wat doet u eerst?</qti-prompt>", "")
    item = only(qti.item(f'<div class="vraag"><p>Wat nu?</p><table><tr><td>{bare}</td></tr></table></div>'))
    assert text_of(item.body) == "Wat nu?" and item.interaction.prompt == ()


def test_the_language_of_the_body_is_that_of_the_item():
    told = qti.item(values='xml:lang="en"').replace("<qti-item-body>", '<qti-item-body xml:lang="nl-NL">')
    assert only(told).language == "nl-NL"
    assert only(qti.item(values='xml:lang="en"')).language == "en"


def test_padding_around_values_means_nothing():
    item = only(qti.item(declared=qti.declaration("\n      A\n    ")))
    assert item.correct == ("A",)
    pairs = qti.declaration("\n A \n X ", cardinality="multiple", kind="directedPair")
    assert only(qti.item(match(), pairs)).correct == ("A X",)


# What it is worth.


def test_a_mapping_sums_with_a_default_for_each_choice_and_then_bounds():
    mapped = qti.mapping('default-value="-2" lower-bound="-3" upper-bound="1.5"', A=1, B=0.75)
    many = qti.CHOICE.replace('"RESPONSE"', '"RESPONSE" max-choices="0"')
    declared = qti.declaration("A", "B", cardinality="multiple", mapping=mapped)
    item = only(qti.item(many, declared, qti.MAP_RESPONSE))
    assert isinstance(item.scoring, MapResponse)
    assert [item.score(one) for one in (["A"], ["A", "B"], ["A", "C"], ["C"], [])] == [1, 1.5, -1, -2, 0]
    assert item.maximum == 1.5


def test_nothing_given_has_no_points_also_below_a_lower_bound_above_zero():
    mapped = qti.mapping('lower-bound="0.5"', A=1)
    item = only(qti.item(declared=qti.declaration("A", mapping=mapped), processing=qti.MAP_RESPONSE))
    assert (item.score([]), item.score(["B"])) == (0, 0.5)


def test_where_mapping_and_key_stand_together_the_template_decides():
    declared = qti.declaration("A", mapping=qti.mapping(A=3, B=1))
    assert only(qti.item(declared=declared)).score(["B"]) == 0
    mapped = only(qti.item(declared=declared, processing=qti.MAP_RESPONSE))
    assert (mapped.score(["B"]), mapped.maximum) == (1, 3)


def test_a_mapping_without_a_key_has_the_best_choice_as_key():
    many = qti.CHOICE.replace('"RESPONSE"', '"RESPONSE" max-choices="0"')
    declared = qti.declaration(cardinality="multiple", mapping=qti.mapping(A=1, C=1, B=-1))
    item = only(qti.item(many, declared, qti.MAP_RESPONSE))
    assert (sorted(item.correct), item.maximum, item.distractors) == (["A", "C"], 2, ("B",))


def test_a_rule_written_out_is_known_with_its_points():
    item = only(qti.item(processing=RULE))
    assert (item.score(["A"]), item.score(["B"]), item.maximum) == (2, 0, 2)


def test_without_a_rule_the_key_decides_and_that_is_said():
    package = found(qti.item(processing=""))
    assert package.items[0].score(["A"]) == 1
    assert [one.why for one in package.remarks] == ["no_rule"]


@pytest.mark.parametrize(
    "xml, reason",
    [
        (qti.item(processing=qti.MATCH_CORRECT.replace("match_correct", "CC2_match")), "rule "),
        (qti.item(processing=RULE.replace("qti-match>", "qti-and>")), "rule "),
        (qti.item(processing=RULE.replace(">0<", ">0.5<")), "rule "),
        (qti.item(processing=RULE.replace("2.0", "veel")), "value qti-base-value veel"),
        (qti.item(processing=RULE.replace("2.0", "-1")), "points"),
        (qti.item(processing=qti.MAP_RESPONSE), "rule map_response without qti-mapping"),
        (
            qti.item(declared=qti.declaration("A", mapping=qti.mapping(A="inf")), processing=qti.MAP_RESPONSE),
            "value mapped-value inf",
        ),
        (
            qti.item(declared=qti.declaration("A", mapping=qti.mapping(A="1e999999999")), processing=qti.MAP_RESPONSE),
            "value mapped-value",
        ),
        (qti.item(declared=qti.declaration("A", mapping=qti.mapping(A=0)), processing=qti.MAP_RESPONSE), "points"),
        (qti.item(declared=qti.declaration()), "key"),
        (qti.item(declared=qti.declaration(), processing=""), "key"),
        (qti.item(declared=qti.declaration("D")), "key D"),
        (qti.item(declared=qti.declaration("A", "B")), "key A, B"),
        (qti.item(match(), qti.declaration("A X", "B Y", kind="directedPair")), "key A X, B Y"),
        (qti.item(match(), qti.declaration("A X")), "value base-type identifier"),
        (qti.item(ORDER, qti.declaration("A", "B", "C", cardinality="multiple")), "value cardinality multiple"),
        (qti.item(declared=""), "value response-identifier RESPONSE"),
        (
            qti.item(declared=qti.declaration("A") + qti.declaration("A", identifier="R2")),
            "element qti-response-declaration R2",
        ),
        (
            qti.item(head='<qti-outcome-declaration identifier="X" external-scored="human"/>'),
            "rule external-scored human",
        ),
        (
            qti.item(qti.CHOICE.replace("RESPONSE", "ANTWOORD"), qti.declaration("A", identifier="ANTWOORD")),
            "rule match_correct without RESPONSE",
        ),
    ],
)
def test_scoring_that_would_come_out_otherwise_is_refused(xml, reason):
    assert any(one.startswith(reason) for one in reasons(xml))


# What is shown.


def test_pictures_and_sounds_come_by_reference_in_every_spelling():
    body = (
        '<p><img src="plaat.png" alt="Een scherm"/><object type="image/png" data="plaat.png">Een scherm</object>'
        '<object type="audio/wav" data="geluid.wav">Een klant belt</object>'
        '<audio controls="controls"><source src="geluid.wav" type="audio/wav"/></audio></p>'
    )
    package = found(qti.item(body + qti.CHOICE), **PICTURE, **SOUND)
    assert package.items[0].body[0].children == (
        Picture("plaat.png", "Een scherm"),
        Picture("plaat.png", "Een scherm"),
        Sound("geluid.wav", "Een klant belt"),
        Sound("geluid.wav", ""),
    )
    assert {path: one.kind for path, one in package.media.items()} == {
        "plaat.png": "image/png",
        "geluid.wav": "audio/wav",
    }
    assert [(one.why, one.what) for one in package.remarks] == [("no_alternative", "geluid.wav")]


@pytest.mark.parametrize("href", ["een plaat.png", "een%20plaat.png", "./een%20plaat.png", "map/../een plaat.png"])
def test_a_name_with_a_space_is_found_however_it_is_written(href):
    files = {"een plaat_dot_png": qti.png()}
    assert only(qti.item(f'<img src="{href}" alt=""/>' + qti.CHOICE), **files).media == {"een plaat.png"}


@pytest.mark.parametrize(
    "body, reason",
    [
        ('<img src="../plaat.png" alt=""/>', "outside ../plaat.png"),
        ('<img src="%2e%2e/plaat.png" alt=""/>', "outside %2e%2e/plaat.png"),
        ('<img src="/plaat.png" alt=""/>', "outside /plaat.png"),
        ('<img src="https://elders.example/plaat.png" alt=""/>', "outside https://elders.example/plaat.png"),
        ('<img src="data:image/png;base64,AA" alt=""/>', "outside data:image/png;base64,AA"),
        ('<img src="http://[" alt=""/>', "outside http://["),
        ('<img src="weg.png" alt=""/>', "missing_file weg.png"),
        ('<img alt=""/>', "missing_file"),
        ('<img src="item1.xml" alt=""/>', "unknown_media item1.xml"),
        ('<img src="plaat.png" srcset="groot.png 2x" alt=""/>', "attribute srcset (img)"),
        ('<audio src="geluid.wav"><track src="a.vtt"/></audio>', "element track (audio)"),
        ('<object type="text/html" data="a.html"/>', "element object (text/html)"),
        ('<object data="plaat.png"/>', "element object (no type)"),
        ("<script>alert(1)</script>", "element script"),
        ('<p onclick="alert(1)">x</p>', "attribute onclick (p)"),
        ('<a href="https://elders.example">x</a>', "element a"),
        ('<p dir="rtl">x</p>', "attribute dir (p)"),
        ("<ruby>x<rt>y</rt></ruby>", "element ruby"),
        (
            '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="tekst.xml"/>',
            "element {http://www.w3.org/2001/XInclude}include",
        ),
        (MATHS, "element {http://www.w3.org/1998/Math/MathML}math"),
        (
            '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="a.xml"/>',
            "element {http://www.w3.org/2001/XInclude}include",
        ),
        ('<qti-rubric-block view="candidate"><p>x</p></qti-rubric-block>', "element qti-rubric-block"),
        ('<qti-feedback-block show-hide="hide"><p>x</p></qti-feedback-block>', "element qti-feedback-block"),
        ('<video src="film.mp4"/>', "element video"),
    ],
)
def test_what_a_candidate_would_miss_is_refused_by_name(body, reason):
    assert reasons(qti.item(body + qti.CHOICE), **PICTURE, **SOUND) == {reason}


def test_every_reason_is_named_at_once():
    xml = qti.item(f"{MATHS}<marquee>x</marquee>" + qti.CHOICE, values='adaptive="true"', head="<qti-catalog-info/>")
    assert reasons(xml) == {
        "element {http://www.w3.org/1998/Math/MathML}math",
        "element marquee",
        "attribute adaptive",
        "element qti-catalog-info",
    }


@pytest.mark.parametrize(
    "xml, reason",
    [
        (qti.item("<p>Niets</p>"), "interactions 0"),
        (qti.item(qti.CHOICE * 2), "interactions 2"),
        (qti.item(HOTSPOT), "interaction qti-hotspot-interaction"),
        (qti.item(qti.CHOICE + HOTSPOT), "interaction qti-hotspot-interaction"),
        (
            qti.item('<p><qti-text-entry-interaction response-identifier="RESPONSE"/></p>'),
            "interaction qti-text-entry-interaction",
        ),
        (qti.item(f"<qti-feedback-block>{qti.CHOICE}</qti-feedback-block>"), "value place"),
        (qti.item(values='time-dependent2=""', head="<qti-template-processing/>"), "element qti-template-processing"),
        (qti.item(qti.CHOICE.replace('fixed="true"', 'show-hide="hide"')), "attribute show-hide (qti-simple-choice)"),
        (qti.item(qti.CHOICE.replace('identifier="B"', 'identifier="A"')), "value keys"),
        (qti.item(qti.CHOICE.replace('"RESPONSE"', '"RESPONSE" max-choices="x"')), "value max-choices x"),
        (qti.item(qti.CHOICE.replace('"RESPONSE"', '"RESPONSE" max-choices="-1"')), "value max-choices -1"),
        (qti.item(qti.CHOICE.replace('"RESPONSE"', '"RESPONSE" min-choices="4"')), "value limits"),
        (
            qti.item(match(right=" "), qti.declaration("A X", cardinality="multiple", kind="directedPair")),
            "value qti-simple-match-set: 1",
        ),
        (qti.item(identifier=""), "value identifier"),
    ],
)
def test_an_item_that_is_not_exactly_one_question_of_a_kind_that_we_have_is_refused(xml, reason):
    assert reason in reasons(xml)


def test_feedback_and_text_for_others_are_left_out_and_said():
    told = '<qti-feedback-inline outcome-identifier="F" identifier="x">Fout!</qti-feedback-inline>'
    body = qti.CHOICE.replace("Ophangen", f"Ophangen{told}") + '<qti-rubric-block view="scorer">A</qti-rubric-block>'
    tail = '<qti-modal-feedback outcome-identifier="F" identifier="x">Goed!</qti-modal-feedback>'
    package = found(qti.item(body, head='<qti-stylesheet href="a.css"/>', tail=tail))
    assert [text_of(one.content) for one in package.items[0].interaction.options][2] == "Ophangen"
    assert {f"{one.why} {one.what}" for one in package.remarks} == {
        "feedback qti-feedback-inline",
        "feedback qti-modal-feedback",
        "rubric scorer",
        "style a.css",
    }


# The document itself.


@pytest.mark.parametrize(
    "xml, reason",
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + qti.item().partition("\n")[2], "document_type"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd">' + qti.item().partition("\n")[2], "document_type"),
        (qti.item(f"<p>&nbsp;</p>{qti.CHOICE}"), "no_xml "),
        (qti.item()[:-5], "no_xml "),
        ("", "no_xml "),
        (qti.item().replace("UTF-8", "klingon"), "no_xml "),
        (qti.item("<div>" * 200 + "</div>" * 200), "no_xml "),
        (
            qti.item().replace(qti.QTI, "http://www.imsglobal.org/xsd/imsqti_v2p2"),
            "old_version http://www.imsglobal.org/xsd/imsqti_v2p2",
        ),
        (
            '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1"/>',
            "old_version http://www.imsglobal.org/xsd/imsqti_v2p1",
        ),
        (qti.item().replace(qti.QTI, "urn:iets"), "no_qti {urn:iets}qti-assessment-item"),
        (f'<qti-assessment-test xmlns="{qti.QTI}"/>', "no_qti "),
    ],
)
def test_a_document_that_is_no_item_of_qti_3_is_refused(xml, reason):
    (told,) = reasons(xml)
    assert told.startswith(reason)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_hindrance(encoding):
    xml = qti.item().replace("UTF-8", "UTF-16") if encoding == "utf-16" else qti.item()
    assert only(xml.encode(encoding)).key == "item-1"
