import type { Statement } from "./policy-document.ts";

/** What cert-manager needs to prove by DNS that a domain is ours: records of one zone, no more. */
export const challengePolicy = (hostedZoneId: string): readonly Statement[] => [
  {
    Sid: "AnswerChallenge",
    Effect: "Allow",
    Action: ["route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets"],
    Resource: `arn:aws:route53:::hostedzone/${hostedZoneId}`,
    Condition: {
      "ForAllValues:StringLike": {
        "route53:ChangeResourceRecordSetsNormalizedRecordNames": "_acme-challenge.*",
      },
    },
  },
  // Tells when a change has reached all name servers; a change has no name before it is made.
  {
    Sid: "SeeChange",
    Effect: "Allow",
    Action: "route53:GetChange",
    Resource: "arn:aws:route53:::change/*",
  },
];
