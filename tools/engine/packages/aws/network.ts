import { accountId } from "../cloud-package.ts";
import { type AwsKinds, arnIn, byInput, joined, prefixed, text } from "./aws-kind.ts";

const ec2 = (resource: string) => arnIn("ec2", `${resource}/`);
const rule = {
  id: prefixed("sgr"),
  replaced: ["securityGroupId"],
  arn: ec2("security-group-rule"),
};
const owned = { outputs: () => ({ ownerId: accountId }) };

/** VPCs and what is in them. */
export const network: AwsKinds = {
  "aws:ec2/vpc:Vpc": {
    id: prefixed("vpc"),
    arn: ec2("vpc"),
    replaced: ["cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"],
    outputs: ({ hex }) => ({
      ownerId: accountId,
      mainRouteTableId: `rtb-${hex(17)}`,
      defaultRouteTableId: `rtb-${hex(17)}`,
      defaultSecurityGroupId: `sg-${hex(17)}`,
      defaultNetworkAclId: `acl-${hex(17)}`,
      dhcpOptionsId: `dopt-${hex(17)}`,
    }),
  },
  "aws:ec2/subnet:Subnet": {
    id: prefixed("subnet"),
    arn: ec2("subnet"),
    replaced: ["vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv6Native"],
    ...owned,
  },
  "aws:ec2/internetGateway:InternetGateway": {
    id: prefixed("igw"),
    arn: ec2("internet-gateway"),
    replaced: [],
    ...owned,
  },
  "aws:ec2/eip:Eip": {
    id: prefixed("eipalloc"),
    arn: ec2("elastic-ip"),
    replaced: ["domain", "address", "publicIpv4Pool", "networkBorderGroup"],
    outputs: ({ hex }, id) => ({
      allocationId: id,
      // From the block that is reserved for documentation.
      publicIp: `203.0.113.${Number.parseInt(hex(2), 16)}`,
    }),
  },
  "aws:ec2/natGateway:NatGateway": {
    id: prefixed("nat"),
    replaced: ["allocationId", "subnetId", "connectivityType", "privateIp", "vpcId"],
  },
  "aws:ec2/routeTable:RouteTable": {
    id: prefixed("rtb"),
    arn: ec2("route-table"),
    replaced: ["vpcId"],
    ...owned,
  },
  "aws:ec2/route:Route": {
    id: ({ inputs, hex }) => `r-${inputs["routeTableId"]}${hex(10)}`,
    replaced: [
      "routeTableId",
      "destinationCidrBlock",
      "destinationIpv6CidrBlock",
      "destinationPrefixListId",
    ],
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    id: prefixed("rtbassoc"),
    replaced: ["subnetId", "gatewayId"],
  },
  "aws:ec2/defaultRouteTable:DefaultRouteTable": {
    id: byInput("defaultRouteTableId"),
    replaced: ["defaultRouteTableId"],
  },
  "aws:ec2/networkAcl:NetworkAcl": {
    id: prefixed("acl"),
    arn: ec2("network-acl"),
    replaced: ["vpcId"],
  },
  "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": {
    id: byInput("defaultNetworkAclId"),
    replaced: ["defaultNetworkAclId"],
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    id: prefixed("sg"),
    arn: ec2("security-group"),
    autoname: "name",
    nameLimit: 255,
    replaced: ["name", "namePrefix", "description", "vpcId"],
    ...owned,
  },
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
    id: prefixed("sg"),
    arn: ec2("security-group"),
    replaced: ["vpcId"],
  },
  "aws:ec2/securityGroupRule:SecurityGroupRule": {
    id: prefixed("sgrule"),
    replaced: [
      "type",
      "fromPort",
      "toPort",
      "protocol",
      "cidrBlocks",
      "ipv6CidrBlocks",
      "prefixListIds",
      "securityGroupId",
      "self",
      "sourceSecurityGroupId",
    ],
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule,
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    id: prefixed("vpce"),
    arn: ec2("vpc-endpoint"),
    replaced: ["serviceName", "vpcId", "vpcEndpointType", "serviceRegion"],
    outputs: ({ hex }) => ({ state: "available", prefixListId: `pl-${hex(8)}` }),
    filledIn: ["ipAddressType", "policy"],
  },
  "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": {
    id: ({ hex }) => `a-vpce-${hex(17)}`,
    replaced: ["routeTableId", "vpcEndpointId"],
  },
  "aws:ec2/flowLog:FlowLog": {
    id: prefixed("fl"),
    arn: ec2("vpc-flow-log"),
    replaced: [
      "deliverCrossAccountRole",
      "destinationOptions",
      "eniId",
      "iamRoleArn",
      "logDestination",
      "logDestinationType",
      "logFormat",
      "maxAggregationInterval",
      "subnetId",
      "trafficType",
      "transitGatewayId",
      "vpcId",
    ],
  },
  "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": {
    id: prefixed("pcx"),
    replaced: ["peerOwnerId", "peerRegion", "peerVpcId", "vpcId"],
    outputs: () => ({ acceptStatus: "pending-acceptance" }),
  },
  "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter": {
    id: byInput("vpcPeeringConnectionId"),
    replaced: ["vpcPeeringConnectionId"],
    outputs: () => ({ acceptStatus: "active" }),
  },
  "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions": {
    id: byInput("vpcPeeringConnectionId"),
    replaced: ["vpcPeeringConnectionId"],
  },
  "aws:route53/zone:Zone": {
    id: ({ hex }) => `Z${hex(20).toUpperCase()}`,
    arn: (_, id) => `arn:aws:route53:::hostedzone/${id}`,
    replaced: ["name", "delegationSetId"],
    outputs: (_, id) => ({
      zoneId: id,
      nameServers: [1, 2, 3, 4].map((server) => `ns-${server}.example.com`),
      primaryNameServer: "ns-1.example.com",
    }),
  },
  "aws:route53/record:Record": {
    id: joined("_", "zoneId", "name", "type", "setIdentifier"),
    replaced: ["name", "zoneId"],
    outputs: (creation) => ({ fqdn: text(creation, "name") }),
  },
  "aws:route53/zoneAssociation:ZoneAssociation": {
    id: joined(":", "zoneId", "vpcId", "vpcRegion"),
    replaced: ["zoneId", "vpcId", "vpcRegion"],
  },
  "aws:route53/vpcAssociationAuthorization:VpcAssociationAuthorization": {
    id: joined(":", "zoneId", "vpcId"),
    replaced: ["zoneId", "vpcId", "vpcRegion"],
  },
};
