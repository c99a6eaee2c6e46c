/** What is to be imported does not say what its columns are, so that no row of it can be read. */
export class ColumnsUnknown extends Error {
  override readonly name = "ColumnsUnknown";
}

/** DynamoDB left look-ups undone, again and again: what was not imported yet is to be imported later. */
export class RegistryBusy extends Error {
  override readonly name = "RegistryBusy";

  constructor() {
    super("DynamoDB is too busy to look devices up; import the rest later");
  }
}
