import { spawnSync } from "node:child_process";
import { request } from "node:http";
import { join } from "node:path";
import { ManagedProcess } from "../../../local/managed-process.ts";
import { findPorts } from "../../../local/ports.ts";
import { s3Spec } from "../../../local/s3-emulator.ts";
import { type Body, Fault } from "./fault.ts";

const root = join(import.meta.dirname, "../../..");

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

/** moto's server, which knows most of what we ask of AWS. */
export interface Moto {
  pass(asked: Asked): Promise<Answer>;
  /** A call of EC2's query API. @returns the answer as XML. */
  ec2(region: string, parameters: Readonly<Record<string, string>>): Promise<string>;
  /** A call of DynamoDB. @throws Fault */
  dynamoDb(region: string, action: string, input: object): Promise<Body>;
  /** ARNs of what has tags in a region: whatever the stacks make there, as far as moto lists it. */
  tagged(region: string): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export const signed = (service: string, region: string) =>
  `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;

function pass(port: number, { method, path, headers, body }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, method, path, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 500,
          headers: response.headers,
          body: Buffer.concat(pieces),
        }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Starts it, and brings it where there is none. */
export async function startMoto(logs: string): Promise<Moto> {
  const { status, stderr } = spawnSync(join(root, "tools/bootstrap-moto.sh"), { encoding: "utf8" });
  if (status !== 0) throw new Error(`moto cannot be had: ${stderr.trim()}`);
  const [port = 0] = await findPorts(1);
  // Without it, policies that AWS keeps cannot be attached.
  const environment = { MOTO_IAM_LOAD_MANAGED_POLICIES: "true" };
  const server = new ManagedProcess({ ...s3Spec(port), name: "moto", environment }, logs);
  await server.start();
  const call = (service: string, region: string, headers: Record<string, string>, text: string) => {
    const body = Buffer.from(text);
    return pass(port, {
      ...{ method: "POST", path: "/", body },
      headers: {
        Host: `${service}.${region}.amazonaws.com`,
        Authorization: signed(service, region),
        "Content-Length": String(body.length),
        ...headers,
      },
    });
  };
  return {
    pass: (asked) => pass(port, asked),
    async ec2(region, parameters) {
      const text = new URLSearchParams({ Version: "2016-11-15", ...parameters }).toString();
      const type = { "Content-Type": "application/x-www-form-urlencoded" };
      return (await call("ec2", region, type, text)).body.toString("utf8");
    },
    async dynamoDb(region, action, input) {
      const headers = {
        "X-Amz-Target": `DynamoDB_20120810.${action}`,
        "Content-Type": "application/x-amz-json-1.0",
      };
      const answer = await call("dynamodb", region, headers, JSON.stringify(input));
      const body = JSON.parse(answer.body.toString("utf8") || "{}");
      if (answer.status < 400) return body;
      const code = String(body.__type).split("#").at(-1) ?? "";
      throw new Fault(answer.status, code, body.message ?? body.Message ?? "");
    },
    async tagged(region) {
      const headers = {
        "X-Amz-Target": "ResourceGroupsTaggingAPI_20170126.GetResources",
        "Content-Type": "application/x-amz-json-1.1",
      };
      const found: string[] = [];
      let PaginationToken: string | undefined;
      do {
        const asked = JSON.stringify({ PaginationToken });
        const { body } = await call("tagging", region, headers, asked);
        const page = JSON.parse(body.toString("utf8"));
        found.push(...page.ResourceTagMappingList.map((each: Body) => each.ResourceARN));
        PaginationToken = page.PaginationToken || undefined;
      } while (PaginationToken);
      return found;
    },
    stop: () => server.stop(),
  };
}
