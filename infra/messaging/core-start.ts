/**
 * A shell script that carries out the orders of whoever runs beside a core server, and then becomes
 * the server. Its arguments: the file of orders, the folder of the accounts' streams, and the
 * server's command.
 *
 * An order is a line `make-anew <account> <stream>`: this server's copy is removed, and comes from
 * the others; or `read-anew <account> <stream>`: only its index is, so that the server reads every
 * message of it, and finds the damaged ones; or `forget-raft SYS <group>`: what it kept of the raft group
 * of a stream or consumer is removed, and comes from the others. Any other line is passed over.
 */
export const coreStartScript = `set -u
orders="$1"; accounts="$2"; shift 2
# Each at most once: what cannot be put aside is not carried out.
if [ -f "$orders" ] && mv "$orders" "$orders.taken"; then
  while read -r order account stream more; do
    case "$account$stream" in *[!A-Za-z0-9_-]*) continue ;; esac
    if [ -z "$stream" ] || [ -n "$more" ]; then continue; fi
    folder="$accounts/$account/streams/$stream"
    echo "before the start: $order $account $stream"
    case "$order" in
      make-anew) rm -rf "$folder" ;;
      forget-raft) rm -rf "$accounts/$account/_js_/$stream" ;;
      read-anew) rm -f "$folder/msgs/index.db" ;;
    esac
  done < "$orders.taken"
  rm -f "$orders.taken"
fi
exec "$@"
`;

/** Folder of the accounts' streams in a server's store. */
export const accountsFolder = (storeDirectory: string) => `${storeDirectory}/jetstream`;
