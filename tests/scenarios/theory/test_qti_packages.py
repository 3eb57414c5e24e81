"""Content packages: what their ZIP file and manifest may be, and that what is written is read back equal."""

import io
import zipfile
from fractions import Fraction

import pytest
from support import qti
from support.opc import zipped

from scenarios.theory.content import Gap, Markup, Picture, Place, Sound
from scenarios.theory.items import Choice, GapMatch, Item, MapResponse, Match, MatchCorrect, Option, Order, PairOption
from scenarios.theory.media import medium
from scenarios.theory.qti import archive, packages
from scenarios.theory.qti.packages import PackageError, read_package, write_package

MEDIA = {"beeld/een plaat 100%.png": medium(qti.png()), "geluid.wav": medium(qti.wav())}


def options(*keys, **fixed):
    return tuple(Option(key=key, content=(f"Tekst {key}",), fixed=key in fixed) for key in keys)


def pairs(*keys, most=1):
    return tuple(PairOption(key=key, content=(f"Tekst {key} & <meer>",), most=most) for key in keys)


def item(key, interaction, *correct, **more):
    values = {"title": f"Vraag {key}", "body": (Markup("p", ("Lees & denk.",)), Place())} | more
    return Item(key=key, interaction=interaction, correct=correct, **values)


ITEMS = (
    item("een", Choice(options=options("A", "B", "C", B=True), shuffle=True), "A", term="1.1", source="Boek, blz. 3"),
    item(
        "meer",
        Choice(prompt=("Kies er twee",), options=options("A", "B", "C"), multiple=True, most=2),
        *("A", "C"),
        language="nl",
        scoring=MapResponse(
            values=(("A", Fraction(1)), ("C", Fraction(1, 4)), ("B", Fraction(-2))),
            default=Fraction(-1),
            low=Fraction(0),
            high=Fraction(5, 4),
        ),
    ),
    item(
        "volgorde",
        Order(options=options("A", "B", "C"), least=2, most=3),
        "C",
        "A",
        "B",
        scoring=MatchCorrect(Fraction(5, 2)),
    ),
    item("paren", Match(left=pairs("A", "B"), right=pairs("X", "Y", most=0), most=0, least=1), "A Y", "B Y"),
    item(
        "gaten",
        GapMatch(
            prompt=("Sleep",),
            text=(Markup("p", ("Eerst ", Gap("G1"), " dan ", Gap("G2"))),),
            options=(*pairs("W"), PairOption(key="Z", content=(Picture("beeld/een plaat 100%.png", "Z"),), least=1)),
        ),
        *("W G1", "Z G2"),
    ),
    item("zin", Choice(options=options("A", "B"), inline=True), "B", body=(Markup("p", ("U zegt ", Place(), ".")),)),
    item(
        "beeld",
        Choice(options=options("A", "B")),
        "A",
        body=(
            Markup("table", (Markup("tr", (Markup("td", ("x",), (("colspan", "2"), ("lang", "fr"))),)),)),
            Picture("beeld/een plaat 100%.png", "Een scherm, “zo”"),
            Sound("geluid.wav", "Een klant"),
            Place(),
            Markup("pre", ("a\n  b",)),
        ),
    ),
)


def test_what_is_written_is_read_back_equal():
    package = read_package(write_package(ITEMS, MEDIA))
    assert package.items == ITEMS
    assert dict(package.media) == MEDIA
    assert package.refused == package.remarks == ()


def test_equal_items_give_equal_bytes_and_unused_media_stay_out():
    assert write_package(ITEMS, MEDIA) == write_package(ITEMS, MEDIA)
    assert read_package(write_package(ITEMS[:1], MEDIA)).media == {}


def test_an_export_scores_the_same():
    again = read_package(write_package(ITEMS, MEDIA)).items
    given = {"een": ["B"], "meer": ["A", "C"], "volgorde": ["C", "A", "B"], "paren": ["A Y", "B Y"], "gaten": ["W G1"]}
    points = {one.key: one.score(given.get(one.key, [])) for one in again}
    assert points == {
        **{"een": 0, "meer": Fraction(5, 4), "volgorde": Fraction(5, 2), "paren": 1, "gaten": 0},
        **{"zin": 0, "beeld": 0},
    }


