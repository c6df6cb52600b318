"""Goes through the pages as people do, in Debian's Chromium: by mouse, by keyboard alone, on a phone, and without scripts.

It is given one JSON object: where Adit and the emulator are, the setup address, the accounts, the browser, and where
pictures go.
"""

import json
import re
import sys
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "correct horse battery staple"


class Flow:
    def __init__(self, given: dict):
        self.given = given
        self.adit = given["adit"]
        self.pictures = Path(given["pictures"])
        self.pictures.mkdir(parents=True, exist_ok=True)
        self.count = 0

    # What is seen

    def picture(self, page: Page, name: str) -> None:
        self.count += 1
        page.screenshot(path=self.pictures / f"{self.count:02}-{name}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name}: the page is {wide} px wider than the window"
        nameless = page.evaluate(
            """[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
               .filter(field => field.offsetParent !== null && field.labels.length === 0).map(field => field.name)"""
        )
        assert nameless == [], f"{name}: fields without a label: {nameless}"
        assert page.locator("h1").count() == 1, f"{name}: not one heading"

    # What the emulator is told

    def change(self, **order) -> None:
        request = urllib.request.Request(
            f"{self.given['emulator']}/_emulator/change",
            data=json.dumps(order).encode(),
            headers={"content-type": "application/json"},
        )
        urllib.request.urlopen(request).read()

    # Steps

    def set_up(self, page: Page) -> None:
        page.goto(self.given["setup"])
        self.picture(page, "setup")
        page.get_by_label("Your name").fill("ada")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("The same password again").fill(PASSWORD)
        page.get_by_role("button", name="Create administrator").click()
        if page.get_by_role("heading", name="Sign in to Adit").count():
            self.sign_in(page)
        page.goto(f"{self.adit}/integrations")
        expect(page.get_by_role("heading", name="Integrations", exact=True)).to_be_visible()

    def sign_in(self, page: Page) -> None:
        page.goto(f"{self.adit}/sign-in")
        self.picture(page, "sign-in")
        page.get_by_label("Name").fill("ada")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(re.compile("/integrations$"))

    def install(self, page: Page) -> None:
        page.goto(f"{self.adit}/integrations")
        page.get_by_role("link", name="Available integrations").first.click()
        self.picture(page, "available")
        expect(page.get_by_role("heading", name="Azure DevOps Services")).to_be_visible()
        page.get_by_role("link", name="Install").click()
        self.picture(page, "install")
        page.get_by_role("button", name="Sign in with Microsoft").click()
        expect(page.get_by_role("heading", name="Pick an account")).to_be_visible()

    def consent(self, page: Page, account: str) -> None:
        page.get_by_role("button", name=account).click()
        accept = page.get_by_role("button", name="Accept")
        if accept.count():
            accept.click()

    def deny(self, page: Page, account: str) -> None:
        self.install(page)
        page.get_by_role("button", name=account).click()
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_text("You are not signed in")).to_be_visible()
        self.picture(page, "denied")

    def connect(self, page: Page, account: str, name: str, organization: str, denied: str | None = None) -> str:
        self.install(page)
        self.consent(page, account)
        expect(page.get_by_role("heading", name="New connection")).to_be_visible()
        self.picture(page, f"draft-{name}")
        page.get_by_label("Filter the list").fill(organization[:4])
        page.get_by_role("button", name="Filter", exact=True).click()
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("Description").fill("Made by a test <b>bold</b>")
        page.get_by_label("Tags").fill("work, blue")
        page.get_by_role("checkbox", name=re.compile(rf"^{re.escape(organization)}\b", re.I)).check()
        page.get_by_role("button", name="Check what can be read").click()
        expect(page.get_by_role("heading", name="What can be read")).to_be_visible()
        self.picture(page, f"preflight-{name}")
        if denied:
            expect(page.get_by_text("no permission").first).to_be_visible()
            expect(page.get_by_text("What stands in the way").first).to_be_visible()
        page.get_by_role("button", name="Save").click()
        page.wait_for_url(re.compile("/connections/[0-9a-f-]{36}$"))
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        assert page.locator("main b").count() == 0, "markup of others became ours"
        return page.url

    def watch(self, page: Page, url: str, scripts: bool) -> None:
        if scripts:
            page.goto(url)
            expect(page.get_by_text("Up to date")).to_be_visible(timeout=120_000)
        else:
            for _ in range(240):
                page.goto(url)
                if page.get_by_text("Up to date").count():
                    break
                page.wait_for_timeout(500)
        expect(page.get_by_text("Up to date")).to_be_visible()
        self.picture(page, "synced")

    def manage(self, page: Page, url: str, account: str) -> None:
        page.goto(url)
        page.get_by_role("button", name="Pause").click()
        expect(page.get_by_text("paused").first).to_be_visible()
        page.get_by_role("button", name="Resume").click()
        expect(page.get_by_text("active").first).to_be_visible()
        page.get_by_role("link", name="Edit").click()
        self.picture(page, "edit")
        page.get_by_label("Description").fill("Another one")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Another one")).to_be_visible()
        page.get_by_role("link", name="Re-authenticate").click()
        self.picture(page, "reauthenticate")
        page.get_by_role("button", name="Sign in with Microsoft").click()
        if page.get_by_role("heading", name="Pick an account").count():
            self.consent(page, account)
        page.wait_for_url(url)
        page.get_by_role("button", name="Check now").click()
        page.wait_for_url(url)
        self.picture(page, "connection")

    def delete(self, page: Page, url: str, name: str) -> None:
        page.goto(url)
        page.get_by_role("link", name="Delete").click()
        self.picture(page, "delete")
        page.get_by_label("Type the name of the connection").fill("something else")
        page.get_by_role("button", name="Delete the connection").click()
        expect(page.get_by_text("This is not its name")).to_be_visible()
        page.get_by_label("Type the name of the connection").fill(name)
        page.get_by_role("button", name="Delete the connection").click()
        expect(page.get_by_role("heading", name="The connection is deleted")).to_be_visible()
        self.picture(page, "deleted")
        # What belonged to it goes in the background; until then it says so.
        for _ in range(120):
            page.goto(f"{self.adit}/integrations")
            if page.get_by_role("link", name=name, exact=True).count() == 0:
                return
            expect(page.get_by_text("being deleted")).to_be_visible()
            page.wait_for_timeout(250)
        raise AssertionError("the connection is still there")

    def by_keyboard(self, page: Page, account: str) -> None:
        """The same way with keys alone: Tab until the wanted thing has the focus, then Enter."""

        def reach(pattern: str, limit: int = 60) -> None:
            for _ in range(limit):
                page.keyboard.press("Tab")
                text = page.evaluate(
                    "(() => { const a = document.activeElement; return [a.innerText, a.name, a.id, a.value].join(' | ') })()"
                )
                if re.search(pattern, text or ""):
                    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                    assert outline != "none" or "login" in page.url, f"{pattern}: the focus cannot be seen"
                    return
            raise AssertionError(f"{pattern} cannot be reached by Tab on {page.url}")

        def enter(expected: str) -> None:
            page.keyboard.press("Enter")
            expect(page.get_by_role("heading", name=expected, exact=True)).to_be_visible()

        page.goto(f"{self.adit}/integrations")
        reach("^Available integrations")
        enter("Available integrations")
        reach("^Install")
        enter("Connect Azure DevOps Services")
        reach("^Sign in with Microsoft")
        enter("Pick an account")
        reach(re.escape(account))
        page.keyboard.press("Enter")
        if page.get_by_role("button", name="Accept").count():
            reach("^Accept")
            page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="New connection")).to_be_visible()
        reach(r"\| name \|")
        page.keyboard.type("by keyboard")
        reach("^Check what can be read")
        enter("What can be read")
        reach("^Save")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/connections/[0-9a-f-]{36}$"))
        self.picture(page, "by-keyboard")

    def look_around(self, page: Page, connection: str) -> None:
        """Every page at this width."""
        for path in ["/integrations", "/integrations/available", "/integrations/azure-devops", "/keys", "/users", "/tokens", "/audit", "/account"]:
            page.goto(f"{self.adit}{path}")
            self.picture(page, f"phone{path.replace('/', '-')}")
        for kind in ["service_principal_certificate", "personal_access_token"]:
            page.goto(f"{self.adit}/integrations/azure-devops/ways/{kind}")
            self.picture(page, f"phone-{kind}")
        for part in ["", "/edit", "/delete", "/reauthenticate"]:
            page.goto(f"{connection}{part}")
            self.picture(page, f"phone-connection{part.replace('/', '-')}")


