import { randomUUID } from "node:crypto";
import { type DecisionAction, decisionActions } from "../../contract/quarantine-decision.ts";
import { askPatiently } from "../../quarantine/decide-matching.ts";
import { contentView, heldView } from "../../quarantine/held-view.ts";
import { heldAt, heldPage } from "../../quarantine/quarantine.ts";
import { type Api, type ApiOptions, actorOf, answer, failures, holderOf } from "./api.ts";
import { Problem } from "./problem.ts";
import { decideUntil } from "./quarantine-bulk.ts";
import {
  BulkDecision,
  BulkResult,
  DecisionResult,
  HeldList,
  HeldPath,
  HeldQuery,
  HeldWithContent,
  NewDecision,
} from "./quarantine-schemas.ts";

const tags = ["quarantine"];
/** After that no further step is begun: whoever asked waits for an answer, or has gone. */
const bulkMs = 5_000;

/** What verdicts have held back, and what shall become of it. */
export function addQuarantineRoutes(api: Api, options: ApiOptions): void {
  addReading(api, options);
  for (const action of decisionActions) {
    addDecision(api, options, action);
    addBulkDecision(api, options, action);
  }
}

function addReading(api: Api, { nats, reads }: ApiOptions): void {
  api.get(
    "/quarantine",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "Lists held messages, oldest first, page by page",
        querystring: HeldQuery,
        response: { 200: answer("A page", HeldList), ...failures },
      },
    },
    async (request) => {
      const { after = 0, limit, ...filter } = request.query;
      const { messages, next } = await reads.read(holderOf(request), () =>
        heldPage(nats, filter, { after, limit }),
      );
      return { messages: messages.map(heldView), ...(next !== undefined && { next }) };
    },
  );
  api.get(
    "/quarantine/:sequence",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "Shows one held message, its bytes as harmless text and in hex",
        params: HeldPath,
        response: { 200: answer("The message", HeldWithContent), ...failures },
      },
    },
    async ({ params: { sequence } }) => {
      const message = await heldAt(nats, sequence);
      if (!message) throw notHeld(sequence);
      return { ...heldView(message), ...contentView(message) };
    },
  );
}

const summaries = {
  release: "Delivers a held message: an alert to its device, a report to REPORTS",
  drop: "Sees to it that a held message is never delivered; it can be looked at for some time",
} as const satisfies Record<DecisionAction, string>;

function addDecision(api: Api, { nats }: ApiOptions, action: DecisionAction): void {
  api.post(
    `/quarantine/:sequence/${action}`,
    {
      config: { access: "operator" },
      schema: {
        tags,
        summary: summaries[action],
        description: "Safe to repeat. The inspector that performs it writes it into the audit.",
        params: HeldPath,
        body: NewDecision,
        response: { 200: answer("It is done", DecisionResult), ...failures },
      },
    },
    async (request) => {
      const { sequence } = request.params;
      const { reason, operationId: operation = randomUUID() } = request.body;
      const message = await heldAt(nats, sequence);
      if (!message) throw notHeld(sequence);
      const asked = { ...askedBy(request, action), operation, reason };
      const [decided] = await askPatiently(nats, asked, [message]);
      const outcome = decided?.outcome ?? "unfinished";
      if (outcome === "unknown") throw notHeld(sequence);
      if (outcome === "refused") {
        throw new Problem("message-decided", "it cannot be taken back; see its `decision`");
      }
      if (outcome === "uncertain") {
        throw new Problem(
          "release-uncertain",
          "it may have been delivered when its release was begun, and is not delivered again",
        );
      }
      if (outcome === "unfinished") {
        throw new Problem("decision-unfinished", `repeat it with operationId ${operation}`, {
          headers: { "retry-after": "2" },
        });
      }
      return { outcome, operationId: operation };
    },
  );
}

function addBulkDecision(api: Api, { nats }: ApiOptions, action: DecisionAction): void {
  api.post(
    `/quarantine/${action}`,
    {
      config: { access: "operator" },
      schema: {
        tags,
        summary: `The same for all that match: ${action} by a filter`,
        description:
          "Works for some seconds; `next` says that it is not done yet. Safe to repeat as a whole or from where it was: what was decided is not decided again. Messages of one client are delivered in the order in which they were held.",
        body: BulkDecision,
        response: { 200: answer("How far it is", BulkResult), ...failures },
      },
    },
    async (request, reply) => {
      const { operationId: operation, reason, ...which } = request.body;
      const asked = { ...askedBy(request, action), operation, reason };
      const untilMs = performance.now() + bulkMs;
      const isOver = () => performance.now() > untilMs || reply.raw.destroyed;
      const result = await decideUntil(isOver, nats, asked, which);
      return { operationId: operation, ...result };
    },
  );
}

const notHeld = (sequence: number) =>
  new Problem("no-such-message", `QUARANTINE has no message ${sequence}`);

const askedBy = (request: Parameters<typeof actorOf>[0], action: DecisionAction) =>
  ({ asker: "console", actor: actorOf(request), action }) as const;
