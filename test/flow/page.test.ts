/** The console's page in a real browser, on a region under load. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signInLink } from "../../local/sign-in-link.ts";
import { type BrowsedRegion, startBrowsedRegion } from "../support/browsed-region.ts";
import { accessibilityFaults, newContext, newPage, patienceMs } from "../support/browser.ts";
import { connectDevice, registerDevice } from "../support/clients.ts";
import { deviceSearchCases } from "./page/device-search-cases.ts";
import { exceptionCases } from "./page/exception-cases.ts";
import { hostileCases } from "./page/hostile-cases.ts";
import { incidentCases } from "./page/incident-cases.ts";
import { oidcCases } from "./page/oidc-cases.ts";
import { quarantineCases } from "./page/quarantine-cases.ts";

const soon = { timeout: patienceMs, interval: 250 };
/** Where the pictures are left that the test takes. */
const pictures = join(import.meta.dirname, "../../.local/pictures");

let browsed: BrowsedRegion;
/** Signed in as admin, by a link. */
let page: Page;

beforeAll(async () => {
  browsed = await startBrowsedRegion();
  ({ page } = browsed);
});
afterAll(() => browsed?.stop());

const figure = async (name: string) =>
  Number((await page.locator(`[data-figure="${name}"]`).innerText()).replaceAll(",", ""));

it("a sign-in link signs in, once, and is not left in the address", async () => {
  const { region, browser } = browsed;
  const link = await signInLink(region);
  await page.goto(link);
  await page.getByRole("heading", { name: "Overview" }).waitFor();

  expect(page.url()).toBe(`${region.endpoints.apiUrl}/`);
  const other = await newContext(browser, region);
  const { page: second } = await newPage(other, region);
  await second.goto(link);
  await second
    .getByText("A link works once", { exact: false })
    .or(second.getByRole("alert"))
    .first()
    .waitFor();
  expect(await second.getByRole("alert").innerText()).toContain("not good any more");
  await other.close();
});

it("live figures move, and say how old they are", async () => {
  await expect.poll(() => figure("Alerts in"), soon).toBeGreaterThan(0);
  await expect.poll(() => figure("Inspected"), soon).toBeGreaterThan(0);
  await expect.poll(() => figure("Sent to devices"), soon).toBeGreaterThan(0);
  const stored = () =>
    page
      .getByText(/^[\d,]+ stored$/)
      .innerText()
      .then((text) => Number(text.replace(/\D/g, "")));
  const before = await stored();
  await expect.poll(stored, soon).toBeGreaterThan(before);
  await page.getByText(/As of \d\d:\d\d:\d\d UTC, \d+ s ago/).waitFor();
});

it("a suspended device loses its session; resumed, it may connect again", async () => {
  const password = await registerDevice(browsed.region, "pump-1");
  const { client } = await connectDevice(browsed.region, { clientId: "pump-1", password });
  const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
  await page.getByRole("link", { name: "Devices" }).click();
  await page.getByLabel("Client id begins with").fill("pump-1");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Suspend" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();

  await closed;
  await page.getByText("pump-1 is suspended", { exact: false }).waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Resume" }).click();
  await page.getByRole("button", { name: "Suspend" }).waitFor();
  const connects = () => browsed.admits("pump-1", password);
  await expect.poll(connects, soon).toBe(true);
});

