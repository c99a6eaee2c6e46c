import { z } from "zod";

/** Of a nats-server: a public nkey. It becomes part of a subject. */
export const ServerIdSchema = z.string().regex(/^N[A-Z2-7]{55}$/);
