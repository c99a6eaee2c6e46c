#!/bin/sh
# A device with mosquitto-clients: sends one report, then prints its alerts.
set -eu
say() {
  command=$1
  shift
  # The identity is in each connection; two at a time would end each other, as they share it.
  "$command" -h "$HOST" -p "$PORT" --cafile "$CA_FILE" --tls-version tlsv1.3 -V mqttv311 \
    -i "$DEVICE_ID" -u "$DEVICE_ID" -P "$DEVICE_SECRET" -k 60 -q 1 "$@"
}
# These programs end when they are refused. So they are started again, after twice as long each time.
insist() {
  delay=1
  until say "$@"; do
    sleep "$delay"
    delay=$((delay < 150 ? delay * 2 : 300))
  done
}
insist mosquitto_pub -t "clients/$DEVICE_ID/reports" -m '{"reading":21.5}'
insist mosquitto_sub -t "clients/$DEVICE_ID/alerts" -F 'alert: %p' -d
