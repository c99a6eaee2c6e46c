import type { Properties } from "../../property-values.ts";
import { accountId, type Creation, type Difference } from "../cloud-package.ts";

/**
 * What previews and other resources notice of an AWS type. `arn` and the outputs that are not given
 * here are not invented: a program that needs one gets it by adding it to the table.
 */
export interface AwsKind {
  readonly id: (creation: Creation) => string;
  readonly arn?: (creation: Creation, id: string) => string;
  readonly outputs?: (creation: Creation, id: string) => Properties;
  /** Inputs that cannot change in place ("Forces new resource" in the provider). */
  readonly replaced: readonly string[];
  /** Further changes that need a new resource, where it depends on more than the property. */
  readonly replacedWhen?: (difference: Difference) => readonly string[];
  /** Outputs inside an input, unknown before the resource exists. */
  readonly foreseen?: (inputs: Properties) => Properties;
  /** Optional inputs that AWS fills in. */
  readonly filledIn?: readonly string[];
  /** Property that gets a generated value when it is absent; none for most types. */
  readonly autoname?: "name" | "bucket";
  /** Longest name that AWS takes. */
  readonly nameLimit?: number;
  /** Where two of the same id cannot both exist: in one region, or anywhere. Default: ids never meet. */
  readonly uniqueIn?: "region" | "account";
}
export type AwsKinds = Readonly<Record<string, AwsKind>>;

/** Ids like `vpc-0a1b…`: a prefix and 17 digits. */
export const prefixed = (prefix: string) => (creation: Creation) => `${prefix}-${creation.hex(17)}`;

/** Ids that are an input, as roles and tables are known by their name. */
export const byInput = (property: string) => (creation: Creation) =>
  String(creation.inputs[property]);

/** Ids put together from several inputs, as attachments have them. */
export const joined =
  (separator: string, ...properties: string[]) =>
  (creation: Creation) =>
    properties.map((property) => String(creation.inputs[property])).join(separator);

export const arnIn = (service: string, resource: string) => (creation: Creation, id: string) =>
  `arn:aws:${service}:${creation.region}:${accountId}:${resource}${id}`;

export const uuid = (creation: Creation) =>
  creation.hex(32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

export const text = (creation: Creation, property: string) => String(creation.inputs[property]);
