/** A pack that cannot be used. `problems` has one line for each mistake, not only the first. */
export class RulePackInvalid extends Error {
  override readonly name = "RulePackInvalid";
  readonly problems: readonly string[];

  constructor(pack: string, problems: readonly string[], options?: ErrorOptions) {
    super(
      [`rule pack ${pack} is not valid:`, ...problems.map((p) => `  ${p}`)].join("\n"),
      options,
    );
    this.problems = problems;
  }
}