@pytest.mark.parametrize(
    "one",
    [
        item("a", Choice(options=options("A")), "A", title="een\x00nul"),
        item("a", Choice(options=options("A")), "B"),
        item("a", Choice(options=options("A")), "A", body=("x  y", Place())),
        item("a", Choice(options=options("A")), "A", body=()),
        item("a", Choice(options=options("A")), "A", scoring=MatchCorrect(Fraction(1, 3))),
        item("a", Choice(options=options("A")), "A", body=(Picture("weg.png"), Place())),
        item("a", Choice(options=options("A")), "A", body=(Markup("script", ("x",)), Place())),
    ],
)
def test_what_would_not_come_back_equal_is_not_written(one):
    with pytest.raises(ValueError):
        write_package([one], MEDIA)


def test_a_picture_cannot_take_the_place_of_an_item():
    one = item("a", Choice(options=options("A")), "A", body=(Picture("items/item-0001.xml", "x"), Place()))
    with pytest.raises(ValueError):
        write_package([one], {"items/item-0001.xml": medium(qti.png())})


# Manifests.


def test_prefixes_versions_and_other_resources_of_manifests_are_no_hindrance():
    rows = [
        qti.resource("item1.xml", prefix="imscp:"),
        qti.resource("stijl.css", "css3", prefix="imscp:"),
        qti.resource("toets.xml", "imsqti_test_xmlv3p0", prefix="imscp:"),
        qti.resource("plaat.png", "webcontent", prefix="imscp:"),
    ]
    for version in ("3.0.0", "3.0.1", "1.0.0"):
        manifest = qti.manifest(*rows, prefix="imscp:", version=version)
        package = read_package(zipped({"imsmanifest.xml": manifest, "item1.xml": qti.item()}))
        assert [one.key for one in package.items] == ["item-1"]
        assert {one.what for one in package.remarks} == {"css3", "imsqti_test_xmlv3p0"}


def test_an_item_is_refused_by_its_own_namespace_and_the_others_come_in():
    old = qti.item().replace(qti.QTI, "http://www.imsglobal.org/xsd/imsqti_v2p1")
    package = read_package(qti.package(qti.item(), old))
    assert [one.key for one in package.items] == ["item-1"]
    assert [(one.where, one.why) for one in package.refused] == [("item2.xml", "old_version")]


def test_items_that_only_the_test_names_come_in_each_once():
    link = '<qti-assessment-item-ref identifier="{0}" href="../vragen/{0}.xml"/>'
    links = "".join(link.format(name) for name in ("een", "twee", "een", "oud", "weg"))
    test = f'<qti-assessment-test xmlns="{qti.QTI}"><qti-test-part>{links}</qti-test-part></qti-assessment-test>'
    files = {
        "imsmanifest.xml": qti.manifest(
            qti.resource("toets/toets.xml", "imsqti_test_xmlv3p0"), qti.resource("vragen/twee.xml")
        ),
        "toets/toets.xml": test,
        "vragen/een.xml": qti.item(identifier="een"),
        "vragen/twee.xml": qti.item(identifier="twee"),
        "vragen/oud.xml": qti.item().replace(qti.QTI, "http://www.imsglobal.org/xsd/imsqti_v2p2"),
    }
    package = read_package(zipped(files))
    assert [one.key for one in package.items] == ["twee", "een"]
    assert {(one.why, one.what.rpartition("/")[2]) for one in package.refused} == {
        ("old_version", "imsqti_v2p2"),
        ("missing_file", "weg.xml"),
    }
    assert read_package(zipped(files | {"toets/toets.xml": "geen XML"})).refused[0].where == "toets/toets.xml"
    outside = files | {"toets/toets.xml": test.replace("../vragen/weg", "../../weg")}
    assert any(one.why == "outside" for one in read_package(zipped(outside)).refused)


@pytest.mark.parametrize("kind", ["imsqti_item_xmlv2p2", "imsqti_v2p1", "imsqti_apipitem_xmlv2p1"])
def test_a_package_of_qti_2_is_refused_with_what_to_do(kind):
    old = qti.item().replace(qti.QTI, "http://www.imsglobal.org/xsd/imsqti_v2p1")
    files = {"imsmanifest.xml": qti.manifest(qti.resource("item1.xml", kind)), "item1.xml": old}
    (one,) = read_package(zipped(files)).refused
    assert (one.where, one.why, one.what) == ("item1.xml", "old_version", "http://www.imsglobal.org/xsd/imsqti_v2p1")


