import { expect, it } from "vitest";
import { DeviceRegistry } from "../../../app/registry/device-registry.ts";
import { hashSecret, issueSecret } from "../../../app/registry/secret.ts";
import { hostileTexts } from "../../../app/shared/hostile-texts.fixture.ts";
import { emulatorClient } from "../../../local/device-table.ts";
import { deviceTable } from "../../../local/endpoints.ts";
import type { BrowsedRegion } from "../../support/browsed-region.ts";
import { patienceMs } from "../../support/browser.ts";

const soon = { timeout: patienceMs, interval: 500 };
const ran = "globalThis.ran = true";

/** Each would run, load or close something if it were taken for markup. */
const markup = [
  `<script>${ran}</script>`,
  `"><img src=x onerror="${ran}">`,
  `'><svg onload='${ran}'>`,
  `</pre></td></table><iframe srcdoc="<script>parent.${ran}</script>">`,
  `<a href="javascript:${ran}">here</a>`,
  `javascript:${ran}`,
  `<style>*{display:none}</style><base href="https://evil.example/">`,
  `<meta http-equiv="refresh" content="0;url=https://evil.example/">`,
  `<form action="https://evil.example"><input name=token autofocus onfocus="${ran}">`,
  `{{constructor.constructor('${ran}')()}}`,
  `\${${ran}}`,
  `<![CDATA[<script>${ran}</script>]]>`,
  `{"__proto__":{"ran":true},"constructor":{"prototype":{"ran":true}}}`,
  `&lt;script&gt;${ran}&lt;/script&gt;`,
  `<details open ontoggle="${ran}">`,
  "W".repeat(4_000),
  `${"<div>".repeat(700)}`,
];

/** A larger message goes to DEAD_LETTER, which the page does not show. */
const largestBytes = 16 * 1024;
/** Two hundred payloads, each harmful in a way of its own. */
const payloads = [...markup, ...hostileTexts]
  .filter((text) => Buffer.byteLength(text) <= largestBytes)
  .slice(0, 200);
/** What has to be printable to be stored, and is shown as it is. */
const names = markup.map((text) => text.slice(0, 60));

const tooWide = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

/** What strangers wrote is shown as text, wherever it is. */
export function hostileCases(of: () => BrowsedRegion): void {
  it("200 hostile payloads are read as text: none runs, none breaks the page", async () => {
    const { page, alert } = of();
    expect(payloads).toHaveLength(200);
    for (const payload of payloads) await alert("hostile", payload);
    const list = async (): Promise<{ sequence: number }[]> => {
      const path = "/api/v1/quarantine?client=hostile&limit=500";
      const answer = await page.evaluate(`fetch("${path}").then((answer) => answer.json())`);
      return (answer as { messages: { sequence: number }[] }).messages;
    };
    await page.goto("/quarantine?client=hostile");
    await expect.poll(async () => (await list()).length, soon).toBe(payloads.length);
    for (const { sequence } of await list()) {
      await page.evaluate(`history.pushState(null, "", "/quarantine/${sequence}")`);
      await page.getByRole("heading", { name: `Held message ${sequence}`, exact: true }).waitFor();
      await page.locator("[data-content]").waitFor();
      expect([sequence, await page.evaluate(tooWide)]).toEqual([sequence, 0]);
    }

    expect(await page.evaluate("globalThis.ran ?? ({}).ran")).toBeUndefined();
    expect(page.url()).toContain(of().region.endpoints.apiUrl);
  });

  it("so are names in records, and whatever stands in the address", async () => {
    const { page, region } = of();
    const client = emulatorClient(region.layout);
    const registry = new DeviceRegistry({ client, table: deviceTable });
    for (const [i, actor] of names.entries()) {
      const secret = hashSecret(issueSecret());
      const record = { clientId: `named-${i}`, status: "active", secret, labels: [] } as const;
      await registry.create(record, { actor, nowMs: Date.now() });
    }
    client.destroy();
    // Nobody is told of them: they are found by the next reading of the table.
    const isShown = async () => {
      await page.goto("/devices?prefix=named-");
      await page.getByText(/(\d+|none) found/).waitFor();
      return page.getByRole("cell", { name: names[0] ?? "", exact: true }).count();
    };
    await expect.poll(isShown, soon).toBe(1);
    for (const text of [...names, ...hostileTexts.slice(0, 20)]) {
      const quoted = encodeURIComponent(text.toWellFormed().slice(0, 200));
      const searches = ["label", "prefix"].map((name) => `/devices?${name}=${quoted}`);
      for (const path of [`/devices/${quoted}`, ...searches]) {
        await page.evaluate(`history.pushState(null, "", ${JSON.stringify(path)})`);
        await page.getByRole("alert").or(page.locator(".empty")).first().waitFor();
        expect([path, await page.evaluate(tooWide)]).toEqual([path, 0]);
      }
    }

    expect(await page.evaluate("globalThis.ran ?? ({}).ran")).toBeUndefined();
  });
}
