import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import type { BrowsedRegion } from "../../support/browsed-region.ts";
import { patienceMs } from "../../support/browser.ts";

const soon = { timeout: patienceMs, interval: 250 };

/** What is hidden at the page, and shown to be. */
export function exceptionCases(of: () => BrowsedRegion): void {
  /** Asks the server as the page of somebody may. */
  const post = (page: Page, path: string, body: object) =>
    page.evaluate(`fetch("/api/v1/session")
      .then((answer) => answer.json())
      .then(({ proof }) => fetch("/api/v1${path}", {
        method: "POST",
        headers: { "x-sentinel-proof": proof, "content-type": "application/json" },
        body: ${JSON.stringify(JSON.stringify(body))},
      }))
      .then((answer) => answer.status)`);
  const rowOf = (page: Page, rule: string) =>
    page.getByRole("row").filter({ hasText: rule, visible: true });
  /** Reads the list until it has hidden so many. */
  const hides = (page: Page, rule: string, findings: string) =>
    expect
      .poll(async () => {
        await page.goto("/exceptions");
        await page.getByText(/\d shown/).waitFor();
        return rowOf(page, rule).locator(".number").allInnerTexts();
      }, soon)
      .toEqual([findings]);

  it("an exception is made of an incident after what it would have hidden was seen, counts, and is ended", async () => {
    const { page, finds } = of();
    await finds(["bench-7", "bench-7"], { name: "bench", rule: "bench-rule" });
    await page.goto("/incidents?rule=bench-rule");
    const incident = page.getByRole("link", { name: "Command injection: bench-7" });
    await expect
      .poll(async () => {
        await page.reload();
        await page.getByText(/\d shown/).waitFor();
        return incident.count();
      }, soon)
      .toBe(1);
    await incident.click();
    await page.getByRole("link", { name: "Make an exception" }).click();
    expect(new URL(page.url()).search).toBe("?rule=bench-rule&client=bench-7");
    await page
      .getByText("It would have hidden 2 findings of the last 30 days.", { exact: false })
      .waitFor();
    await page.getByLabel("Client id").fill("bench-*");
    await page.getByRole("button", { name: "Preview" }).click();
    await page.waitForURL((url) => url.searchParams.get("client") === "bench-*");
    await page.getByText("None of them was", { exact: false }).waitFor();
    await page.getByText("Incidents are made, and nobody is told").click();
    await page.getByText("30 days", { exact: true }).click();
    await page.getByLabel("Why?", { exact: false }).fill("load tests,\nevery night");
    await page.getByRole("button", { name: "Hide these findings" }).click();

    // Its reason stands in the form, too.
    await page.waitForURL((url) => url.pathname === "/exceptions");
    await rowOf(page, "bench-rule").filter({ hasText: "load tests, every night" }).waitFor();
    await finds(["bench-8"], { name: "bench-later", rule: "bench-rule" });
    await hides(page, "bench-rule", "1");
    await page.getByRole("button", { name: "End the one of bench-rule", exact: false }).click();
    await page.getByRole("dialog").getByRole("button", { name: "End it" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.goto("/exceptions?state=ended");
    await rowOf(page, "bench-rule").filter({ hasText: "ended by hand" }).waitFor();
  });

  it("whoever may not is told so, on the page and on the wire; critical findings are for admins", async () => {
    const address = "/exceptions/new?rule=other-rule&label=site%3Abench";
    const viewer = await of().signedIn("viewer", address);
    await viewer.page.getByText("findings: operator. You are viewer").waitFor();
    expect(await viewer.page.getByText("What it would have hidden").count()).toBe(0);
    const scope = { rule: "other-rule", label: "site:bench" };
    expect(await post(viewer.page, "/exceptions/preview", { scope })).toBe(403);
    expect(viewer.misdeeds).toEqual([]);
    await viewer.close();
    const operator = await of().signedIn("operator", `${address}&critical=true`);
    await operator.page.getByText("critical findings: admin. You are operator").waitFor();
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const wanted = { kind: "exception", scope, reason: "none", critical: true, expiresAt };
    expect(await post(operator.page, "/exceptions", wanted)).toBe(403);
    await operator.close();
  });

  it("an exception is made without a mouse", async () => {
    const { page: keys, close } = await of().signedIn("operator");
    await keys.keyboard.press("g");
    await keys.keyboard.press("e");
    await keys.getByRole("link", { name: "New exception" }).press("Enter");
    await keys.getByLabel("Rule").press("k");
    await keys.keyboard.type("eys-rule");
    await keys.keyboard.press("Enter");
    await keys.getByText("it must not be for everybody", { exact: false }).waitFor();
    await keys.getByLabel("Client id").press("k");
    await keys.keyboard.type("eys-1");
    await keys.keyboard.press("Enter");
    await keys.getByText("It would have hidden no finding", { exact: false }).waitFor();
    await keys.getByLabel("Why?", { exact: false }).press("n");
    await keys.keyboard.type("obody uses a mouse");
    await keys.keyboard.press("Tab");
    await keys.keyboard.press("Enter");

    await rowOf(keys, "keys-rule").waitFor();
    await close();
  });

  it("a rule says what it found, how often it was mistaken, and shows attacks as text", async () => {
    const { page } = of();
    await page.goto("/rules?text=drill-rule");
    const row = page.getByRole("row").filter({ hasText: "Command injection" });
    await row.filter({ hasText: "0 % of 1" }).waitFor();
    await row.getByText("built in").waitFor();
    await page.goto("/rules");
    await page.getByRole("link", { name: "Shell separator followed by a system command" }).click();
    await page
      .getByText("turns the device into the attacker's terminal", { exact: false })
      .waitFor();
    await page.getByText('{"host":"127.0.0.1|id"}').waitFor();
    await page.getByRole("link", { name: "Make an exception" }).click();
    await page.getByText("it must not be for everybody", { exact: false }).waitFor();

    const viewer = await of().signedIn("viewer", "/rules?level=critical&text=T1059");
    const titles = (shown: Page) => shown.locator("tbody th").allInnerTexts();
    await viewer.page.getByText(/\d shown/).waitFor();
    await page.goto("/rules?level=critical&text=T1059");
    await page.getByText(/\d shown/).waitFor();
    const shown = await titles(page);
    expect(shown.length).toBeGreaterThan(0);
    expect((await titles(viewer.page)).toSorted()).toEqual(shown.toSorted());
    await viewer.close();
  });
}
