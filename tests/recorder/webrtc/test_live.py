"""Two real peers: what one sent is what the other's spool holds, whatever the road did to it."""

import asyncio
from pathlib import Path

import pytest
from support.publisher import Picture, Publisher, speech, until
from support.recorder_app import RecorderApp, running_app

from recorder.spool import packet_file


def payloads(records: list[packet_file.Record], kind: packet_file.Kind) -> list[bytes]:
    return [record.payload for record in records if record.kind is kind]


def media(packets: list[bytes], payload_type: int) -> list[bytes]:
    return [packet for packet in packets if packet_file.parse(packet).payload_type == payload_type]


async def hang_up(app: RecorderApp, publisher: Publisher, recording: str) -> None:
    """End an answer as the page does: DELETE, then close."""
    headers = {"Authorization": f"Bearer {recording}"}
    async with app.http.delete(app.url(publisher.location), headers=headers) as response:
        assert response.status == 200
    await until(lambda: app.complete)
    await publisher.close()


@pytest.mark.parametrize(("codec", "name"), [("video/H264", "H264"), ("video/VP8", "VP8")])
def test_the_spool_holds_every_packet_that_was_sent(tmp_path: Path, codec: str, name: str) -> None:
    async def scene() -> None:
        async with running_app(tmp_path) as app:
            recording = app.admit()
            publisher = Publisher(Picture(), speech(), codec)
            await publisher.publish(app.http, app.url(recording), recording)
            session = app.session(recording)
            await until(lambda: len(publisher.sent) > 250 and all(s.last_report for s in session.intake.streams))
            await publisher.stop_sending()
            await hang_up(app, publisher, recording)

            header, *records = app.read(recording)
            tracks = {track.kind: track for track in packet_file.Header.from_json(header.json()).tracks}
            assert (tracks["video"].codec, tracks["video"].clock_rate) == (name, 90000)
            assert (tracks["audio"].codec, tracks["audio"].clock_rate) == ("opus", 48000)
            assert payloads(records, packet_file.Kind.VIDEO) == media(publisher.sent, tracks["video"].payload_type)
            assert payloads(records, packet_file.Kind.AUDIO) == media(publisher.sent, tracks["audio"].payload_type)
            assert payloads(records, packet_file.Kind.REPORT)
            assert records[-1].json() == {"end": "delete"}
            arrivals = [record.arrival_us for record in records]
            assert arrivals == sorted(arrivals)
            assert app.receiving == app.complete == [app.tickets[recording].recording]
            assert sorted(app.lost) == [("audio", 0), ("video", 0)]

    asyncio.run(scene())


@pytest.mark.parametrize("codec", ["video/H264", "video/VP8"])
def test_lost_packets_are_asked_for_until_they_come(tmp_path: Path, codec: str) -> None:
    async def scene() -> None:
        async with running_app(tmp_path) as app:
            recording = app.admit()
            # Every seventh datagram is lost, retransmissions too, and thirty in a row.
            publisher = Publisher(Picture(), speech(), codec, lambda n: 50 < n < 400 and (n % 7 == 5 or 100 <= n < 130))
            await publisher.publish(app.http, app.url(recording), recording)
            session = app.session(recording)
            await until(lambda: len(publisher.sent) > 500)
            await until(lambda: not any(stream.reception.missing for stream in session.intake.streams))
            await publisher.stop_sending()
            await hang_up(app, publisher, recording)

            header, *records = app.read(recording)
            types = [track.payload_type for track in packet_file.Header.from_json(header.json()).tracks]
            stored = [r.payload for r in records if r.kind in (packet_file.Kind.VIDEO, packet_file.Kind.AUDIO)]
            sent = [packet for packet in publisher.sent if packet_file.parse(packet).payload_type in types]
            assert set(stored) == set(sent)
            assert len(stored) == len(sent), "nothing twice"
            assert stored != sent, "some came late"
            # A seventh of 350 datagrams of 500 and more, and thirty in a row: the road's loss, all mended.
            shares = dict(app.lost)
            assert set(shares) == {"audio", "video"} and 0.04 < shares["video"] < 0.25, shares

    asyncio.run(scene())
