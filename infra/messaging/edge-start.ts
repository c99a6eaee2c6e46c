import { passwordVariable } from "../../app/contract/service-user.ts";
import { reportGate } from "../../app/contract/service-users.ts";

/** What the script leaves in its folder: what the server's configuration includes, and the password alone. */
export const gateCredential = { passwords: "passwords.conf", password: "gate-password" } as const;

/**
 * A shell script that makes a new password for the gate beside an edge, and then becomes the server.
 * Its arguments: a folder that both of them see and nobody else, and the server's command.
 *
 * The one service that logs in at an edge runs beside it. So their password need not be known
 * anywhere else, nor outlast the server: each start makes another one, and the gate reads it whenever
 * it logs in. The configuration names it as `edgeUsers` does.
 */
export const edgeStartScript = `set -u
folder="$1"; shift
umask 077
password=p$(head -c 32 /dev/urandom | sha256sum | cut -c -48)
put() { echo "$2" > "$folder/$1.new" && mv "$folder/$1.new" "$folder/$1"; }
put ${gateCredential.passwords} '${passwordVariable(reportGate)}: "'"$password"'"' || exit 1
put ${gateCredential.password} "$password" || exit 1
unset password
exec "$@"
`;
