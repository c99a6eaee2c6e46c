/** The name that ATT&CK has for the technique of a rule's tag: `attack.t1190` is T1190. */
export const techniqueOf = (tag: string) => tag.replace(/^attack\./, "").toUpperCase();
