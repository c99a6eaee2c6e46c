package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/info"
)

var resourceTokens = map[string]string{
	"aws_eks_cluster":                                    "aws:eks/cluster:Cluster",
	"aws_eks_addon":                                      "aws:eks/addon:Addon",
	"aws_eks_access_entry":                               "aws:eks/accessEntry:AccessEntry",
	"aws_eks_access_policy_association":                  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
	"aws_eks_pod_identity_association":                   "aws:eks/podIdentityAssociation:PodIdentityAssociation",
	"aws_iam_role":                                       "aws:iam/role:Role",
	"aws_iam_role_policy":                                "aws:iam/rolePolicy:RolePolicy",
	"aws_iam_role_policy_attachment":                     "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
	"aws_ecr_repository":                                 "aws:ecr/repository:Repository",
	"aws_ecr_lifecycle_policy":                           "aws:ecr/lifecyclePolicy:LifecyclePolicy",
	"aws_ecr_replication_configuration":                  "aws:ecr/replicationConfiguration:ReplicationConfiguration",
	"aws_kms_key":                                        "aws:kms/key:Key",
	"aws_lb":                                             "aws:lb/loadBalancer:LoadBalancer",
	"aws_lb_target_group":                                "aws:lb/targetGroup:TargetGroup",
	"aws_lb_listener":                                    "aws:lb/listener:Listener",
	"aws_globalaccelerator_accelerator":                  "aws:globalaccelerator/accelerator:Accelerator",
	"aws_globalaccelerator_listener":                     "aws:globalaccelerator/listener:Listener",
	"aws_globalaccelerator_endpoint_group":               "aws:globalaccelerator/endpointGroup:EndpointGroup",
	"aws_vpc":                                            "aws:ec2/vpc:Vpc",
	"aws_subnet":                                         "aws:ec2/subnet:Subnet",
	"aws_internet_gateway":                               "aws:ec2/internetGateway:InternetGateway",
	"aws_eip":                                            "aws:ec2/eip:Eip",
	"aws_nat_gateway":                                    "aws:ec2/natGateway:NatGateway",
	"aws_route_table":                                    "aws:ec2/routeTable:RouteTable",
	"aws_route":                                          "aws:ec2/route:Route",
	"aws_route_table_association":                        "aws:ec2/routeTableAssociation:RouteTableAssociation",
	"aws_security_group":                                 "aws:ec2/securityGroup:SecurityGroup",
	"aws_default_security_group":                         "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
	"aws_vpc_security_group_ingress_rule":                "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
	"aws_vpc_security_group_egress_rule":                 "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
	"aws_vpc_endpoint":                                   "aws:ec2/vpcEndpoint:VpcEndpoint",
	"aws_flow_log":                                       "aws:ec2/flowLog:FlowLog",
	"aws_vpc_peering_connection":                         "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
	"aws_vpc_peering_connection_accepter":                "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter",
	"aws_vpc_peering_connection_options":                 "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions",
	"aws_route53_zone":                                   "aws:route53/zone:Zone",
	"aws_route53_record":                                 "aws:route53/record:Record",
	"aws_route53_zone_association":                       "aws:route53/zoneAssociation:ZoneAssociation",
	"aws_dynamodb_table":                                 "aws:dynamodb/table:Table",
	"aws_s3_bucket":                                      "aws:s3/bucket:Bucket",
	"aws_s3_bucket_versioning":                           "aws:s3/bucketVersioning:BucketVersioning",
	"aws_s3_bucket_public_access_block":                  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
	"aws_s3_bucket_server_side_encryption_configuration": "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
	"aws_s3_bucket_object_lock_configuration":            "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
	"aws_s3_bucket_lifecycle_configuration":              "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
	"aws_s3_bucket_ownership_controls":                   "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
	"aws_s3_bucket_policy":                               "aws:s3/bucketPolicy:BucketPolicy",
	"aws_cloudwatch_log_group":                           "aws:cloudwatch/logGroup:LogGroup",
}

var dataTokens = map[string]string{
	"aws_vpc":                 "aws:ec2/getVpc:getVpc",
	"aws_route_table":         "aws:ec2/getRouteTable:getRouteTable",
	"aws_caller_identity":     "aws:index/getCallerIdentity:getCallerIdentity",
	"aws_region":              "aws:index/getRegion:getRegion",
	"aws_iam_policy_document": "aws:iam/getPolicyDocument:getPolicyDocument",
	"aws_availability_zones":  "aws:index/getAvailabilityZones:getAvailabilityZones",
	"aws_partition":           "aws:index/getPartition:getPartition",
}

func named(n string) *info.Schema  { return &info.Schema{Name: n} }
func listed(n string) *info.Schema { return &info.Schema{Name: n, MaxItemsOne: tfbridge.False()} }
func one() *info.Schema            { return &info.Schema{MaxItemsOne: tfbridge.True()} }

// Where Pulumi's provider differs from the bridge's defaults.
var fields = map[string]map[string]*info.Schema{
	"aws_security_group":         {"ingress": named("ingress"), "egress": named("egress")},
	"aws_default_security_group": {"ingress": named("ingress"), "egress": named("egress")},
	"aws_dynamodb_table":         {"global_secondary_index": named("globalSecondaryIndexes"), "local_secondary_index": named("localSecondaryIndexes")},
	"aws_route53_record": {
		"alias": listed("aliases"), "failover_routing_policy": listed("failoverRoutingPolicies"), "geolocation_routing_policy": listed("geolocationRoutingPolicies"),
		"latency_routing_policy": listed("latencyRoutingPolicies"), "weighted_routing_policy": listed("weightedRoutingPolicies"),
	},
	"aws_s3_bucket_lifecycle_configuration": {"rule": {Elem: &info.Schema{Fields: map[string]*info.Schema{
		"expiration": one(), "filter": one(), "noncurrent_version_expiration": one(), "abort_incomplete_multipart_upload": one(),
	}}}},
}
