import { createHash } from "node:crypto";
import { addedByCloud, inputsNow, outputsNow, withAdded } from "./carry-over.ts";
import { type Failure, failuresOf } from "./check-inputs.ts";
import type { Cloud, CloudResource } from "./cloud.ts";
import { type Change, differenceOf } from "./difference.ts";
import { answer } from "./lookups/lookups.ts";
import type { Creation } from "./packages/cloud-package.ts";
import { packageOf } from "./packages/packages.ts";
import { isObject, isSecret, type Properties, plain, secret, unknown } from "./property-values.ts";
import type { Sdk } from "./sdk/sdk.ts";
import { parseUrn, type Urn } from "./urn.ts";

export interface CheckRequest {
  readonly urn: string;
  readonly inputs: Properties;
  readonly before: Properties | undefined;
  readonly seed: string;
}

export interface CheckResult {
  readonly inputs: Properties;
  readonly failures: readonly Failure[];
}

export interface DiffResult {
  readonly changes: readonly Change[];
  /** Paths among the changes that need a new resource. */
  readonly replacing: readonly string[];
  readonly deletesFirst: boolean;
}

export interface LiveResource {
  readonly id: string;
  readonly inputs: Properties;
  readonly properties: Properties;
}

/** A resource as the engine knows it from its state. */
export type KnownResource = LiveResource & { readonly urn: string };

/** A stand-in for the providers of one stack's run, without the wire. */
export interface Provider {
  configure(packageName: string, settings: Properties): void;
  lookUp(token: string, inputs: Properties): Properties;
  check(asked: CheckRequest): CheckResult;
  difference(urn: string, before: Properties, after: Properties): DiffResult;
  create(urn: string, inputs: Properties, preview: boolean): Promise<LiveResource>;
  update(live: KnownResource, inputs: Properties, preview: boolean): Properties;
  /** Undefined when the resource is gone. */
  read(live: KnownResource): LiveResource | undefined;
  remove(urn: string, id: string): void;
}

const digits = (text: string) => createHash("sha256").update(text).digest("hex");

/** What the SDK wants encrypted, marked so; the engine does the rest. */
function guarded(properties: Properties, secretOutputs: readonly string[]): Properties {
  const marked = secretOutputs.flatMap((name) => {
    const value = properties[name];
    if (value === undefined || value === null || (isObject(value) && isSecret(value))) return [];
    return [[name, secret(value)] as const];
  });
  return { ...properties, ...Object.fromEntries(marked) };
}

/** Answers the engine for one run of one stack, on a cloud that outlives it. */
export class StandIn implements Provider {
  readonly #cloud: Cloud;
  readonly #sdk: Sdk;
  readonly #settings = new Map<string, Properties>();

  constructor(cloud: Cloud, sdk: Sdk) {
    this.#cloud = cloud;
    this.#sdk = sdk;
  }

  configure(packageName: string, given: Properties): void {
    const region = this.#settings.get(packageName)?.["region"];
    if (packageName === "aws" && region !== undefined && region !== given["region"]) {
      throw new Error("two aws providers of different regions; set `region` on resources instead");
    }
    this.#settings.set(packageName, given);
  }

