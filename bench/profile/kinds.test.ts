import { expect, it } from "vitest";
import { readTraces } from "./go-profile.ts";
import { goKinds, kindOf, nodeKinds, timeBy } from "./kinds.ts";

const server = "github.com/nats-io/nats-server/v2/server";
const traces = `File: nats-server
Type: cpu
Duration: 10.07s, Total samples = 2.51s (24.93%)
-----------+-------------------------------------------------------
      10ms   internal/runtime/syscall.Syscall6
             syscall.write
             internal/poll.(*FD).Write
             net.(*conn).Write
             crypto/tls.(*Conn).write
             ${server}.(*client).flushOutbound
-----------+-------------------------------------------------------
     1.20s   runtime.mallocgc
             ${server}.(*raft).processAppendEntry
-----------+-------------------------------------------------------
      20ms   runtime.findRunnable
             runtime.schedule
-----------+-------------------------------------------------------
`;

it("attributes a server's samples to the innermost kind of work", () => {
  const times = timeBy(readTraces(traces), (stack) => kindOf(stack, goKinds));
  expect(Object.fromEntries(times)).toEqual({
    sockets: 10,
    raft: 1_200,
    goroutines: 20,
  });
});

it("tells disks from sockets", () => {
  const write = ["syscall.write", "internal/poll.(*FD).Write"];
  const store = `${server}.(*msgBlock).flushPendingMsgsLocked`;
  expect(kindOf([...write, "os.(*File).Write", store], goKinds)).toBe("files");
  expect(kindOf([`${server}.getHeader`, store], goKinds)).toBe("storing");
  expect(kindOf([`${server}.getHeader`], goKinds)).toBe("NATS protocol");
  expect(kindOf([store, `${server}.(*stream).processJetStreamMsg`], goKinds)).toBe("storing");
});

it("attributes what a package does to it, whoever called", () => {
  const own = "take app/bridge/receiver.ts";
  const mqtt = "parse node_modules/mqtt-packet/parser.js";
  const net = "onStreamRead node:internal/stream_base_commons";
  expect(kindOf([own, mqtt, net], nodeKinds)).toBe("own code");
  expect(kindOf([mqtt, net], nodeKinds)).toBe("MQTT");
  expect(kindOf(["writev ", "doWrite node:internal/streams/writable", own], nodeKinds)).toBe(
    "TLS, sockets, streams",
  );
  expect(kindOf(["processTimers node:internal/timers"], nodeKinds)).toBe("timers, promises");
});
