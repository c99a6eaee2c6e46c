import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import type { BrowsedRegion } from "../../support/browsed-region.ts";
import { accessibilityFaults, newContext, newPage, patienceMs } from "../../support/browser.ts";

const soon = { timeout: patienceMs, interval: 250 };

/** Goes to the provider from whatever view, and says there who it is. */
async function signInAs(page: Page, name: string): Promise<void> {
  await page.getByRole("link", { name: "Sign in with Example SSO" }).click();
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Continue" }).click();
}

/** Sign-in by an identity provider, which is another site to the browser. */
export function oidcCases(browsed: () => BrowsedRegion, pictures: string): void {
  it("somebody whom the provider knows signs in, is on record by name, and signs out here alone", async () => {
    const { browser, region, provider } = browsed();
    const context = await newContext(browser, region);
    const { page, misdeeds } = await newPage(context, region);
    await page.goto("/devices?status=active");
    await page.getByRole("link", { name: "Sign in with Example SSO" }).waitFor();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.screenshot({ path: join(pictures, `sign-in-${colorScheme}-1280.png`) });
    }
    await signInAs(page, "alice");
    await page.getByRole("navigation", { name: "Views" }).waitFor();

    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(
      "/devices?status=active",
    );
    const cookies = await context.cookies(region.endpoints.apiUrl);
    expect(cookies.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite])).toEqual([
      ["__Host-sentinel-session", true, "Strict"],
    ]);
    const recorded = () =>
      page.evaluate<readonly string[]>(
        `fetch("/api/v1/audit?kind=registry").then((answer) => answer.json()).then(({ records }) =>
          records.flatMap(({ what, who, outcome }) => what === "signed-in" ? [who + " " + outcome] : []))`,
      );
    await expect.poll(recorded, soon).toContain("api:oidc:alice Success");
    await page.getByRole("button", { name: "oidc:alice, admin" }).click();
    await page.getByRole("menuitem", { name: "Sign out", exact: true }).click();
    await page.getByText("The provider may still know you", { exact: false }).waitFor();
    expect(misdeeds.filter((each) => !each.startsWith(`request to ${provider.issuer}/`))).toEqual(
      [],
    );
    await context.close();
  });

  it("somebody whose groups give no role stays outside, and is told what to ask for", async () => {
    const { browser, region } = browsed();
    const context = await newContext(browser, region);
    const { page } = await newPage(context, region);
    await page.goto("/rules");
    await signInAs(page, "carol");

    await page.getByText("none of your groups gives you a role here", { exact: false }).waitFor();
    expect(page.url()).toBe(`${region.endpoints.apiUrl}/rules`);
    await context.close();
  });
}
