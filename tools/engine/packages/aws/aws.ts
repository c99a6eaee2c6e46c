import { isWithin } from "../../difference.ts";
import { isUnknown, type Properties } from "../../property-values.ts";
import type { Checked, CloudPackage, Created, Creation, Difference } from "../cloud-package.ts";
import type { AwsKind, AwsKinds } from "./aws-kind.ts";
import { compute } from "./compute.ts";
import { entrance } from "./entrance.ts";
import { network } from "./network.ts";
import { storage } from "./storage.ts";

const kinds: AwsKinds = { ...network, ...entrance, ...compute, ...storage };

function kindOf(type: string): AwsKind {
  const kind = kinds[type];
  if (!kind) throw new Error(`the stand-in does not know ${type}; describe it in packages/aws/`);
  return kind;
}

/** Inputs that the provider made up, as the real one remembers them. */
const madeUp = "__defaults";
const isMadeUp = (inputs: Properties, property: string) =>
  ((inputs[madeUp] ?? []) as readonly string[]).includes(property);

/** How AWS's own protection is called, which differs from type to type. */
const deletionProtection = [
  "deletionProtection",
  "deletionProtectionEnabled",
  "enableDeletionProtection",
];

/** Generated names are the resource's name and seven digits, kept from then on. */
function complete({ urn, inputs, before, seed }: Checked): Properties {
  const property = kinds[urn.type]?.autoname;
  const prefix = property === "bucket" ? "bucketPrefix" : "namePrefix";
  if (!property || inputs[property] !== undefined || inputs[prefix] !== undefined) return inputs;
  const earlier = before && isMadeUp(before, property) ? before[property] : undefined;
  const name = `${urn.name}-${seed.slice(0, 7)}`;
  return {
    ...inputs,
    [property]: earlier ?? (property === "bucket" ? name.toLowerCase() : name),
    [madeUp]: [property],
  };
}

function problems(type: string, inputs: Properties) {
  const kind = kinds[type];
  if (!kind) {
    const reason = `the stand-in does not know ${type}; describe it in tools/engine/packages/aws/`;
    return [{ property: "", reason }];
  }
  const property = kind.autoname ?? "name";
  const name = inputs[property];
  const limit = kind.nameLimit;
  if (typeof name !== "string" || isUnknown(name) || !limit || name.length <= limit) return [];
  return [{ property, reason: `"${name}" is longer than ${limit} characters` }];
}

function create(creation: Creation): Created {
  const kind = kindOf(creation.urn.type);
  const id = kind.id(creation);
  return {
    id,
    outputs: {
      ...predicted(creation),
      ...(kind.arn && { arn: kind.arn(creation, id) }),
      ...kind.outputs?.(creation, id),
    },
  };
}

const predicted = ({ inputs, region }: Omit<Creation, "hex">): Properties => ({
  ...(region && { region }),
  ...(inputs["tags"] !== undefined && { tagsAll: inputs["tags"] }),
});

function replacing(difference: Difference): readonly string[] {
  const kind = kindOf(difference.type);
  const fields = ["region", ...kind.replaced, ...(kind.replacedWhen?.(difference) ?? [])];
  return difference.changes
    .map(({ path }) => path)
    .filter((path) => fields.some((field) => isWithin(path, field)));
}

/** AWS of one account in all regions, as far as `packages/aws/` describes its types. */
export const aws: CloudPackage = {
  complete,
  problems,
  replacing,
  deletesFirst({ type, before, after }) {
    const property = kindOf(type).autoname;
    if (!property || isMadeUp(after, property)) return false;
    return before[property] !== undefined && before[property] === after[property];
  },
  predicted,
  create,
  foreseen: (type, inputs) => kinds[type]?.foreseen?.(inputs) ?? {},
  filledIn: (type) => kinds[type]?.filledIn ?? [],
  refusal: () => undefined,
  changeRefusal: () => undefined,
  keepingReason(properties) {
    const name = deletionProtection.find((each) => properties[each] === true);
    return name && `${name} is true`;
  },
  uniqueName(type, id, properties) {
    const scope = kindOf(type).uniqueIn;
    if (scope === "account") return `${type} ${id}`;
    return scope === "region" ? `${type} ${id} in ${properties["region"]}` : undefined;
  },
};
