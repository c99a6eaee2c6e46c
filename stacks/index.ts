import { region } from "./region.ts";
import { readSettings } from "./settings.ts";

/** The stack's outputs. */
export default await region(readSettings());
