import { z } from "zod";
import { isClientId } from "../contract/client-id.ts";

/** How far somebody has followed the changes that one region tells. */
const ChangeMarkSchema = z.object({
  /** When the stream was made: see `StreamSight`. */
  created: z.string().max(64),
  /** The first sequence that was not read. */
  next: z.int().positive(),
  /** When that was so, in milliseconds since 1970. */
  at: z.number().nonnegative(),
});
export type ChangeMark = z.infer<typeof ChangeMarkSchema>;

/** By the region that tells them; `here` for one's own. */
const MarksSchema = z.record(z.string().max(32), ChangeMarkSchema);
export type ChangeMarks = z.infer<typeof MarksSchema>;

export const here = "here";

/** What is asked of auth. A region that is not named is followed from now on. */
export const ChangesRequestSchema = z.object({ marks: MarksSchema });

/** Devices that one region has told of since a mark. */
const ChangesSinceSchema = z.object({
  mark: ChangeMarkSchema,
  /** In the order of their changes, each as often as it changed. */
  clientIds: z.array(z.string().refine(isClientId)),
  /** There may have been others, of which nothing is known any more. */
  lost: z.boolean(),
  /** There are further ones now. */
  more: z.boolean(),
});
export type ChangesSince = z.infer<typeof ChangesSinceSchema>;

export const ChangesReplySchema = z.object({
  sources: z.record(z.string(), ChangesSinceSchema),
  /** Regions whose changes cannot be read at the moment. */
  unread: z.array(z.string()),
});
export type ChangesReply = z.infer<typeof ChangesReplySchema>;
