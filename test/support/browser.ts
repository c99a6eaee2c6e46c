import { hash, X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import type { Region } from "../../local/region.ts";

const root = join(import.meta.dirname, "../..");
const executablePath = join(root, ".tools/bin/chromium");
const axe = readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8");
/** Of a machine that does other things, too. */
export const patienceMs = 60_000;

/** What a page did that it must not do. */
export interface Watched {
  readonly page: Page;
  /** Refusals of the content security policy, errors of scripts, requests to other origins. */
  readonly misdeeds: string[];
}

/**
 * Starts Chromium, which takes the region's console for who it is by the key of its certificate alone.
 *
 * @throws Error when the set-up brought none.
 */
export async function startBrowser(region: Region): Promise<Browser> {
  if (!existsSync(executablePath)) {
    throw new Error("there is no Chromium; run: tools/bootstrap-chromium.sh");
  }
  const certificate = new X509Certificate(readFileSync(region.certificates.console.certFile));
  const key = certificate.publicKey.export({ type: "spki", format: "der" });
  return chromium.launch({
    executablePath,
    args: [
      `--ignore-certificate-errors-spki-list=${hash("sha256", key, "base64")}`,
      "--disable-gpu",
      "--disable-dev-shm-usage",
    ],
  });
}

type ContextOptions = Parameters<Browser["newContext"]>[0];

/** A browser of its own: no cookie, nothing stored. */
export async function newContext(
  browser: Browser,
  region: Region,
  options: ContextOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({
    baseURL: region.endpoints.apiUrl ?? "",
    viewport: { width: 1280, height: 900 },
    reducedMotion: "reduce",
    timezoneId: "Asia/Kolkata",
    ...options,
  });
  context.setDefaultTimeout(patienceMs);
  return context;
}

/** Runs in the page, before anything else there. */
const tellViolations = `document.addEventListener("securitypolicyviolation", (event) => {
  console.error("refused by policy: " + event.violatedDirective + " " + event.blockedURI);
});`;

/** A page whose misdeeds are noted. */
export async function newPage(context: BrowserContext, region: Region): Promise<Watched> {
  const page = await context.newPage();
  const misdeeds: string[] = [];
  await page.addInitScript(tellViolations);
  page.on("pageerror", (error) => misdeeds.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    misdeeds.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    // An answer that is a failure is written there by the browser itself.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      misdeeds.push(message.text());
    }
  });
  page.on("request", (request) => {
    const { origin } = new URL(request.url());
    if (origin !== region.endpoints.apiUrl) misdeeds.push(`request to ${request.url()}`);
  });
  return { page, misdeeds };
}

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe-core finds against accessibility on the page as it is. */
export async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  // By the debugger, which the page's policy does not bind: the page itself could not load it.
  await page.evaluate(axe);
  // For some seconds React Aria's announcer keeps a reference to a button that is gone by then.
  return page.evaluate(`axe.run({ exclude: ["[data-live-announcer]"] }, { runOnly: ${JSON.stringify(rules)} }).then(
    ({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html.slice(0, 200))),
  )`);
}
