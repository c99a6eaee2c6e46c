import type { z } from "zod";
import { isHttpsAddress } from "../app/contract/https-address.ts";
import { OidcSchema } from "../app/contract/oidc.ts";
import { publicAddressMistake } from "./public-address.ts";
import { secretName } from "./setting-rules.ts";

const call = { caller: "the console", called: "the provider" };

/** The identity provider by which people may sign in at the console's page. */
export const oidc = OidcSchema.extend({
  issuer: OidcSchema.shape.issuer.check((context) => {
    // What is no address at all is told once.
    if (!isHttpsAddress(context.value)) return;
    const message = publicAddressMistake(context.value, call);
    if (message) context.issues.push({ code: "custom", message, input: context.value });
  }),
  /** Secret in the namespace `sentinel`, key `client-secret`. The operator makes it. Absent: a public client. */
  clientSecretName: secretName.optional(),
}).optional();

export type OidcSetting = NonNullable<z.infer<typeof oidc>>;
