import type { Failure } from "../check-inputs.ts";
import type { CloudResource } from "../cloud.ts";
import type { Change } from "../difference.ts";
import type { Properties } from "../property-values.ts";
import type { Urn } from "../urn.ts";

export const accountId = "123456789012";

/** One resource about to be made. `inputs` are plain. */
export interface Creation {
  readonly urn: Urn;
  readonly inputs: Properties;
  /** Region it is made in: its own `region` argument or the provider's. */
  readonly region: string;
  /** Hexadecimal digits that no other resource of this cloud has. */
  hex(length: number): string;
}

export interface Created {
  readonly id: string;
  readonly outputs: Properties;
}

/** What a provider's `Check` is asked: inputs as the program gave them, and those of last time. */
export interface Checked {
  readonly urn: Urn;
  readonly inputs: Properties;
  readonly before: Properties | undefined;
  /** Digits for generated names, the same from preview to deployment. */
  readonly seed: string;
}

export interface Difference {
  readonly type: string;
  readonly before: Properties;
  readonly after: Properties;
  readonly changes: readonly Change[];
  /** The provider's own configuration. */
  readonly settings: Properties;
}

/** How resources of one Pulumi package behave, as far as previews and other resources can tell. */
export interface CloudPackage {
  /** Adds what the real provider adds to inputs, such as generated names. */
  complete(checked: Checked): Properties;
  /** Refuses what the real provider or its cloud is known to refuse. */
  problems(type: string, inputs: Properties): Failure[];
  /** Paths of those changes that need a new resource. */
  replacing(difference: Difference): readonly string[];
  /** Whether the old one must go first, because the new one has the same name. */
  deletesFirst(difference: Difference): boolean;
  /** Outputs that are known before the resource exists. */
  predicted(creation: Omit<Creation, "hex">): Properties;
  /** Inputs to which the cloud adds something, with `unknown` where it will be. */
  foreseen(type: string, inputs: Properties): Properties;
  create(creation: Creation): Created | Promise<Created>;
  /** Optional inputs that the cloud fills in when they are absent. */
  filledIn(type: string): readonly string[];
  /** Why the cloud would refuse the resource now, given what the same stack has; undefined if it would not. */
  refusal(type: string, inputs: Properties, present: readonly CloudResource[]): string | undefined;
  /** Why the cloud would refuse to make `next` out of what is there; undefined if it would not. */
  changeRefusal(type: string, present: Properties, next: Properties): string | undefined;
  /** Why the cloud would refuse to delete it; undefined if it would not. */
  keepingReason(properties: Properties): string | undefined;
  /** Something that may exist only once: the same text for two resources is a conflict. */
  uniqueName(type: string, id: string, properties: Properties): string | undefined;
}
