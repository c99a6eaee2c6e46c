import { runProcess } from "../shared/lifecycle.ts";
import { readFenceEnvironment } from "./environment.ts";
import { createFence } from "./fence.ts";

await runProcess("fence", readFenceEnvironment, createFence);
