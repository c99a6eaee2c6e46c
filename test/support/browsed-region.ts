import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import type { ApiRole } from "../../app/contract/api-token.ts";
import { subjects } from "../../app/contract/subjects.ts";
import { jetstream, type NatsConnection } from "../../app/shared/nats.ts";
import { type Load, startLoad } from "../../local/load/load.ts";
import type { Region } from "../../local/region.ts";
import { newContext, newPage, startBrowser, type Watched } from "./browser.ts";
import { connectDevice } from "./clients.ts";
import { storeFindings } from "./findings.ts";
import { startOidcProvider, type TestProvider, testRoles } from "./oidc/start-provider.ts";
import { connectAs } from "./stored.ts";
import { startTestRegion } from "./test-region.ts";

/** A region under load, with a browser before its page. */
export interface BrowsedRegion extends Watched {
  readonly region: Region;
  readonly browser: Browser;
  /** Of OpenID Connect, by which the page lets people in, too. */
  readonly provider: TestProvider;
  /** A browser of its own in which somebody of a role is signed in by a token. */
  signedIn(role: ApiRole, path?: string): Promise<Watched & { close(): Promise<void> }>;
  /** Sends an alert to a client, past the bridge. For one that nobody knows it is held. */
  alert(clientId: string, payload: string): Promise<unknown>;
  /** Stores what an inspector finds in reports of these clients. */
  finds(clientIds: readonly string[], what: Parameters<typeof storeFindings>[2]): Promise<void>;
  /** Whether a device may log in. */
  admits(clientId: string, password: string): Promise<boolean>;
  stop(): Promise<void>;
}

/** Starts all of it. `page` is signed in by nobody yet. */
export async function startBrowsedRegion(): Promise<BrowsedRegion> {
  const one = { edges: 1, bridges: 1, inspectors: 1, auths: 1 };
  const provider = await startOidcProvider();
  const oidc = {
    ...{ name: "Example SSO", issuer: provider.issuer, clientId: "sentinel-public" },
    ...{ roleClaim: "groups", roles: testRoles },
  };
  // Devices of tests are registered past the tools: nobody is told of them.
  const consoleSettings = { DEVICE_INDEX_REFILL_SECONDS: "2" };
  const options = {
    core: 3,
    ...one,
    aggregators: 1,
    console: true,
    oidc,
    consoleSettings,
  } as const;
  const region = await startTestRegion(options).catch(async (error: unknown) => {
    await provider.stop();
    throw error;
  });
  let browser: Browser | undefined;
  let load: Load | undefined;
  let bridge: NatsConnection | undefined;
  let inspector: NatsConnection | undefined;
  const stop = async () => {
    await browser?.close();
    load?.abort();
    await bridge?.close();
    await inspector?.close();
    await region.stop();
    await provider.stop();
  };
  try {
    await provider.serve(region.endpoints.apiUrl ?? "", region.certificates.console);
    browser = await startBrowser(region);
    bridge = await connectAs(region, "bridge");
    inspector = await connectAs(region, "report-inspector");
    load = await startLoad(region, { devices: 10, rate: 20, reportRate: 2, attackEvery: 2 });
    const watched = await newPage(await newContext(browser, region), region);
    return {
      ...watched,
      ...meansOf({ region, browser, bridge, inspector }),
      region,
      browser,
      provider,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Means {
  readonly region: Region;
  readonly browser: Browser;
  readonly bridge: NatsConnection;
  readonly inspector: NatsConnection;
}

function meansOf({ region, browser, bridge, inspector }: Means) {
  return {
    signedIn: async (role: ApiRole, path = "/") => {
      const context = await newContext(browser, region);
      const watched = await newPage(context, region);
      await watched.page.goto(path);
      await enterToken(watched.page, readFileSync(region.secrets.apiTokenFile(role), "utf8"));
      return { ...watched, close: () => context.close() };
    },
    alert: (clientId: string, payload: string) =>
      jetstream(bridge).publish(subjects.ingress("upstream", clientId), payload),
    finds: (...found: Parameters<BrowsedRegion["finds"]>) => storeFindings(inspector, ...found),
    admits: (clientId: string, password: string) =>
      connectDevice(region, { clientId, password }).then(
        async ({ client }) => {
          await client.endAsync(true);
          return true;
        },
        () => false,
      ),
  };
}

async function enterToken(page: Page, token: string): Promise<void> {
  await page.getByLabel("Token").fill(token);
  await page.keyboard.press("Enter");
  await page.getByRole("navigation", { name: "Views" }).waitFor();
}
