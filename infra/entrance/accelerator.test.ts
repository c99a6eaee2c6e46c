import { expect, it } from "vitest";
import { allRegistered } from "../../test/support/all-registered.ts";
import { fakeEngine } from "../../test/support/fake-engine.ts";
import { GlobalAccelerator } from "./accelerator.ts";
import { AcceleratorEndpoint } from "./endpoint-group.ts";

const endpoint = {
  awsRegion: "eu-west-1",
  listenerArn: "arn:aws:globalaccelerator::123456789012:accelerator/a/listener/b",
  loadBalancerArn: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/d/1",
} as const;
const acceleratorType = "aws:globalaccelerator/accelerator:Accelerator";

it("listens on the devices' port with fixed IPv4 addresses, without flow logs", async () => {
  const engine = await fakeEngine();
  new GlobalAccelerator("global", { tags: {} });
  await allRegistered();

  const accelerator = engine.only(acceleratorType).inputs;
  expect(accelerator).toMatchObject({ ipAddressType: "IPV4", enabled: true });
  expect(accelerator).not.toHaveProperty("attributes");
  expect(engine.only("aws:globalaccelerator/listener:Listener").inputs).toMatchObject({
    protocol: "TCP",
    portRanges: [{ fromPort: 8883, toPort: 8883 }],
    clientAffinity: "NONE",
  });
});

it("writes flow logs where it is told to", async () => {
  const engine = await fakeEngine();
  new GlobalAccelerator("global", { flowLogs: { bucket: "logs", prefix: "flow" }, tags: {} });
  await allRegistered();
  expect(engine.only(acceleratorType).inputs.attributes).toEqual({
    flowLogsEnabled: true,
    flowLogsS3Bucket: "logs",
    flowLogsS3Prefix: "flow",
  });
});

it("leads a region's part to its load balancer with the devices' addresses kept", async () => {
  const engine = await fakeEngine();
  new AcceleratorEndpoint("eu-west", { ...endpoint, trafficPercent: 30 });
  await allRegistered();
  expect(engine.only("aws:globalaccelerator/endpointGroup:EndpointGroup").inputs).toMatchObject({
    listenerArn: endpoint.listenerArn,
    endpointGroupRegion: "eu-west-1",
    trafficDialPercentage: 30,
    endpointConfigurations: [
      { endpointId: endpoint.loadBalancerArn, clientIpPreservationEnabled: true },
    ],
    healthCheckProtocol: "TCP",
    healthCheckPort: 8883,
  });
});

it("can drain a region", async () => {
  const engine = await fakeEngine();
  new AcceleratorEndpoint("eu-west", { ...endpoint, trafficPercent: 0 });
  await allRegistered();
  const group = engine.only("aws:globalaccelerator/endpointGroup:EndpointGroup").inputs;
  expect(group.trafficDialPercentage).toBe(0);
});

it.each([-1, 101, Number.NaN])("refuses a dial of %d", async (trafficPercent) => {
  await fakeEngine();
  expect(() => new AcceleratorEndpoint("eu-west", { ...endpoint, trafficPercent })).toThrow(
    /must be from 0 to 100/,
  );
  await allRegistered();
});
