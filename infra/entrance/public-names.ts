import * as pulumi from "@pulumi/pulumi";
import { AliasRecord, type AliasTarget } from "./alias-record.ts";

export interface PublicNamesArgs {
  /** Public hosted zone of the domain. Absent: nothing is made, `toCreate` says what is missing. */
  readonly hostedZoneId?: string;
  /** By full host name, such as `mqtt.example.com`. */
  readonly targets: Readonly<Record<string, AliasTarget>>;
}

/** Names under which devices and publishers find us. */
export class PublicNames extends pulumi.ComponentResource {
  /** Records that somebody has to make by hand: `mqtt.example.com CNAME abc.awsglobalaccelerator.com`. */
  readonly toCreate: pulumi.Output<string[]>;

  constructor(name: string, args: PublicNamesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:entrance:PublicNames", name, {}, opts);
    const { hostedZoneId, targets } = args;

    if (hostedZoneId !== undefined) {
      for (const [host, target] of Object.entries(targets)) {
        new AliasRecord(
          `${name}-${host}`,
          { zoneId: hostedZoneId, host, target },
          { parent: this },
        );
      }
      this.toCreate = pulumi.output([]);
    } else {
      this.toCreate = pulumi.all(
        Object.entries(targets).map(
          ([host, { dnsName }]) => pulumi.interpolate`${host} CNAME ${dnsName}`,
        ),
      );
    }
    this.registerOutputs({ toCreate: this.toCreate });
  }
}
