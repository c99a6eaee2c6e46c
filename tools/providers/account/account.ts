import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { GlobalAccelerator } from "./accelerator.ts";
import { type ClusterAddress, Eks } from "./eks.ts";
import { Fault } from "./fault.ts";
import { type Answer, type Asked, type Moto, signed, startMoto } from "./moto.ts";
import { Tables } from "./tables.ts";

/** An AWS account on this machine. What it answers follows AWS's documentation; nobody asked AWS. */
export interface Account {
  /** The proxy through which everything for `http://…amazonaws.com` has to go. */
  readonly url: string;
  /** Where it answers; whoever has more to say to a proxy listens here. */
  readonly server: Server;
  /** Makes a public zone, as an operator would have one. @returns its id. */
  makeZone(domain: string): Promise<string>;
  /** ARNs of what it has in all regions, as far as that has tags. */
  inventory(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface AccountOptions {
  /** Folder for moto's log. */
  readonly logs: string;
  /** By AWS region. */
  readonly clusters: Readonly<Record<string, ClusterAddress>>;
  /** Called with a line for each answer. */
  readonly report: (line: string) => void;
}

interface Services {
  readonly moto: Moto;
  readonly eks: Eks;
  readonly accelerator: GlobalAccelerator;
  readonly tables: Tables;
}

/** One in 36 has the right letter. */
const zoneTries = 2_000;

const json = (version: string, body: object, status = 200): Answer => ({
  status,
  headers: { "content-type": version, "x-amzn-requestid": randomBytes(16).toString("hex") },
  body: Buffer.from(JSON.stringify(body)),
});
const plainJson = "application/json";
const json11 = "application/x-amz-json-1.1";

/** Region and service for which a request is signed. */
function scopeOf(asked: Asked): { readonly region: string; readonly service: string } {
  const signature = String(asked.headers["authorization"] ?? "");
  const [, region = "us-east-1", service = ""] =
    /Credential=[^/]+\/\d+\/([\w-]+)\/([\w-]+)\//.exec(signature) ?? [];
  return { region, service };
}

const actionOf = ({ headers }: Asked) => String(headers["x-amz-target"]).split(".").at(-1) ?? "";
const bodyOf = ({ body }: Asked) => (body.length > 0 ? JSON.parse(body.toString("utf8")) : {});

async function answer(services: Services, asked: Asked): Promise<Answer> {
  const { region, service } = scopeOf(asked);
  try {
    switch (service) {
      case "eks": {
        const url = new URL(asked.path, "http://eks");
        const call = { method: asked.method, url, body: bodyOf(asked), region };
        return json(plainJson, await services.eks.answer(call));
      }
      case "dynamodb": {
        const made = await services.tables.answer(region, actionOf(asked), bodyOf(asked));
        return json("application/x-amz-json-1.0", made);
      }
      case "globalaccelerator":
        return json(json11, services.accelerator.answer(actionOf(asked), bodyOf(asked)));
      case "s3":
        return await storage(services.moto, asked, region);
      case "route53":
        return await services.moto.pass(withPrivacy(asked));
      default:
        return await services.moto.pass(asked);
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { status, code, message } = error;
    const refused = json(service === "eks" ? plainJson : json11, { __type: code, message }, status);
    return { ...refused, headers: { ...refused.headers, "x-amzn-errortype": code } };
  }
}

const withBody = (asked: Asked, text: string): Asked => {
  const body = Buffer.from(text);
  return { ...asked, body, headers: { ...asked.headers, "content-length": String(body.length) } };
};

/** A zone that is made with a network is private; moto wants to be told. */
function withPrivacy(asked: Asked): Asked {
  const text = asked.body.toString("utf8");
  if (!/\/hostedzone$/.test(asked.path) || !text.includes("<VPCId>")) return asked;
  const end = "</HostedZoneConfig>";
  return withBody(asked, text.replace(end, `<PrivateZone>true</PrivateZone>${end}`));
}

/** AWS's ids begin with a Z, which settings hold them to, and moto's with anything. */
async function makeZone(moto: Moto, domain: string): Promise<string> {
  const path = "/2013-04-01/hostedzone";
  const headers = {
    ...{ host: "route53.amazonaws.com", "content-type": "application/xml" },
    authorization: signed("route53", "us-east-1"),
  };
  for (let tries = 0; tries < zoneTries; tries++) {
    const text = `<CreateHostedZoneRequest><Name>${domain}</Name><CallerReference>${tries}</CallerReference></CreateHostedZoneRequest>`;
    const asked = { method: "POST", path, headers, body: Buffer.alloc(0) };
    const made = (await moto.pass(withBody(asked, text))).body.toString("utf8");
    const id = /<Id>\/hostedzone\/(\w+)<\/Id>/.exec(made)?.[1];
    if (!id) throw new Error(`no zone could be made: ${made.slice(0, 400)}`);
    if (id.startsWith("Z")) return id;
    await moto.pass({ ...asked, method: "DELETE", path: `${path}/${id}` });
  }
  throw new Error(`none of ${zoneTries} zones has an id as AWS would give it`);
}

/** moto tells S3 from S3 Control by the host, and forgets the tags that a bucket is made with. */
async function storage(moto: Moto, asked: Asked, region: string): Promise<Answer> {
  const control = /^(\d{12})\./.exec(String(asked.headers["host"]))?.[1];
  const host = control
    ? `${control}.s3-control.${region}.amazonaws.com`
    : `s3.${region}.amazonaws.com`;
  const there = { ...asked, headers: { ...asked.headers, host } };
  const made = await moto.pass(there);
  const bucket = /^\/([^/?]+)\/?$/.exec(asked.path)?.[1];
  const tags = asked.body.toString("utf8").match(/<Tag>.*?<\/Tag>/gs) ?? [];
  if (bucket && asked.method === "PUT" && made.status === 200 && tags.length > 0) {
    const text = `<Tagging><TagSet>${tags.join("")}</TagSet></Tagging>`;
    const { authorization } = asked.headers;
    const headers = { host, ...(authorization !== undefined && { authorization }) };
    await moto.pass(withBody({ ...there, path: `/${bucket}?tagging`, headers }, text));
  }
  return made;
}

async function askedBy(request: IncomingMessage): Promise<Asked> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  // A proxy is asked with the whole address.
  const url = new URL(request.url ?? "/", "http://aws");
  return {
    method: request.method ?? "GET",
    path: `${url.pathname}${url.search}`,
    headers: request.headers,
    body: Buffer.concat(pieces),
  };
}

function logged(asked: Asked, { status, body }: Answer): string {
  const { region, service } = scopeOf(asked);
  const action = /Action=(\w+)/.exec(asked.body.toString("utf8"))?.[1];
  const target = asked.headers["x-amz-target"] ?? action ?? "";
  const why = status >= 400 ? ` ${body.toString("utf8").slice(0, 400)}` : "";
  return `${service} ${region} ${asked.method} ${asked.path} ${target} ${status}${why}`;
}

/** Starts the account, empty. */
export async function startAccount(options: AccountOptions): Promise<Account> {
  const moto = await startMoto(options.logs);
  const services: Services = {
    moto,
    eks: new Eks(moto, options.clusters),
    accelerator: new GlobalAccelerator(),
    tables: new Tables(moto),
  };
  const server = createServer(async (request, response) => {
    try {
      const asked = await askedBy(request);
      const given = await answer(services, asked);
      options.report(logged(asked, given));
      response.writeHead(given.status, given.headers).end(given.body);
    } catch (error) {
      options.report(`failed: ${(error as Error).stack}`);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    makeZone: (domain) => makeZone(moto, domain),
    async inventory() {
      const tagged = await Promise.all(Object.keys(options.clusters).map(moto.tagged));
      return [...tagged.flat(), ...services.eks.arns, ...services.accelerator.arns].sort();
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await moto.stop();
    },
  };
}
