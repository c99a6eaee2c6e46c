import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** One registration as the engine saw it: secrets unwrapped, outputs of other resources resolved. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into inputs of every type.
  readonly inputs: any;
}

export interface FakeEngine {
  readonly registrations: readonly Registration[];
  of(type: string): readonly Registration[];
  /** @throws Error unless exactly one resource of that type was registered. */
  only(type: string): Registration;
  named(name: string): Registration;
}

/** Answers of lookups by their token. One that is not planned fails the test. */
export type PlannedCalls = Readonly<Record<string, (inputs: Record<string, unknown>) => object>>;

/**
 * Pulumi's own mocks behind a recorder. Computed properties that dependents need are invented from
 * the resource's name; a component test asks what we register, never what a cloud would answer.
 */
export async function fakeEngine(calls: PlannedCalls = {}): Promise<FakeEngine> {
  const registrations: Registration[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        registrations.push({ type, name, inputs: unwrapped(inputs) });
        return {
          id: `${name}-id`,
          state: {
            ...invented(name),
            ...bytesOf(type, name, inputs),
            ...keyOf(type, name, inputs),
            ...inputs,
          },
        };
      },
      call({ token, inputs }) {
        const answer = calls[token];
        if (!answer) throw new Error(`the test did not plan the lookup ${token}`);
        return answer(inputs);
      },
    },
    "mqtt-sentinel",
    "us-east",
    false,
  );
  const of = (type: string) => registrations.filter((each) => each.type === type);
  const one = (found: readonly Registration[], what: string): Registration => {
    const [first, ...others] = found;
    if (first && others.length === 0) return first;
    const names = registrations.map((each) => `${each.type} ${each.name}`).join("\n  ");
    throw new Error(`expected one ${what}, got ${found.length} among:\n  ${names}`);
  };
  return {
    registrations,
    of,
    only: (type) => one(of(type), type),
    named: (name) =>
      one(
        registrations.filter((each) => each.name === name),
        name,
      ),
  };
}

const invented = (name: string) => ({
  arn: `arn:aws:mock:::${name}`,
  name,
  dnsName: `${name}.example.com`,
  endpoint: `https://${name}.example.com`,
  zoneId: `${name}-zone`,
});

/** By which Pulumi marks a value as secret on its way to the engine. */
const secretMark = "4dabf18193072939515e22adb298388d";

/** The same value without the marks. */
function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== "object" || value === null) return value;
  if (secretMark in value && "value" in value) return unwrapped(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unwrapped(each)]));
}

/** What `random.RandomBytes` computes: from its name, so that two runs get the same. */
function bytesOf(type: string, name: string, inputs: { length?: number }) {
  if (type !== "random:index/randomBytes:RandomBytes") return {};
  const bytes = createHash("sha512").update(name).digest().subarray(0, inputs.length);
  return { base64: bytes.toString("base64"), hex: bytes.toString("hex") };
}

/** DER head of a PKCS #8 Ed25519 private key: the raw seed follows. */
const ed25519Head = Buffer.from("302e020100300506032b657004220420", "hex");

/** What `tls.PrivateKey` computes for Ed25519: from its name, too. */
function keyOf(type: string, name: string, inputs: { algorithm?: string }) {
  if (type !== "tls:index/privateKey:PrivateKey" || inputs.algorithm !== "ED25519") return {};
  const seed = createHash("sha256").update(name).digest();
  const der = Buffer.concat([ed25519Head, seed]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return {
    privateKeyPemPkcs8: key.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKeyPem: createPublicKey(key).export({ type: "spki", format: "pem" }).toString(),
  };
}

/** The value of an output, when everything it depends on has been registered. */
export function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply((value) => resolve(value as T));
  });
}
