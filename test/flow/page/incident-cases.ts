import { expect, it } from "vitest";
import type { BrowsedRegion } from "../../support/browsed-region.ts";
import { accessibilityFaults, patienceMs } from "../../support/browser.ts";

const soon = { timeout: patienceMs, interval: 250 };
const markup = '{"cmd":"<img src=x onerror=globalThis.ran=true>; rm -rf /"}';

/** What is done about incidents at the page. */
export function incidentCases(of: () => BrowsedRegion) {
  let open = "";
  /** Reads the inbox until it has one that fits. */
  const oneListed = async (address: string) => {
    const { page } = of();
    await page.goto(address);
    const row = page.locator("tbody tr");
    const listed = async () => {
      await page.reload();
      await page.getByText(/\d shown/).waitFor();
      return row.count();
    };
    await expect.poll(listed, soon).toBe(1);
    return row;
  };

  it("a finding becomes an incident that is opened, understood, taken and closed", async () => {
    const { page, finds } = of();
    const clients = ["drill-1", "drill-1", "drill-1"];
    await finds(clients, { name: "drill", rule: "drill-rule", payload: markup });
    const row = await oneListed("/incidents?client=drill-1&severity=high");
    expect(await row.innerText()).toContain("new");
    await row.getByRole("link").click();
    await page.getByRole("heading", { name: "Command injection: drill-1" }).waitFor();
    expect(await page.locator("[data-content]").first().innerText()).toBe(markup);
    expect(await page.evaluate("globalThis.ran")).toBeUndefined();
    await page.getByText("T1059", { exact: true }).waitFor();
    const device = page.getByRole("link", { name: "drill-1", exact: true }).first();
    expect(await device.getAttribute("href")).toBe("/devices/drill-1");

    await page.getByRole("button", { name: "Assign to me" }).click();
    await page.getByText("assigned to admin").waitFor();
    await page.getByRole("button", { name: "Assign…" }).click();
    await page.getByLabel("Who sees to it?").fill("bob");
    await page.getByRole("dialog").getByRole("button", { name: "Assign" }).click();
    await page.getByText("assigned to bob").waitFor();
    await page.getByRole("button", { name: "Close…" }).click();
    const dialog = page.getByRole("dialog");
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByText("Benign", { exact: false }).click();
    await dialog.getByLabel("How do you know?", { exact: false }).fill("a drill,\non Friday");
    await dialog.getByRole("button", { name: "Close it" }).click();

    await page.getByText("closed as benign").waitFor();
    await page.getByText("a drill, on Friday").first().waitFor();
    await page.getByRole("button", { name: "Judge anew…" }).waitFor();
    const closed = await oneListed("/incidents?client=drill-1&status=closed&rule=drill-rule");
    expect(await closed.innerText()).toContain("closed: harmless");
  });

  it("a viewer comes to an incident by keyboard, and may change nothing about it", async () => {
    await of().finds(["drill-2"], { name: "open", rule: "open-rule" });
    await oneListed("/incidents?rule=open-rule");
    const { page: keys, misdeeds, close } = await of().signedIn("viewer");
    await keys.keyboard.press("g");
    await keys.keyboard.press("i");
    await keys.getByRole("heading", { name: "Incidents" }).waitFor();
    await keys.getByRole("link", { name: "Command injection: drill-2" }).press("Enter");
    await keys.getByText("You are viewer", { exact: false }).waitFor();

    open = new URL(keys.url()).pathname;
    expect(await keys.getByRole("button", { name: /Assign|Close/ }).count()).toBe(0);
    const status = await keys.evaluate(`fetch("/api/v1/session")
      .then((answer) => answer.json())
      .then(({ proof }) => fetch("/api/v1${open}/assign", {
        method: "POST",
        headers: { "x-sentinel-proof": proof, "content-type": "application/json" },
        body: '{"assignee":"me"}',
      }))
      .then((answer) => answer.status)`);
    expect(status).toBe(403);
    expect(misdeeds).toEqual([]);
    await close();
  });

  return { open: () => open };
}
