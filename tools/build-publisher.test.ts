import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildPublisher } from "./build-publisher.ts";

const root = join(import.meta.dirname, "..");
const project = mkdtempSync(join(tmpdir(), "sentinel-package-"));
const installed = join(project, "node_modules/@mqtt-sentinel/publisher");
beforeAll(async () => {
  mkdirSync(installed, { recursive: true });
  await buildPublisher(installed);
  symlinkSync(join(root, "node_modules/mqtt"), join(project, "node_modules/mqtt"));
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

it("is a package that another project imports by its name, and that needs mqtt alone", () => {
  writeFileSync(
    join(project, "main.mjs"),
    `import { openPublisher, PublisherError } from "@mqtt-sentinel/publisher";
     const publisher = await openPublisher({ url: "mqtts://127.0.0.1:1", journal: "journal" });
     const { id } = await publisher.publish("pump-7", "{}", { id: "4711" });
     const refused = await publisher.publish("pump 7", "{}").catch((error) => error);
     console.log(id, refused instanceof PublisherError, await publisher.close({ withinMs: 0 }));`,
  );
  const said = execFileSync(process.execPath, ["main.mjs"], { cwd: project, encoding: "utf8" });
  expect(said).toBe("4711 true { unconfirmed: 1 }\n");
  const imports = readFileSync(join(installed, "publisher.js"), "utf8").matchAll(
    / from "([^"]+)"/g,
  );
  const foreign = [...imports].map(([, name = ""]) => name).filter((name) => !/^node:/.test(name));
  expect(foreign).toEqual(["mqtt"]);
});

it("tells a TypeScript project its types", () => {
  const file = join(project, "typed.mts");
  const text = `import { openPublisher, type PublisherOptions, type PublisherErrorCode } from "@mqtt-sentinel/publisher";
    const options: PublisherOptions = { url: "mqtts://x", journal: "j", password: () => "p" };
    export const code = (await openPublisher(options)).publish("a", Buffer.from("{}"), { id: "1" })
      .then(({ confirmed }) => confirmed).catch((error): PublisherErrorCode => error.code);
    // @ts-expect-error the journal is not given
    await openPublisher({ url: "mqtts://x" });`;
  writeFileSync(file, text);
  const program = ts.createProgram([file], {
    ...{
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2024,
      strict: true,
      noEmit: true,
    },
    ...{ types: ["node"], typeRoots: [join(root, "node_modules/@types")] },
    ...{ skipDefaultLibCheck: true, exactOptionalPropertyTypes: true },
  });
  const said = ts
    .getPreEmitDiagnostics(program)
    .filter(({ file: where }) => where?.fileName.startsWith(project))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  expect(said).toEqual([]);
});

it("asks for the very version of mqtt that it is tested with", () => {
  const manifestOf = (folder: string) =>
    JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  expect(manifestOf("app/publisher").dependencies).toEqual({
    mqtt: manifestOf(".").dependencies.mqtt,
  });
});
