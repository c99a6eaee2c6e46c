import { expect, it } from "vitest";
import { challengePolicy } from "./challenge-policy.ts";

it("lets challenges be answered in one zone, and no other record be written", () => {
  const writing = challengePolicy("Z1").filter(({ Action }) =>
    [Action].flat().some((action) => String(action).includes("ChangeResourceRecordSets")),
  );
  expect(writing).toHaveLength(1);
  expect(writing[0]?.Resource).toBe("arn:aws:route53:::hostedzone/Z1");
  expect(JSON.stringify(writing[0]?.Condition)).toContain("_acme-challenge.*");
});
