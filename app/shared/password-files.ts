import { z } from "zod";
import { list } from "./environment.ts";

/** A file with a password, and whose it is. */
export interface PasswordFile<Name extends string> {
  readonly name: Name;
  readonly passwordFile: string;
}

/** `eu-west=/secrets/eu-west,ap-south=/secrets/ap-south`, with these names and no others. */
export const passwordFiles = <Name extends string>(names: readonly Name[]) =>
  list.transform((items, context): PasswordFile<Name>[] =>
    items.map((item) => {
      const [, given, passwordFile] = /^([^=]+)=(.+)$/.exec(item) ?? [];
      const name = names.find((each) => each === given);
      if (name !== undefined && passwordFile !== undefined) return { name, passwordFile };
      context.addIssue(
        `must be name=file, comma separated, of ${names.join(", ")}; "${item}" is not`,
      );
      return z.NEVER;
    }),
  );
