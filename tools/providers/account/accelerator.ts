import { randomBytes } from "node:crypto";
import { accountId, type Body, Fault, seconds } from "./fault.ts";

const hex = (digits: number) => randomBytes(digits).toString("hex").slice(0, digits);

type Kind = "Accelerator" | "Listener" | "EndpointGroup";

const healthy = (endpoints: readonly object[] = []) =>
  endpoints.map((each) => ({ ...each, HealthState: "HEALTHY" }));

/** Global Accelerator as its API documentation describes it, as far as the stacks use it: moto has none. */
export class GlobalAccelerator {
  readonly #things = new Map<string, Body>();
  readonly #tags = new Map<string, { Key: string; Value: string }[]>();
  readonly #attributes = new Map<string, object>();

  /** ARNs of everything there is. */
  get arns(): readonly string[] {
    return [...this.#things.keys()];
  }

  /** @throws Fault for what AWS refuses too. */
  answer(action: string, body: Body): object {
    const [, verb = "", what = ""] =
      /^(Create|Describe|Update|Delete)(Accelerator|Listener|EndpointGroup)$/.exec(action) ?? [];
    if (verb) return this.#one(verb, what as Kind, body);
    switch (action) {
      case "DescribeAcceleratorAttributes":
        return { AcceleratorAttributes: this.#attributes.get(body.AcceleratorArn) };
      case "UpdateAcceleratorAttributes": {
        const { AcceleratorArn, ...rest } = body;
        const attributes = { ...this.#attributes.get(AcceleratorArn), ...rest };
        this.#attributes.set(AcceleratorArn, attributes);
        return { AcceleratorAttributes: attributes };
      }
      case "ListCrossAccountResources":
        return { CrossAccountResources: [] };
      case "ListTagsForResource":
        return { Tags: this.#tags.get(body.ResourceArn) ?? [] };
      case "TagResource":
        return this.#tag(body.ResourceArn, body.Tags, []);
      case "UntagResource":
        return this.#tag(body.ResourceArn, [], body.TagKeys);
      default:
        throw new Fault(400, "UnknownOperationException", action);
    }
  }

  #tag(arn: string, more: { Key: string; Value: string }[], less: readonly string[]): object {
    const gone = new Set([...less, ...more.map(({ Key }) => Key)]);
    const kept = (this.#tags.get(arn) ?? []).filter(({ Key }) => !gone.has(Key));
    this.#tags.set(arn, [...kept, ...more]);
    return {};
  }

  #one(verb: string, kind: Kind, body: Body): object {
    if (verb === "Create") return { [kind]: this.#create(kind, body) };
    const arn = body[`${kind}Arn`];
    const thing = this.#things.get(arn);
    if (!thing) throw new Fault(400, `${kind}NotFoundException`, `no ${kind} has the ARN ${arn}`);
    if (verb === "Delete") {
      if (kind === "Accelerator" && thing.Enabled) {
        throw new Fault(400, "AcceleratorNotDisabledException", "The accelerator is enabled");
      }
      this.#things.delete(arn);
      return {};
    }
    if (verb === "Update") {
      const { EndpointConfigurations, ...rest } = body;
      Object.assign(thing, rest);
      if (EndpointConfigurations) thing.EndpointDescriptions = healthy(EndpointConfigurations);
    }
    return { [kind]: thing };
  }

  #create(kind: Kind, { IdempotencyToken: _, Tags = [], ...body }: Body): Body {
    const thing = this.#made(kind, body);
    const arn = thing[`${kind}Arn`];
    this.#things.set(arn, thing);
    this.#tags.set(arn, Tags);
    if (kind === "Accelerator") this.#attributes.set(arn, { FlowLogsEnabled: false });
    return thing;
  }

  #made(kind: Kind, body: Body): Body {
    switch (kind) {
      case "Accelerator": {
        const id = [8, 4, 4, 4, 12].map(hex).join("-");
        return {
          ...{ IpAddressType: "IPV4", Enabled: true, ...body, Status: "DEPLOYED", Events: [] },
          AcceleratorArn: `arn:aws:globalaccelerator::${accountId}:accelerator/${id}`,
          DnsName: `a${hex(16)}.awsglobalaccelerator.com`,
          IpSets: [{ IpFamily: "IPv4", IpAddresses: ["192.0.2.250", "198.51.100.52"] }],
          ...{ CreatedTime: seconds(), LastModifiedTime: seconds() },
        };
      }
      case "Listener": {
        const { AcceleratorArn, ...rest } = body;
        const ListenerArn = `${AcceleratorArn}/listener/${hex(8)}`;
        return { ClientAffinity: "NONE", ...rest, ListenerArn };
      }
      case "EndpointGroup": {
        const { EndpointConfigurations, ListenerArn, ...rest } = body;
        const region = rest.EndpointGroupRegion;
        for (const each of this.#things.values()) {
          const beside = each.EndpointGroupArn?.startsWith(`${ListenerArn}/`);
          if (beside && each.EndpointGroupRegion === region) {
            throw new Fault(400, "EndpointGroupAlreadyExistsException", `one is in ${region}`);
          }
        }
        return {
          ...{ TrafficDialPercentage: 100, HealthCheckPort: 80, HealthCheckProtocol: "TCP" },
          ...{ HealthCheckIntervalSeconds: 30, ThresholdCount: 3, PortOverrides: [], ...rest },
          EndpointGroupArn: `${ListenerArn}/endpoint-group/${hex(12)}`,
          EndpointDescriptions: healthy(EndpointConfigurations),
        };
      }
    }
  }
}