  lookUp(token: string, marked: Properties): Properties {
    const inputs = plain(marked);
    return answer(this.#cloud, token, inputs, this.#regionOf(inputs));
  }

  check({ urn: urnText, inputs, before, seed }: CheckRequest): CheckResult {
    const urn = parseUrn(urnText);
    const { complete, problems } = packageOf(urn.type);
    const completed = complete({ urn, inputs, before, seed: digits(`${urnText} ${seed}`) });
    const values = plain(completed);
    const failures = [...failuresOf(this.#sdk, urn.type, values), ...problems(urn.type, values)];
    return { inputs: completed, failures };
  }

  difference(urn: string, oldInputs: Properties, newInputs: Properties): DiffResult {
    const { type } = parseUrn(urn);
    const [before, after] = [plain(oldInputs), plain(newInputs)];
    const changes = differenceOf(before, after);
    const settings = this.#settings.get(type.split(":")[0] ?? "") ?? {};
    const whole = { type, before, after, changes, settings };
    const replacing = packageOf(type).replacing(whole);
    const deletesFirst = replacing.length > 0 && packageOf(type).deletesFirst(whole);
    return { changes, replacing, deletesFirst };
  }

  async create(urnText: string, inputs: Properties, preview: boolean): Promise<LiveResource> {
    const urn = parseUrn(urnText);
    const values = plain(inputs);
    if (preview) {
      return { id: "", inputs, properties: { ...inputs, ...this.#foreseen(urn, values) } };
    }
    const { create, refusal } = packageOf(urn.type);
    const present = this.#cloud.all().filter(({ stack }) => stack === urn.stack);
    const refused = refusal(urn.type, values, present);
    if (refused) throw new Error(refused);
    const region = this.#placeOf(urn, values);
    const hex = this.#drawDigits(urnText);
    const { id, outputs } = await create({ urn, inputs: values, region, hex });
    this.#refuseConflict({ ...urn, id, region, properties: { ...values, ...outputs } });
    return { id, inputs, properties: this.#keep(urn, id, { ...inputs, ...outputs }) };
  }

  update(live: KnownResource, inputs: Properties, preview: boolean): Properties {
    const urn = parseUrn(live.urn);
    const values = plain(inputs);
    const region = this.#placeOf(urn, values);
    const known = packageOf(urn.type).predicted({ urn, inputs: values, region });
    const added = { ...addedByCloud(live.inputs, live.properties), ...known };
    const whole = withAdded(inputs, added);
    if (preview) return whole;
    const present = this.#cloud.get(urn.stack, urn.type, live.id)?.properties ?? {};
    const refused = packageOf(urn.type).changeRefusal(urn.type, present, values);
    if (refused) throw new Error(refused);
    return this.#keep(urn, live.id, whole);
  }

  read(live: KnownResource): LiveResource | undefined {
    const { stack, type } = parseUrn(live.urn);
    const found =
      this.#cloud.get(stack, type, live.id) ??
      this.#cloud.find(type).find(({ id }) => id === live.id);
    if (!found) return undefined;
    const properties = outputsNow(live.properties, found.properties);
    return {
      id: live.id,
      inputs: inputsNow(live.inputs, found.properties),
      properties: guarded(properties, this.#secretOutputs(type)),
    };
  }

  remove(urnText: string, id: string): void {
    const { stack, type } = parseUrn(urnText);
    const found = this.#cloud.get(stack, type, id);
    const refused = found && packageOf(type).keepingReason(found.properties);
    if (refused) throw new Error(`${id} cannot be deleted: ${refused}`);
    this.#cloud.remove(stack, type, id);
  }

  #regionOf(inputs: Properties): string {
    const region = inputs["region"] ?? this.#settings.get("aws")?.["region"];
    if (typeof region !== "string") throw new Error("aws:region is not set");
    return region;
  }

  /** Empty for what has no region, such as roles, accelerators and everything outside AWS. */
  #placeOf({ type }: Urn, inputs: Properties): string {
    const regional = type.startsWith("aws:") && this.#sdk.resourceOf(type)?.inputs.has("region");
    return regional ? this.#regionOf(inputs) : "";
  }

  #secretOutputs(type: string): readonly string[] {
    return this.#sdk.resourceOf(type)?.secretOutputs ?? [];
  }

  /** Outputs of a resource that does not exist yet. */
  #foreseen(urn: Urn, inputs: Properties): Properties {
    const { filledIn, predicted, foreseen } = packageOf(urn.type);
    const names = [...(this.#sdk.resourceOf(urn.type)?.outputs ?? []), ...filledIn(urn.type)];
    const open = names.filter((name) => inputs[name] === undefined);
    return {
      ...Object.fromEntries(open.map((name) => [name, unknown])),
      ...predicted({ urn, inputs, region: this.#placeOf(urn, inputs) }),
      ...foreseen(urn.type, inputs),
    };
  }

  #drawDigits(urn: string): Creation["hex"] {
    const serial = this.#cloud.nextSerial();
    let drawn = 0;
    return (length) => {
      drawn += 1;
      return digits(`${urn} ${serial} ${drawn}`).slice(0, length);
    };
  }

  #refuseConflict({ stack, type, id, properties }: CloudResource): void {
    const { uniqueName } = packageOf(type);
    const name = uniqueName(type, id, properties);
    if (name === undefined) return;
    // Each stack has a cluster of its own, but all share one AWS account.
    const others = this.#cloud
      .find(type)
      .filter((each) => !type.startsWith("kubernetes:") || each.stack === stack);
    const other = others.find((each) => uniqueName(type, each.id, each.properties) === name);
    if (other) throw new Error(`${name} already exists (made by stack ${other.stack})`);
  }

  /** Properties as the state shall hold them; the cloud keeps its own plain copy. */
  #keep(urn: Urn, id: string, properties: Properties): Properties {
    const shown = guarded(properties, this.#secretOutputs(urn.type));
    const values = plain(shown);
    const { stack, type } = urn;
    this.#cloud.put({ stack, type, id, region: this.#placeOf(urn, values), properties: values });
    return shown;
  }
}
