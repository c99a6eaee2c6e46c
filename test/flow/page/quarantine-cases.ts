import { expect, it } from "vitest";
import type { BrowsedRegion } from "../../support/browsed-region.ts";
import { patienceMs } from "../../support/browser.ts";
import { connectDevice, registerDevice } from "../../support/clients.ts";

const soon = { timeout: patienceMs, interval: 250 };

/** What is done about held messages at the page. */
export function quarantineCases(of: () => BrowsedRegion): void {
  it("a held message is read, released with a reason, and reaches its device", async () => {
    const { page, region, alert } = of();
    await alert("latecomer", '{"level":"late","text":"<b>you</b>"}');
    await page.goto("/quarantine?client=latecomer");
    const row = page.getByRole("row").filter({ hasText: "latecomer" });
    await expect
      .poll(async () => {
        await page.reload();
        await page.getByText(/\d shown/).waitFor();
        return row.count();
      }, soon)
      .toBe(1);
    const password = await registerDevice(region, "latecomer");
    const { client, received } = await connectDevice(region, { clientId: "latecomer", password });
    await client.subscribeAsync("clients/latecomer/alerts");
    await row.getByRole("link").click();
    await page.getByText('"text":"<b>you</b>"').waitFor();
    await page.getByRole("button", { name: "Release" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Why?", { exact: false }).fill("the device is registered by now");
    await dialog.getByRole("button", { name: "Release" }).click();

    await page.getByText("the device is registered by now").waitFor();
    await expect
      .poll(() => received.map(({ payload }) => payload), soon)
      .toEqual(['{"level":"late","text":"<b>you</b>"}']);
    await client.endAsync(true);
  });

  it("all held messages of a client are dropped at once, with one reason", async () => {
    const { page, alert } = of();
    for (let n = 0; n < 5; n++) await alert("nobody-7", JSON.stringify({ n }));
    await page.goto("/quarantine?client=nobody-7&state=held");
    await expect
      .poll(async () => {
        await page.reload();
        return page.getByText("5 shown").count();
      }, soon)
      .toBe(1);
    await page.getByRole("button", { name: "Drop all that match" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Why?", { exact: false }).fill("a wrong list");
    await dialog.getByRole("button", { name: "Drop" }).click();

    await page.getByText("5 messages decided.").waitFor();
    await page.getByText(/^0 shown/).waitFor();
  });
}
