"""The examiner's tablet as an examiner works it: one candidate, three conversations, every point, the signature."""


def sheet(page, participant):
    page.locator(f'[data-show="{participant.id}"]').click()
    return page.locator(f'[data-sheet="{participant.id}"]')


def fill(place, given, channels=("telephone", "email", "chat")):
    """Everything that an examiner fills in for one candidate, with these points of each term."""
    place.get_by_label("De kandidaat weet dat deze gesprekken meetellen").check()
    for number in range(3):
        block = place.locator("[data-conversation]").nth(number)
        block.get_by_label("Soort").select_option(channels[number % len(channels)])
        block.get_by_label("Hoe volgt u het?").select_option(index=1)
        block.get_by_label("Begin", exact=True).fill(f"1{number}:00")
        block.get_by_label("Einde", exact=True).fill(f"1{number}:12")
    for term, number in enumerate(given, 1):
        keys = place.evaluate(
            "(node, term) => JSON.parse(document.querySelector('.checklist-data').textContent)"
            ".terms.find((one) => one.key === term).points",
            f"term_{term}",
        )
        for at, key in enumerate(keys):
            point = place.locator(f'[data-point="{key}"]')
            point.get_by_label("Gezien" if at < number else "Niet gezien", exact=True).check()
            if at >= number:
                point.get_by_label("Waarom niet?").fill("Kwam in geen gesprek voor.")


def sign(page, place):
    place.get_by_role("button", name="Nakijken en ondertekenen").click()
    page.locator("#sign-now").click()
