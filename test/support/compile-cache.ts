import { join } from "node:path";

/**
 * With it Node keeps the sources of a process compiled from one start to the next, which is most of
 * what a short command costs. For processes that tests run from sources.
 */
export const compileCache = {
  NODE_COMPILE_CACHE: join(import.meta.dirname, "../../.tools/compile-cache"),
} as const;
