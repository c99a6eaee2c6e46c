import {
  PolicyPack,
  type PolicyResource,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";
import { disruptionBudgets, durableTable } from "./durability.ts";
import { encryptedAtRest, encryptedBuckets } from "./encryption.ts";
import { closedBuckets, closedToEverybody, guardedCluster, privateData } from "./exposure.ts";
import { noWildcardPermissions } from "./iam.ts";
import { keptPrivileges } from "./privileges.ts";
import type { Properties, ResourceRule, StackResource, StackRule } from "./rule.ts";
import { tls13Configurations, tls13Listeners } from "./tls.ts";
import { pinnedImages, probedContainers, sizedContainers } from "./workloads.ts";

const resourceRules: readonly ResourceRule[] = [
  tls13Configurations,
  tls13Listeners,
  encryptedAtRest,
  closedToEverybody,
  guardedCluster,
  privateData,
  durableTable,
  pinnedImages,
  sizedContainers,
  probedContainers,
  keptPrivileges,
  noWildcardPermissions,
];

const stackRules: readonly StackRule[] = [encryptedBuckets, closedBuckets, disruptionBudgets];

/**
 * Inputs of every resource of the run, by URN. Stack rules read these: the engine shows them a
 * resource as its provider returned it, and while the cluster is being planned Kubernetes' provider
 * cannot be asked and returns nothing.
 */
const inputs = new Map<string, Properties>();

function resourcePolicy(rule: ResourceRule): ResourceValidationPolicy {
  return {
    name: rule.name,
    description: rule.description,
    validateResource: ({ urn, type, props }, report) => {
      inputs.set(urn, props);
      for (const violation of rule.violationsOf(type, props)) report(violation);
    },
  };
}

function stackPolicy(rule: StackRule): StackValidationPolicy {
  return {
    name: rule.name,
    description: rule.description,
    validateStack: ({ resources }, report) => {
      for (const { message, urn } of rule.violationsOfStack(resources.map(stackResource))) {
        report(message, urn);
      }
    },
  };
}

function stackResource(resource: PolicyResource): StackResource {
  const { type, name, urn, props, propertyDependencies } = resource;
  return {
    type,
    name,
    urn,
    properties: inputs.get(urn) ?? props,
    dependenciesOf: (property) => (propertyDependencies[property] ?? []).map((each) => each.urn),
  };
}

new PolicyPack("mqtt-sentinel", {
  enforcementLevel: "mandatory",
  policies: [...resourceRules.map(resourcePolicy), ...stackRules.map(stackPolicy)],
});
