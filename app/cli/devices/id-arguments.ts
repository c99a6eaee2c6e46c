import { Argument, InvalidArgumentError } from "commander";
import { clientIdRule, isClientId } from "../../contract/client-id.ts";
import { fromStdin } from "./device-ids.ts";

/** Ids, or `-` alone: then they come by standard input. */
const idsOrStdin =
  (accepts: (name: string) => boolean) =>
  (value: string, earlier: readonly string[] = []): readonly string[] => {
    const mixed = earlier.includes(fromStdin) || (value === fromStdin && earlier.length > 0);
    if (mixed) throw new InvalidArgumentError("- stands for all ids and is named alone.");
    if (value !== fromStdin && !accepts(value)) {
      throw new InvalidArgumentError(`A client id is ${clientIdRule}.`);
    }
    return [...earlier, value];
  };
export const ids = (accepts: (name: string) => boolean = isClientId) =>
  new Argument("<id...>", "client ids, or - for one a line of standard input").argParser(
    idsOrStdin(accepts),
  );
