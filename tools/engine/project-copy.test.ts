import {
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { addSalt, copyProject, saltOf } from "./project-copy.ts";

const root = mkdtempSync(join(tmpdir(), "project-"));
const stackFile = join(root, "Pulumi.us-east.yaml");
const content =
  "config:\n  # devices of all regions\n  sentinel:clients: 100\n  sentinel:share: 50\n";
writeFileSync(join(root, "Pulumi.yaml"), "name: sample\n");
writeFileSync(stackFile, content);
writeFileSync(join(root, "program.ts"), "");
afterAll(() => rmSync(root, { recursive: true }));

it("links everything but the stack files, and leaves the project as it was", () => {
  const copy = copyProject(root, {
    "us-east": { "sentinel:clients": 200, "sentinel:share": undefined },
  });
  const program = realpathSync(join(copy.directory, "program.ts"));
  expect(program).toBe(realpathSync(join(root, "program.ts")));
  expect(readFileSync(copy.stackFile("us-east"), "utf8")).toBe(
    "config:\n  # devices of all regions\n  sentinel:clients: 200\n",
  );
  expect(readFileSync(stackFile, "utf8")).toBe(content);
  copy.remove();
  expect(existsSync(copy.directory)).toBe(false);
  expect(existsSync(join(root, "program.ts"))).toBe(true);
});

it("carries the salt of a stack from one copy to the next", () => {
  const [first, second] = [copyProject(root), copyProject(root)];
  writeFileSync(first.stackFile("us-east"), `encryptionsalt: v1:abc=:v1:d\n${content}`);
  const salt = saltOf(first.stackFile("us-east"));
  expect(salt).toBe("encryptionsalt: v1:abc=:v1:d");
  expect(saltOf(second.stackFile("us-east"))).toBeUndefined();
  addSalt(second.stackFile("us-east"), salt ?? "");
  addSalt(second.stackFile("us-east"), salt ?? "");
  expect(readFileSync(second.stackFile("us-east"), "utf8")).toBe(`${salt}\n${content}`);
  first.remove();
  second.remove();
});
