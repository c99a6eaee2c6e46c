import { type BarRefusal, liftBar, listBars } from "../../enforcement/ask-bars.ts";
import { barView } from "../../enforcement/bar-view.ts";
import { type Api, type ApiOptions, actorOf, answer, failures, holderOf } from "./api.ts";
import { Bar, BarList, BarredDevice, Lifting } from "./enforcement-schemas.ts";
import { Problem, type ProblemCode } from "./problem.ts";

const tags = ["enforcement"];
const again = { headers: { "retry-after": "2" } };

/** Whom policy keeps out of all regions. */
export function addEnforcementRoutes(api: Api, { nats, reads, clock }: ApiOptions): void {
  api.get(
    "/enforcement",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "Lists the devices that policy keeps out, or would, the latest first",
        response: { 200: answer("They", BarList), ...failures },
      },
    },
    async (request) => {
      const bars = await reads.read(holderOf(request), () => listBars(nats).catch(unavailable));
      return { bars: bars.map((bar) => barView(bar, clock())) };
    },
  );
  api.post(
    "/enforcement/:clientId/lift",
    {
      config: { access: "operator" },
      schema: {
        tags,
        summary: "Lets a device in again, in all regions",
        description:
          "Recorded in the audit before it is done. What was held against it is forgotten.",
        ...{ params: BarredDevice, body: Lifting },
        response: { 200: answer("It is lifted", Bar), ...failures },
      },
    },
    async (request) => {
      const { clientId } = request.params;
      const lifting = { clientId, reason: request.body.reason, actor: actorOf(request) };
      const outcome = await liftBar({ connection: nats, asker: "console" }, lifting);
      if (outcome.bar) return barView(outcome.bar, clock());
      const headers = outcome.refused === "unknown" ? {} : again;
      throw new Problem(refusals[outcome.refused], outcome.detail, headers);
    },
  );
}

const refusals = {
  unknown: "no-such-bar",
  limit: "enforcement-unavailable",
  unavailable: "enforcement-unavailable",
} as const satisfies Record<BarRefusal, ProblemCode>;

function unavailable(cause: Error): never {
  throw new Problem("enforcement-unavailable", cause.message, { ...again, cause });
}
