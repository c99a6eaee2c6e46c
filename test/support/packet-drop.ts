import { nft } from "./nft.ts";

/** Drops each packet from and to a local port, with no word to either end. @returns how to let them pass again. */
export function dropPackets(port: number): () => void {
  const table = `inet sentinel_test_${process.pid}_${port}`;
  nft(
    ["-f", "-"],
    `table ${table} {
      chain lost {
        type filter hook input priority -300
        iif lo tcp sport ${port} drop
        iif lo tcp dport ${port} drop
      }
    }`,
  );
  return () => void nft(["delete", "table", ...table.split(" ")]);
}
