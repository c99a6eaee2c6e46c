import { execFileSync } from "node:child_process";

const { PATH = "" } = process.env;

/** Why connections of devices cannot be bounded on this machine, in a few words; undefined where they can. */
export function fenceObstacle(): string | undefined {
  if (process.platform !== "linux") return "it is done by the kernel of Linux";
  try {
    // Asks for the same right as making rules does.
    const env = { PATH: `${PATH}:/usr/sbin:/sbin` };
    execFileSync("nft", ["list", "tables"], { env, stdio: "ignore" });
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return "nft is not installed; tools/bootstrap-nft.sh does it";
    }
    return "only root with CAP_NET_ADMIN may";
  }
}
