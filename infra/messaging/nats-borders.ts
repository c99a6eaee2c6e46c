import { type Account, accountsOf, storesIn } from "../../app/contract/accounts.ts";
import { type Call, call } from "../../app/contract/calls.ts";
import { crossingsOf } from "../../app/contract/crossings.ts";
import { peerAccount, peerCalls } from "../../app/contract/peers.ts";
import { serviceUsersOf } from "../../app/contract/region-users.ts";
import type { RegionName } from "../../app/contract/regions.ts";
import type { ConfigValue } from "./nats-syntax.ts";

interface AccountCall extends Call {
  readonly from: Account;
}

/**
 * How long a server remembers where an answer belongs that does not come. Callers give up sooner;
 * while nothing is answered, each repeated attempt is remembered for so long.
 */
const answerSeconds = 10;

/**
 * Into an account without JetStream nats-server imports JetStream's whole API from the system
 * account, so that each call would have a second answer: that JetStream is not there. It does not
 * when this one is imported already. No user may publish it.
 */
const noSecondAnswer = (peers: readonly RegionName[]): readonly AccountCall[] =>
  accountsOf(peers)
    .filter((account) => !storesIn(account) && account !== "SYS")
    .map((from) => ({ ...call("CORE", "$JS.API.INFO"), from }));

function callsOf(peers: readonly RegionName[]): readonly AccountCall[] {
  const ofUsers = serviceUsersOf(peers).flatMap(({ account, calls = [] }) =>
    calls.map((each) => ({ ...each, from: account })),
  );
  const ofPeers = peers.flatMap((reader) =>
    peerCalls(reader).map((each) => ({ ...each, from: peerAccount(reader) })),
  );
  return [...ofUsers, ...ofPeers, ...noSecondAnswer(peers)];
}

/** What an account takes from others, and what others take from it. */
export function accountBorders(
  account: Account,
  peers: readonly RegionName[],
): { readonly exports: ConfigValue; readonly imports: ConfigValue } {
  const calls = callsOf(peers);
  const crossings = crossingsOf(peers);
  const answered = Map.groupBy(
    calls.filter((each) => each.to === account),
    ({ subject, asked = subject }) => asked,
  );
  const leaving = Map.groupBy(
    crossings.filter((each) => each.from === account),
    ({ subject }) => subject,
  );
  return {
    // A list of accounts makes an export private to them.
    exports: [
      ...[...leaving].map(([stream, to]) => ({ stream, accounts: to.map((each) => each.to) })),
      ...[...answered].map(([service, from]) => ({
        service,
        accounts: from.map((each) => each.from),
        response_type: from.some(({ answers }) => answers === "many") ? "stream" : "single",
        threshold: `${answerSeconds}s`,
      })),
    ],
    imports: [
      ...crossings
        .filter((each) => each.to === account)
        .map(({ from, subject, as }) => ({ stream: { account: from, subject }, to: as })),
      ...calls
        .filter((each) => each.from === account)
        .map(({ to, subject, asked }) => ({
          service: { account: to, subject: asked ?? subject },
          to: asked && subject,
        })),
    ],
  };
}
