import { execFileSync } from "node:child_process";

const { PATH = "" } = process.env;
const env = { PATH: `${PATH}:/usr/sbin:/sbin`, HOME: "/nonexistent" };

/** Runs nft. @throws Error with what it said. */
export const nft = (args: readonly string[], input = ""): string =>
  execFileSync("nft", [...args], { env, input, encoding: "utf8", stdio: "pipe" });

/**
 * Whether the kernel takes rules from root here. Where it does not, as in a container without
 * CAP_NET_ADMIN, nothing of them can be tested, which is said.
 *
 * @throws Error when the set-up brought no nft, or somebody else than root runs the tests.
 */
export function kernelTakesRules(): boolean {
  if (process.getuid?.() !== 0)
    throw new Error("rules of the kernel are tested by root; run the tests as root");
  try {
    nft(["list", "tables"]);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new Error("there is no nft; run: tools/bootstrap-nft.sh", { cause: error });
    }
    process.stderr.write(
      `what rules of the kernel do is NOT TESTED: this kernel takes no rules from root: ${(error as Error).message}\n`,
    );
    return false;
  }
}
