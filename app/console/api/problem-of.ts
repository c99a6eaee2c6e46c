import { ResourceNotFoundException } from "@aws-sdk/client-dynamodb";
import type { FastifyError, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { AuditUnavailable } from "../../audit/announced.ts";
import { DecisionsUnavailable } from "../../quarantine/ask-decisions.ts";
import { ColumnsUnknown, RegistryBusy } from "../../registry/import/import-errors.ts";
import { InvalidPageToken } from "../../registry/page-token.ts";
import { DeviceConflict, UnreadableDevice } from "../../registry/registry-errors.ts";
import { StreamUnread } from "../../shared/stored-messages.ts";
import { IndexUnavailable } from "../device-index/index-thread.ts";
import { fieldErrors } from "./field-errors.ts";
import { Problem, type ProblemCode } from "./problem.ts";

const conflictCodes = {
  exists: "device-exists",
  changed: "device-contended",
  stale: "device-changed",
  reserved: "invalid-body",
} as const satisfies Record<DeviceConflict["code"], ProblemCode>;

const retrySoon = { "retry-after": "2" };

/** Whatever went wrong with a request, as what its sender is told. */
export function problemOf(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  return (
    ofRequest(error as FastifyError, request) ??
    ofRegistry(error) ??
    ofQuarantine(error) ??
    new Problem("internal-error", "it was logged; try again later", { cause: error })
  );
}

/** What is wrong with the request itself. */
function ofRequest(error: FastifyError, request: FastifyRequest): Problem | undefined {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = fieldErrors(error.validation, error.validationContext, request);
    const code = error.validationContext === "body" ? "invalid-body" : "invalid-request";
    return new Problem(code, "correct what `errors` names and send it again", { errors });
  }
  switch (error?.statusCode) {
    case 413:
      return new Problem("body-too-large", `send at most ${request.routeOptions.bodyLimit} bytes`);
    case 415:
      return new Problem("media-type-unsupported", "see /api/v1/openapi.json for what is");
    case 400:
      return new Problem("malformed-request", error.message);
    default:
      return undefined;
  }
}

function ofRegistry(error: unknown): Problem | undefined {
  if (error instanceof DeviceConflict) return new Problem(conflictCodes[error.code], error.message);
  if (error instanceof UnreadableDevice) {
    const errors = [{ field: "record", message: error.reason }];
    return new Problem("record-unreadable", error.message, { errors });
  }
  if (error instanceof InvalidPageToken) {
    return new Problem("no-such-page", `${error.message}; leave \`after\` out to begin anew`);
  }
  if (error instanceof ColumnsUnknown) {
    const errors = [{ field: "body", message: error.message }];
    return new Problem("invalid-body", "correct the first line", { errors });
  }
  if (error instanceof RegistryBusy) {
    return new Problem("registry-unavailable", error.message, { headers: retrySoon });
  }
  if (error instanceof IndexUnavailable) {
    const detail = "try again later, or ask for single devices";
    return new Problem("search-unavailable", detail, { cause: error, headers: retrySoon });
  }
  if (error instanceof AuditUnavailable) {
    return new Problem("audit-unavailable", error.message, { cause: error, headers: retrySoon });
  }
  if (!isOfDynamo(error)) return undefined;
  const detail =
    error instanceof ResourceNotFoundException
      ? "it does not exist; see that DEVICE_TABLE is right"
      : "it cannot be reached or refuses; try again later";
  return new Problem("registry-unavailable", detail, { cause: error, headers: retrySoon });
}

function ofQuarantine(error: unknown): Problem | undefined {
  if (error instanceof DecisionsUnavailable) {
    const code = error.code === "audit-unavailable" ? error.code : "quarantine-unavailable";
    return new Problem(code, error.message, { cause: error, headers: retrySoon });
  }
  if (!(error instanceof StreamUnread)) return undefined;
  return new Problem("quarantine-unavailable", "try again later", {
    ...{ cause: error, headers: retrySoon },
  });
}

/** The SDK notes on each error how often it has tried; without credentials it does not even try. */
function isOfDynamo(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return "$metadata" in error || /Credentials/.test(error.name);
}
