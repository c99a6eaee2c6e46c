import { readFileSync, writeFileSync } from "node:fs";
import type { Properties } from "./property-values.ts";

/** A resource as the stand-in cloud holds it: plain values, secrets included. */
export interface CloudResource {
  /** Stack that made it. The same Kubernetes object exists in each region's cluster. */
  readonly stack: string;
  readonly type: string;
  readonly id: string;
  /** Empty for what is not in a region: Kubernetes objects, IAM, generated secrets. */
  readonly region: string;
  readonly properties: Properties;
}

/** The one cloud that all stacks share. What one stack made, another one's lookups find. */
export interface Cloud {
  put(resource: CloudResource): void;
  get(stack: string, type: string, id: string): CloudResource | undefined;
  remove(stack: string, type: string, id: string): void;
  find(type: string): readonly CloudResource[];
  all(): readonly CloudResource[];
  /** Grows by one; ids are made from it, so that the same deployments give the same ids. */
  nextSerial(): number;
  save(file: string): void;
}

interface Saved {
  readonly serial: number;
  readonly resources: readonly CloudResource[];
}

const keyOf = (stack: string, type: string, id: string) => `${stack}|${type}|${id}`;

/** An empty cloud, or the one that `save` left in `file`. */
export function openCloud(file?: string): Cloud {
  const saved: Saved = file ? JSON.parse(readFileSync(file, "utf8")) : { serial: 0, resources: [] };
  const resources = new Map(
    saved.resources.map((each) => [keyOf(each.stack, each.type, each.id), each]),
  );
  let serial = saved.serial;
  return {
    put: (resource) => resources.set(keyOf(resource.stack, resource.type, resource.id), resource),
    get: (stack, type, id) => resources.get(keyOf(stack, type, id)),
    remove: (stack, type, id) => resources.delete(keyOf(stack, type, id)),
    find: (type) => [...resources.values()].filter((each) => each.type === type),
    all: () => [...resources.values()],
    nextSerial() {
      serial += 1;
      return serial;
    },
    save(target) {
      const content: Saved = { serial, resources: [...resources.values()] };
      writeFileSync(target, JSON.stringify(content), { mode: 0o600 });
    },
  };
}
