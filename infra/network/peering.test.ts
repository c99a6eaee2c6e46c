import { expect, it } from "vitest";
import { allRegistered } from "../../test/support/all-registered.ts";
import { fakeEngine } from "../../test/support/fake-engine.ts";
import { type PeeringSide, RegionPeering } from "./peering.ts";

const side = (awsRegion: PeeringSide["awsRegion"], second: number): PeeringSide => ({
  awsRegion,
  vpcId: `vpc-${second}`,
  cidr: `10.${second}.0.0/16`,
  routeTableIds: [0, 1, 2].map((zone) => `rtb-${second}-${zone}`),
});
const here = side("eu-west-1", 20);
const there = side("us-east-1", 10);

async function peering() {
  const engine = await fakeEngine();
  new RegionPeering("eu-west-us-east", { here, there, tags: { "sentinel:stack": "eu-west" } });
  await allRegistered();
  return engine;
}

it("asks here and accepts there", async () => {
  const engine = await peering();
  expect(engine.only("aws:ec2/vpcPeeringConnection:VpcPeeringConnection").inputs).toMatchObject({
    region: "eu-west-1",
    vpcId: "vpc-20",
    peerVpcId: "vpc-10",
    peerRegion: "us-east-1",
    autoAccept: false,
  });
  expect(
    engine.only("aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter").inputs,
  ).toMatchObject({ region: "us-east-1", autoAccept: true });
});

it("routes each private subnet to the other side's range, once the peering is accepted", async () => {
  const engine = await peering();
  const routes = engine.of("aws:ec2/route:Route").map(({ inputs }) => inputs);
  expect(
    routes.map((route) => [route.region, route.routeTableId, route.destinationCidrBlock]),
  ).toEqual([
    ["eu-west-1", "rtb-20-0", "10.10.0.0/16"],
    ["eu-west-1", "rtb-20-1", "10.10.0.0/16"],
    ["eu-west-1", "rtb-20-2", "10.10.0.0/16"],
    ["us-east-1", "rtb-10-0", "10.20.0.0/16"],
    ["us-east-1", "rtb-10-1", "10.20.0.0/16"],
    ["us-east-1", "rtb-10-2", "10.20.0.0/16"],
  ]);
  for (const route of routes) {
    expect(route.vpcPeeringConnectionId).toBe("eu-west-us-east-accept-id");
  }
});

it("lets each side resolve names for the other", async () => {
  const engine = await peering();
  const type = "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions";
  const resolution = { allowRemoteVpcDnsResolution: true };
  expect(engine.of(type).map(({ inputs }) => inputs)).toMatchObject([
    { region: "eu-west-1", requester: resolution },
    { region: "us-east-1", accepter: resolution },
  ]);
});

it("refuses to peer a region with itself", async () => {
  await fakeEngine();
  expect(() => new RegionPeering("twice", { here, there: here, tags: {} })).toThrow(
    /got eu-west-1 twice/,
  );
  await allRegistered();
});
