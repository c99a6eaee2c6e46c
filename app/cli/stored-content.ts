import { contentView, shownBytes } from "../quarantine/held-view.ts";
import type { Output } from "./output.ts";

/** What is known of a stored message, a line each, then the beginning of its bytes as text and in hex. */
export async function writeContent(
  output: Pick<Output, "line">,
  facts: Readonly<Record<string, unknown>>,
  data: Uint8Array,
): Promise<void> {
  for (const [name, value] of Object.entries(facts)) {
    await output.line(`${name.padEnd(20)}${value}`);
  }
  const { text, hex } = contentView({ data });
  const cut = data.length > shownBytes ? `, the first ${shownBytes} bytes` : "";
  await output.line({ format: "bold", text: `text${cut}` });
  await output.line(text);
  await output.line({ format: "bold", text: `hex${cut}` });
  for (const line of hex.split("\n")) await output.line(line);
}
