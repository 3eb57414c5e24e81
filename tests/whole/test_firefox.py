"""The whole short exam in a real Firefox, which records WebM with VP8 and has a way of its own with WebRTC."""

import asyncio
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support import firefox, system
from support.system import PASSWORD

pytestmark = [pytest.mark.real_time, pytest.mark.proof]

TALK_S = 3.5
BREAK_AFTER = 5
"""After so many answers the page offers a break before each situation."""


async def sit(product: system.System, email: str, profile: Path) -> dict:
    """From the log-in to the receipt; what the page said of itself at the end."""
    async with firefox.running(profile) as page:
        await firefox.begin_exam(page, product.origin, email)
        for number in range(1, 11):
            if number > BREAK_AFTER:
                await page.press(f"Verder met situatie {number}")
            await page.at("clip", "ready")
            title = await page.evaluate("document.querySelector('#step-title').innerText")
            assert title == f"Situatie {number} van 10"
            await page.press("Filmpje starten")
            await page.at("record", "recording")
            await page.evaluate(f"new Promise((said) => setTimeout(() => said(1), {TALK_S * 1000}))")
            await page.press("Stoppen en bewaren")
        await page.at("saving")
        await page.press("Afronden")
        await page.until("document.querySelector('h1').innerText === 'Uw examen is afgerond'")
        return await page.evaluate("({browser: navigator.userAgent, page: document.documentElement.innerText})")


def test_both_roads_of_ten_answers_in_a_real_firefox(product, tmp_path):
    email = f"vos-{uuid.uuid4().hex[:6]}@voorbeeld.example"
    answers = json.loads(product.command("python", "tests/support/short.py", email, PASSWORD))["answers"]
    # In a thread of its own, since another browser's driver may have a loop in this one.
    with ThreadPoolExecutor(1) as apart:
        told = apart.submit(asyncio.run, sit(product, email, tmp_path / "profile")).result()
    assert "Firefox/" in told["browser"]
    for number, answer in enumerate(answers, 1):
        folder = tmp_path / str(number)
        take = json.loads(product.command("python", "tests/support/takes.py", answer, str(folder)))
        decision, how = take["figures"]["decision"], take["figures"]["how"]
        print(f"answer {number}: {take['seconds']:.2f} s, {how}, {decision}")
        assert (decision["took"], decision["why"], how) == ("slices", "whole", "re-encoded")
        assert decision["slices"]["came"] == decision["slices"]["recorded"], "no slice comes after the page's last word"
        assert decision["slices"]["codec"] == decision["live"]["codec"] == "vp8"
        assert abs(take["seconds"] - decision["page_s"]) < 0.5 and take["seconds"] > TALK_S - 0.5
        assert abs(decision["slices"]["audio_s"] - take["seconds"]) < 0.5
        assert abs(decision["live"]["audio_s"] - decision["slices"]["audio_s"]) < 0.5
        assert decision["live"]["frames"] > 0.9 * decision["slices"]["frames"] > 15 * TALK_S
        assert take["sha256"] in told["page"]
