import { expect, it } from "vitest";
import { GlobalAccelerator } from "./accelerator.ts";
import type { Body } from "./fault.ts";

function made() {
  const service = new GlobalAccelerator();
  const ask = (action: string, body: object): Body => service.answer(action, body);
  const { AcceleratorArn } = ask("CreateAccelerator", {
    Name: "a",
    IdempotencyToken: "1",
  }).Accelerator;
  const { ListenerArn } = ask("CreateListener", { AcceleratorArn, Protocol: "TCP" }).Listener;
  return { ask, AcceleratorArn, ListenerArn };
}

it("gives back what was made, and what it was changed to", () => {
  const { ask, ListenerArn } = made();
  const EndpointConfigurations = [{ EndpointId: "nlb", Weight: 128 }];
  const group = { ListenerArn, EndpointGroupRegion: "eu-west-1", EndpointConfigurations };
  const { EndpointGroupArn } = ask("CreateEndpointGroup", group).EndpointGroup;
  ask("UpdateEndpointGroup", { EndpointGroupArn, TrafficDialPercentage: 0 });
  expect(ask("DescribeEndpointGroup", { EndpointGroupArn }).EndpointGroup).toMatchObject({
    TrafficDialPercentage: 0,
    EndpointDescriptions: [{ EndpointId: "nlb", Weight: 128, HealthState: "HEALTHY" }],
  });
});

it("refuses what AWS refuses", () => {
  const { ask, AcceleratorArn, ListenerArn } = made();
  const group = { ListenerArn, EndpointGroupRegion: "eu-west-1" };
  ask("CreateEndpointGroup", group);
  expect(() => ask("CreateEndpointGroup", group)).toThrow("one is in eu-west-1");
  expect(() => ask("DeleteAccelerator", { AcceleratorArn })).toThrow("enabled");
  ask("UpdateAccelerator", { AcceleratorArn, Enabled: false });
  ask("DeleteAccelerator", { AcceleratorArn });
  expect(() => ask("DescribeAccelerator", { AcceleratorArn })).toThrow("no Accelerator has");
});

it("keeps tags by what they are on", () => {
  const { ask, AcceleratorArn: ResourceArn } = made();
  const tag = (Value: string) => ask("TagResource", { ResourceArn, Tags: [{ Key: "a", Value }] });
  tag("1");
  tag("2");
  expect(ask("ListTagsForResource", { ResourceArn }).Tags).toEqual([{ Key: "a", Value: "2" }]);
  ask("UntagResource", { ResourceArn, TagKeys: ["a"] });
  expect(ask("ListTagsForResource", { ResourceArn }).Tags).toEqual([]);
});
