import { randomUUID } from "node:crypto";
import { mayAct } from "../../contract/api-token.ts";
import type { ExceptionRefusal } from "../../exceptions/exception-change.ts";
import type { ExceptionChange } from "../../exceptions/exception-schema.ts";
import { exceptionView, previewView } from "../../exceptions/exception-view.ts";
import type { ExceptionDesk } from "../exceptions/exception-desk.ts";
import { type Api, type ApiOptions, actorOf, answer, failures, holderOf } from "./api.ts";
import {
  Exception,
  ExceptionList,
  ExceptionListQuery,
  ExceptionPreview,
  NewException,
  OneException,
  PreviewedException,
} from "./exception-schemas.ts";
import { Problem, type ProblemCode } from "./problem.ts";

const tags = ["exceptions"];

/** What hides findings from incidents, or incidents from receivers. */
export function addExceptionRoutes(api: Api, { exceptions, reads }: ApiOptions): void {
  api.get(
    "/exceptions",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "Lists exceptions and silences, the newest first",
        querystring: ExceptionListQuery,
        response: { 200: answer("They", ExceptionList), ...failures },
      },
    },
    async (request) => {
      const { state } = request.query;
      const found = await reads.read(holderOf(request), () => exceptions.list(state));
      return { exceptions: found.map(exceptionView) };
    },
  );
  api.post(
    "/exceptions/preview",
    {
      config: { access: "operator" },
      schema: {
        tags,
        summary: "Says what an exception would have hidden in the last 30 days",
        description: "As far as findings are kept, and 50,000 of them at most. Changes nothing.",
        body: PreviewedException,
        response: { 200: answer("How many findings", ExceptionPreview), ...failures },
      },
    },
    async (request) => {
      const wanted = request.body;
      return previewView(await reads.read(holderOf(request), () => exceptions.preview(wanted)));
    },
  );
  addChanges(api, exceptions);
}

function addChanges(api: Api, exceptions: ExceptionDesk): void {
  api.post(
    "/exceptions",
    {
      config: { access: "operator" },
      schema: {
        tags,
        summary: "Adds an exception or a silence",
        description:
          "What is held back stays held back: it changes what becomes an incident and who is told, not the verdict. Announced in the audit before it is made.",
        body: NewException,
        response: { 201: answer("It is in force", Exception), ...failures },
      },
    },
    async (request, reply) => {
      const { critical, expiresAt, ...rest } = request.body;
      const { role = "viewer" } = request.holder ?? {};
      if (critical && !mayAct(role, "admin")) {
        throw new Problem("role-too-low", "only an admin may hide critical findings");
      }
      const exception = { ...rest, critical, expiresAt: Date.parse(expiresAt) };
      const by = { id: randomUUID(), actor: actorOf(request) };
      const added = await change(exceptions, { kind: "add", ...by, exception });
      return reply.code(201).send(added);
    },
  );
  api.post(
    "/exceptions/:id/end",
    {
      config: { access: "operator" },
      schema: {
        tags,
        summary: "Ends an exception or a silence",
        description: "Announced in the audit before it is made. Safe to repeat.",
        params: OneException,
        response: { 200: answer("It hides nothing any more", Exception), ...failures },
      },
    },
    (request) =>
      change(exceptions, { kind: "end", id: request.params.id, actor: actorOf(request) }),
  );
}

const refusals = {
  unknown: "no-such-exception",
  invalid: "invalid-body",
  full: "too-many-exceptions",
  unavailable: "incidents-unavailable",
} as const satisfies Record<ExceptionRefusal, ProblemCode>;

async function change(exceptions: ExceptionDesk, asked: ExceptionChange) {
  const outcome = await exceptions.change(asked);
  if (outcome.refused === undefined) return exceptionView(outcome.exception);
  const headers = outcome.refused === "unavailable" ? { "retry-after": "2" } : {};
  throw new Problem(refusals[outcome.refused], outcome.detail, { headers });
}
