import { expect, it } from "vitest";
import type { BrowsedRegion } from "../../support/browsed-region.ts";
import { registerDevice } from "../../support/clients.ts";

const soon = { timeout: 60_000, interval: 250 };

/** The fleet is searched as somebody types. */
export function deviceSearchCases(browsed: () => BrowsedRegion): void {
  it("devices are found while somebody types, by keyboard alone, and the address keeps the search", async () => {
    const { region, page } = browsed();
    const ids = ["seek-a1", "seek-a2", "seek-b1"];
    for (const id of ids) await registerDevice(region, id);
    const rows = () => page.locator("tbody th").allInnerTexts();
    await page.goto("/devices");
    await page.getByText(/(\d+|none) found/).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("seek-");
    await expect.poll(() => page.url(), soon).toMatch(/\?prefix=seek-$/);
    // Nobody was told of them: they come with the next reading of the table.
    const found = async () => {
      await page.reload();
      await page.getByText(/found, as of \d\d:\d\d:\d\d UTC/).waitFor();
      return rows();
    };
    await expect.poll(found, soon).toEqual(ids);

    await page.keyboard.press("/");
    await page.keyboard.press("End");
    await page.keyboard.type("a");
    await expect.poll(rows, soon).toEqual(ids.slice(0, 2));
    await page.getByText("2 found", { exact: false }).waitFor();
    await page.keyboard.type("9");
    await page.getByText("No device fits.", { exact: false }).waitFor();
    await page.keyboard.press("Backspace");
    await page.keyboard.type("1");
    await expect.poll(rows, soon).toEqual(["seek-a1"]);
    await page.keyboard.press("Enter");
    await page.getByText("Registered").first().waitFor();
    expect(new URL(page.url()).pathname).toBe("/devices/seek-a1");
    await page.goBack();
    await expect.poll(rows, soon).toEqual(["seek-a1"]);
    expect(await page.getByLabel("Client id begins with").inputValue()).toBe("seek-a1");
  });
}
