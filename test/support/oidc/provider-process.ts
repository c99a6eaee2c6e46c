/** An OpenID Connect provider as a process of its own: started by `startOidcProvider`, and told by it where browsers come from. */
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";
import { type Damage, damagedAccount, damagedAnswer, damages } from "./damaged-tokens.ts";

const newKey = () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const keys = { own: newKey(), other: newKey() };

/** Groups of whoever has some. Who damages something is an analyst. */
const groups: Readonly<Record<string, readonly string[]>> = {
  alice: ["soc-leads", "analysts"],
  bob: ["analysts"],
  carol: ["cooks"],
};

const claimsOf = (id: string) => ({
  ...{ sub: id, email: `${id}@example.com`, email_verified: id !== "carol" },
  groups: groups[id] ?? ["analysts"],
});

const configuration = (redirectUri: string) => ({
  clients: [
    { client_id: "sentinel", client_secret: "a-secret-of-the-tests", redirect_uris: [redirectUri] },
    {
      ...{ client_id: "sentinel-public", redirect_uris: [redirectUri] },
      token_endpoint_auth_method: "none",
    },
  ],
  jwks: { keys: [{ ...keys.own.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: "one" }] },
  cookies: { keys: ["a-key-of-the-tests"] },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["groups"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
  findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => claimsOf(id) }),
  // Nobody is asked for consent: it is the house's own console.
  loadExistingGrant: async ({
    oidc,
  }: {
    oidc: { provider: Provider; client: { clientId: string }; session: { accountId: string } };
  }) => {
    const { provider, client, session } = oidc;
    const { clientId } = client;
    const grant = new provider.Grant({ clientId, accountId: session.accountId });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
});

const form = `<!doctype html><html lang="en"><title>Provider</title><main><h1>Sign in at the provider</h1>
<form method="post"><label>Name <input name="login"></label><button>Continue</button></form></main></html>`;

async function bodyOf(request: AsyncIterable<Buffer>): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

const damageOf = (account: string | undefined): Damage | undefined =>
  damages.find((damage) => damagedAccount(damage) === account);

function providerOf(issuer: string, redirectUri: string): Provider {
  const provider = new Provider(issuer, configuration(redirectUri));
  provider.use(async (context, next) => {
    if (!context.path.startsWith("/interaction/")) return next();
    const { req, res } = context;
    const { params } = await provider.interactionDetails(req, res);
    const hint = params["login_hint"];
    const name = context.method === "POST" ? (await bodyOf(req)).get("login") : hint;
    if (typeof name !== "string" || name === "") {
      context.type = "html";
      context.body = form;
      return;
    }
    context.respond = false;
    const refused = { error: "access_denied" };
    const result = name === "nobody" ? refused : { login: { accountId: name } };
    await provider.interactionFinished(req, res, result);
  });
  provider.use(async (context, next) => {
    await next();
    const damage = damageOf(context.oidc?.account?.accountId);
    if (context.path !== "/token" || damage === undefined) return;
    context.body = damagedAnswer(context.body as { id_token?: string }, damage, keys);
  });
  return provider;
}

let answer: RequestListener = (_, response) => response.writeHead(503).end();
const server = createServer((request, response) => answer(request, response));
interface Order {
  /** Of whose browsers it takes from now on, and what it proves itself with. */
  readonly serves?: {
    readonly redirectUri: string;
    readonly certFile: string;
    readonly keyFile: string;
  };
  /** Whether it can be reached. */
  readonly listens?: boolean;
}

function serve(issuer: string, { redirectUri, certFile, keyFile }: NonNullable<Order["serves"]>) {
  server.setSecureContext({ cert: readFileSync(certFile), key: readFileSync(keyFile) });
  answer = providerOf(issuer, redirectUri).callback();
}

/** Ends connections, and takes none until it listens again. */
function listen(port: number, listens: boolean, done: () => void): void {
  if (listens) return void server.listen(port, "127.0.0.1", done);
  server.close(done);
  server.closeAllConnections();
}

server.listen(0, "127.0.0.1");
server.once("listening", () => {
  // Not the console's own host name: coming back from it is coming from another site.
  const { port } = server.address() as AddressInfo;
  const issuer = `https://localhost:${port}`;
  process.on("message", ({ serves, listens }: Order) => {
    if (serves) serve(issuer, serves);
    if (listens !== undefined) listen(port, listens, () => process.send?.({}));
    else process.send?.({});
  });
  process.send?.({ issuer });
});
process.on("disconnect", () => process.exit());