it("a device is disconnected after a word about what that does, and may come back at once", async () => {
  const password = await registerDevice(browsed.region, "pump-5");
  const { client } = await connectDevice(browsed.region, { clientId: "pump-5", password });
  const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
  await page.goto("/devices/pump-5");
  const logins = () =>
    page.evaluate<number>(
      `fetch("/api/v1/audit?client=pump-5&kind=auth").then((answer) => answer.json()).then(({ records }) => records.length)`,
    );
  await expect.poll(logins, soon).toBe(1);
  await page.getByRole("button", { name: "Disconnect" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("It may connect again at once", { exact: false }).waitFor();
  await dialog
    .getByText(/Last on record in this region: Logon, Success, .+ UTC, 127\.0\.0\.1\./)
    .waitFor();
  await dialog.getByRole("button", { name: "Disconnect" }).click();

  await closed;
  await page.getByText("pump-5 is disconnected", { exact: false }).waitFor();
  expect(await browsed.admits("pump-5", password)).toBe(true);
});

it("what was done stands in the audit, under the name of who did it", async () => {
  await page.goto("/devices/pump-1");
  await page.getByRole("link", { name: "What is on record of it" }).click();
  const row = page
    .getByRole("row")
    .filter({ hasText: "suspended" })
    .filter({ hasText: "api:admin" });
  const shown = async () => {
    await page.reload();
    await page.getByText(/\d shown/).waitFor();
    return row.filter({ hasText: "Success" }).count();
  };
  await expect.poll(shown, soon).toBe(1);
  expect(page.url()).toContain("/audit?client=pump-1");
});

it("a new secret is shown once, and is the device's", async () => {
  await registerDevice(browsed.region, "pump-2");
  await page.goto("/devices/pump-2");
  await page.getByRole("button", { name: "Rotate secret" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Rotate secret" }).click();
  const password = await page.locator("[data-secret]").innerText();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "I have it" }).click();

  await page.locator("[data-secret]").waitFor({ state: "detached" });
  expect(await page.content()).not.toContain(password);
  const connects = () => browsed.admits("pump-2", password);
  await expect.poll(connects, soon).toBe(true);
});

it("a viewer looks on: the page offers no change, and the server would make none", async () => {
  await registerDevice(browsed.region, "pump-3");
  const viewer = await browsed.signedIn("viewer", "/devices/pump-3");
  await viewer.page.getByText("You are viewer", { exact: false }).waitFor();

  expect(await viewer.page.getByRole("button", { name: "Suspend" }).count()).toBe(0);
  const status = await viewer.page.evaluate(async () => {
    const { proof } = (await (await fetch("/api/v1/session")).json()) as { proof: string };
    const headers = { "x-sentinel-proof": proof };
    return (await fetch("/api/v1/devices/pump-3/suspend", { method: "POST", headers })).status;
  });
  expect(status).toBe(403);
  expect(viewer.misdeeds).toEqual([]);
  await viewer.close();
});

it("a device is found and suspended without a mouse", async () => {
  await registerDevice(browsed.region, "pump-4");
  const { page: keys, close } = await browsed.signedIn("operator");
  await keys.keyboard.press("?");
  await keys.getByRole("dialog", { name: "Keys" }).waitFor();
  await keys.keyboard.press("Escape");
  await keys.getByRole("dialog").waitFor({ state: "detached" });
  await keys.keyboard.press("g");
  await keys.keyboard.press("d");
  await keys.getByRole("heading", { name: "Devices" }).waitFor();
  await keys.keyboard.press("/");
  await keys.keyboard.type("pump-4");
  await keys.keyboard.press("Enter");
  const suspend = keys.getByRole("button", { name: "Suspend" });
  await suspend.waitFor();
  const focused = () =>
    suspend.evaluate((element) => element.ownerDocument.activeElement === element);
  for (let i = 0; i < 30 && !(await focused()); i++) await keys.keyboard.press("Tab");
  await keys.keyboard.press("Enter");
  await keys.getByRole("dialog").waitFor();
  await keys.keyboard.press("Enter");

  await keys.getByText("pump-4 is suspended", { exact: false }).waitFor();
  await close();
});

it("an address shows the same rows in another browser, from who signs in on the way", async () => {
  for (const name of ["deep-1", "deep-2"]) await registerDevice(browsed.region, name);
  await page.goto("/devices?status=active&prefix=deep-");
  const rows = (of: Page) => of.locator("tbody th").allInnerTexts();
  const both = async () => {
    await page.reload();
    await page.getByText(/(\d+|none) found/).waitFor();
    return rows(page);
  };
  await expect.poll(both, soon).toEqual(["deep-1", "deep-2"]);
  const shown = await rows(page);
  const other = await browsed.signedIn("viewer", "/devices?status=active&prefix=deep-");
  await other.page.getByRole("cell", { name: "active" }).first().waitFor();

  expect(shown).toContain("deep-1");
  expect(await rows(other.page)).toEqual(shown);
  await other.close();
});

deviceSearchCases(() => browsed);

it("figures that do not come any more are said to be old, until they come again", async () => {
  await page.goto("/");
  await page.getByText(/As of/).waitFor();
  const managed = browsed.region.process("console-1");
  await managed.suspend();
  await page.getByText(/The figures are \d+ s old/).waitFor();
  managed.resume();

  await page.getByText(/The figures are/).waitFor({ state: "detached" });
});

it("signing out ends the session, in this browser and at the server", async () => {
  const { page: own, close } = await browsed.signedIn("viewer");
  await own.getByRole("button", { name: "viewer" }).click();
  await own.getByRole("menuitem", { name: "Sign out", exact: true }).click();
  await own.getByLabel("Token").waitFor();

  expect(await own.evaluate(async () => (await fetch("/api/v1/devices")).status)).toBe(401);
  await close();
});

/** How many pixels of the page lie beyond its window. */
const tooWide = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

const incidents = incidentCases(() => browsed);

exceptionCases(() => browsed);

const views = () =>
  [
    ["overview", "/", "Verdicts"],
    ["devices", "/devices", "Client id"],
    ["device", "/devices/pump-2", "Registered"],
    ["incidents", "/incidents", "Command injection: drill-2"],
    ["incident", incidents.open(), "What has happened"],
    ["exceptions", "/exceptions", "keys-rule"],
    ["new-exception", "/exceptions/new?rule=keys-rule&client=keys-1", "Hide these findings"],
    ["rules", "/rules", "ATT&CK"],
    ["rule", "/rules/463d6845-269a-498d-b5f6-c9c3b623ae1b", "What it leaves alone"],
    ["quarantine", "/quarantine", "Held"],
    ["audit", "/audit?kind=registry", "suspended"],
    ["system", "/system", "inspector-1"],
  ] as const;

describe.each(["light", "dark"] as const)("in the %s theme", (colorScheme) => {
  it("nothing stands in the way of anybody, at any width", async () => {
    mkdirSync(pictures, { recursive: true });
    await page.emulateMedia({ colorScheme });
    const faults: string[] = [];
    for (const [name, path, shown] of views()) {
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goto(path);
      await page.locator("main").getByText(shown).locator("visible=true").first().waitFor();
      faults.push(...(await accessibilityFaults(page)).map((fault) => `${name} ${fault}`));
      for (const width of [360, 1280, 2560]) {
        await page.setViewportSize({ width, height: 900 });
        const overflow = await page.evaluate<number>(tooWide);
        if (overflow > 0) faults.push(`${name} is ${overflow} px too wide at ${width}`);
        const file = join(pictures, `${name}-${colorScheme}-${width}.png`);
        await page.screenshot({ path: file, fullPage: width === 360 });
      }
    }
    expect(faults).toEqual([]);
  });
});

oidcCases(() => browsed, pictures);

quarantineCases(() => browsed);

hostileCases(() => browsed);

it("did nothing on all of this that its policy forbids, and went nowhere else", () => {
  expect(browsed.misdeeds).toEqual([]);
});
