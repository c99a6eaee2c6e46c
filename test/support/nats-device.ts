import { readFileSync } from "node:fs";
import { parseCalloutRequest } from "../../app/auth/callout/callout-request.ts";
import { accountKeyOf } from "../../app/auth/callout/nkey.ts";
import { createTokenIssuer } from "../../app/auth/callout/user-jwt.ts";
import { subjects } from "../../app/contract/subjects.ts";
import type { Region } from "../../local/region.ts";
import { connectAs } from "./stored.ts";

/**
 * Admits one device by the NATS protocol, in the account and with the permissions that the auth
 * service would give it: for regions of a single server, where no edge offers MQTT.
 */
async function admitDevice(region: Region, clientId: string) {
  const issuer = createTokenIssuer(
    accountKeyOf(readFileSync(region.secrets.issuerSeedFile, "utf8")),
  );
  const callout = await connectAs(region, "auth-callout");
  callout.subscribe("$SYS.REQ.USER.AUTH", {
    callback: (_, message) => {
      const { request } = parseCalloutRequest(message.data);
      if (!request) return;
      const { userNkey, serverId, userName } = request;
      const nowMs = Date.now();
      const device = {
        userNkey,
        clientId,
        ...{ labels: [], proof: "00000000" },
        nowMs,
        expires: Math.ceil(nowMs / 1000) + 3_600,
      };
      const result =
        userName === clientId ? { token: issuer.deviceToken(device) } : { refusal: "refused" };
      message.respond(issuer.answer({ userNkey, serverId, nowMs, result }));
    },
  });
  await callout.flush();
  return callout;
}

/** A device that is subscribed to its alerts. `received` grows with each that is delivered. */
export async function connectNatsDevice(region: Region, clientId: string) {
  const callout = await admitDevice(region, clientId);
  const connection = await connectAs(region, clientId);
  const received: string[] = [];
  connection.subscribe(subjects.alerts(clientId), {
    callback: (_, message) => {
      received.push(message.string());
    },
  });
  await connection.flush();
  const close = async () => {
    await connection.close();
    await callout.close();
  };
  return { received, close };
}
export type NatsDevice = Awaited<ReturnType<typeof connectNatsDevice>>;
