"""PDFs written object by object, with the table that says where each begins."""

import zlib

PAGES = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"


def pdf(catalog: str = "", page: str = "", *more: str | bytes, trailer: str = "") -> bytes:
    """One empty page, with these entries in its catalogue and its page; `more` are the objects from 4 on."""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        PAGES,
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] {page} >>",
        *more,
    ]
    made, starts = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        starts.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, one if isinstance(one, bytes) else one.encode())
    rows = "".join(f"{start:010} 00000 n \n" for start in starts)
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{rows}"
    end = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{len(made)}\n%%EOF\n"
    return made + (table + end).encode()


def stream(data: bytes, entries: str = "") -> bytes:
    """A stream object, packed."""
    packed = zlib.compress(data)
    return b"<< /Length %d /Filter /FlateDecode %b >>\nstream\n%b\nendstream" % (len(packed), entries.encode(), packed)


def packed(catalog: str, *more: str) -> bytes:
    """The same, with all objects but the streams packed into one (ISO 32000-2, 7.5.7), so that no word can be read."""
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    texts = [f"<< /Type /Catalog /Pages 2 0 R {catalog} >>", PAGES, page, *more]
    places, body = [], ""
    for number, text in enumerate(texts, 1):
        places.append(f"{number} {len(body)}")
        body += f"{text} "
    head, count = " ".join(places) + " ", len(texts)
    whole = stream((head + body).encode(), f"/Type /ObjStm /N {count} /First {len(head)}")
    made = b"%PDF-1.7\n"
    first = len(made)
    made += b"%d 0 obj\n%b\nendobj\n" % (count + 1, whole)
    rows = b"".join(b"\x02" + (count + 1).to_bytes(4) + at.to_bytes(1) for at in range(count))
    start = len(made)
    rows = b"\0\0\0\0\0\0" + rows + b"\x01" + first.to_bytes(4) + b"\0" + b"\x01" + start.to_bytes(4) + b"\0"
    entries = f"/Type /XRef /Size {count + 3} /W [1 4 1] /Root 1 0 R"
    made += b"%d 0 obj\n%b\nendobj\n" % (count + 2, stream(rows, entries))
    return made + b"startxref\n%d\n%%%%EOF\n" % start