def test_an_identifier_is_used_once():
    package = read_package(qti.package(qti.item(), qti.item(identifier="item-2"), qti.item()))
    assert [one.key for one in package.items] == ["item-1", "item-2"]
    assert [(one.where, one.why, one.what) for one in package.refused] == [("item3.xml", "twice", "item-1")]


def test_dead_links_and_links_that_lead_out_are_named():
    manifest = qti.manifest(*(qti.resource(href) for href in ("weg.xml", "../uit.xml", "een%20item.xml", "")))
    package = read_package(zipped({"imsmanifest.xml": manifest, "een item.xml": qti.item()}))
    assert len(package.items) == 1
    assert [(one.why, one.what) for one in package.refused] == [
        ("missing_file", "weg.xml"),
        ("outside", "../uit.xml"),
        ("missing_file", ""),
    ]


def test_links_start_from_the_base_of_their_manifest_and_pictures_from_their_item():
    row = qti.resource("item.xml").replace("<resource ", '<resource xml:base="vragen/" ')
    xml = qti.item('<img src="../beeld/a.png" alt=""/>' + qti.CHOICE)
    files = {"imsmanifest.xml": qti.manifest(row), "vragen/item.xml": xml, "beeld/a.png": qti.png()}
    assert read_package(zipped(files)).items[0].media == {"beeld/a.png"}


def test_media_of_a_refused_item_stay_out():
    xml = qti.item('<img src="plaat.png" alt=""/><script/>' + qti.CHOICE)
    assert read_package(qti.package(xml, plaat_dot_png=qti.png())).media == {}


def test_a_package_without_items_is_empty():
    assert read_package(zipped({"imsmanifest.xml": qti.manifest()})) == packages.Package(items=())


# The archive.


def link():
    data = io.BytesIO(qti.package(qti.item()))
    with zipfile.ZipFile(data, "a") as file:
        entry = zipfile.ZipInfo("link.png")
        entry.external_attr = 0o120777 << 16
        file.writestr(entry, "/etc/passwd")
    return data.getvalue()


def broken():
    data = zipped({"imsmanifest.xml": qti.manifest(qti.resource("item1.xml")), "item1.xml": qti.item()})
    return data.replace(zlib_body(data), bytes(20), 1)


def zlib_body(data):
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        start = file.getinfo("item1.xml").header_offset + 30 + len("item1.xml")
    return data[start : start + 20]


@pytest.mark.parametrize(
    "data, why",
    [
        (b"", "no_archive"),
        (b"PK\x03\x04 no zip", "no_archive"),
        (qti.package(qti.item())[:-30], "no_archive"),
        (qti.package(qti.item(), **{"..__uit_dot_xml": "x"}), "no_archive"),
        (qti.package(qti.item(), **{"__etc__passwd": "x"}), "no_archive"),
        (qti.package(qti.item(), **{"a__..__..__b": "x"}), "no_archive"),
        (qti.package(qti.item(), **{"C:\\uit": "x"}), "no_archive"),
        (qti.package(qti.item(), ITEM1_dot_XML=qti.item()), "no_archive"),
        (link(), "no_archive"),
        (broken(), "no_archive"),
        (zipped({"map/imsmanifest.xml": qti.manifest()}), "no_manifest"),
        (zipped({"imsmanifest.xml": "geen XML"}), "no_xml"),
        (zipped({"imsmanifest.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "document_type"),
        (zipped({"imsmanifest.xml": "<a/>"}), "no_qti"),
    ],
)
def test_what_is_no_package_is_refused_as_a_whole(data, why):
    with pytest.raises(PackageError) as refused:
        read_package(data)
    assert refused.value.finding.why == why


def test_a_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(archive, "MOST_UNPACKED", 10_000)
    large = qti.item() + " " * 20_000
    with pytest.raises(PackageError, match="too large"):
        read_package(qti.package(large))
    monkeypatch.setattr(archive, "MOST_FILES", 1)
    with pytest.raises(PackageError, match="too many"):
        read_package(qti.package(qti.item()))


def test_media_are_told_by_their_bytes():
    assert medium(b"<svg onload='alert(1)'/>") is None
    assert medium(b"") is None
    assert [
        medium(data).kind for data in (b"\xff\xd8\xff\xe0", b"RIFF1234WEBPVP8 ", b"\xff\xfb\x90", b"0000ftypM4A ")
    ] == [*("image/jpeg", "image/webp", "audio/mpeg", "audio/mp4")]
    assert medium(b"\xff\xf1AAC") is None and medium(b"0000ftypisom") is None
