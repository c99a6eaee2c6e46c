// Pulumi compiles a pack's `.ts` entry itself, without this project's settings, and fails on our
// imports. A plain entry makes Node read the rest and strip the types, as it does everywhere here.
import "./pack.ts";