def main() -> None:
    given = json.loads(sys.argv[1])
    flow = Flow(given)
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given["chromium"], args=FLAGS)

        def complain(message) -> None:
            """An answer of 422 is a form that was not accepted, on purpose; Entra's pages are not ours."""
            ours = message.location.get("url", "").startswith(flow.adit)
            if message.type == "error" and ours and "status of 422" not in message.text:
                complaints.append(f"{message.location['url']}: {message.text}")

        def context(**options):
            made = browser.new_context(base_url=flow.adit, **options)
            made.on("console", complain)
            made.on("weberror", lambda error: complaints.append(str(error.error)))
            return made

        desk = context(viewport={"width": 1280, "height": 900})
        page = desk.new_page()
        flow.set_up(page)
        flow.deny(page, given["reader"])
        url = flow.connect(page, given["reader"], "work", given["organization"])
        flow.watch(page, url, scripts=True)
        flow.manage(page, url, given["reader"])
        denied = flow.connect(page, given["restricted"], "restricted", given["organization"], denied="yes")
        flow.by_keyboard(page, given["reader"])
        state = desk.storage_state()

        # From another address, as tries are counted by address.
        plain = context(
            viewport={"width": 1280, "height": 900},
            java_script_enabled=False,
            storage_state=state,
            extra_http_headers={"X-Forwarded-For": "203.0.113.7"},
        )
        page = plain.new_page()
        # What is looked at by evaluation works without scripts too: only the page's own are off.
        again = flow.connect(page, given["reader"], "without scripts", given["organization"])
        flow.watch(page, again, scripts=False)

        dark = context(viewport={"width": 1280, "height": 900}, color_scheme="dark", storage_state=state)
        page = dark.new_page()
        page.goto(url)
        flow.picture(page, "dark")

        phone = context(viewport={"width": 360, "height": 740}, storage_state=state, color_scheme="light")
        page = phone.new_page()
        flow.look_around(page, denied)

        page = desk.new_page()
        flow.delete(page, url, "work")
        browser.close()
    assert complaints == [], f"the browser complains: {complaints}"
    print(json.dumps({"pictures": flow.count}))


if __name__ == "__main__":
    main()
