"""A device with a certificate and AWS's IoT Device SDK 2: gets its alerts with QoS 1 and sends one report."""

import os
import random
import time

from awscrt import mqtt
from awsiot import mqtt_connection_builder

device = os.environ["DEVICE_ID"]


def on_alert(topic, payload, dup, qos, retain, **kwargs):
    print(f"alert: {payload.decode()}", flush=True)


def on_resumed(connection, return_code, session_present, **kwargs):
    # The SDK connects again by itself; a new session has no subscriptions.
    if return_code == mqtt.ConnectReturnCode.ACCEPTED and not session_present:
        connection.resubscribe_existing_topics()


connection = mqtt_connection_builder.mtls_from_path(
    endpoint=os.environ["HOST"],
    port=int(os.environ["PORT"]),
    cert_filepath=os.environ["CERT_FILE"],
    pri_key_filepath=os.environ["KEY_FILE"],
    ca_filepath=os.environ["CA_FILE"],
    client_id=device,
    clean_session=True,
    keep_alive_secs=60,
    # Twice as long after each failure, up to five minutes.
    reconnect_min_timeout_secs=1,
    reconnect_max_timeout_secs=300,
    on_connection_resumed=on_resumed,
)

# The first connection the SDK attempts once only.
delay = 2
while True:
    try:
        connection.connect().result()
        break
    except Exception as error:
        print(f"refused: {error}", flush=True)
        time.sleep(delay * random.uniform(0.5, 1))
        delay = min(2 * delay, 300)

granted, _ = connection.subscribe(f"clients/{device}/alerts", mqtt.QoS.AT_LEAST_ONCE, on_alert)
print(f"subscribed: {granted.result()['qos']}", flush=True)
reported, _ = connection.publish(f"clients/{device}/reports", '{"reading":21.5}', mqtt.QoS.AT_LEAST_ONCE)
reported.result()
while True:
    time.sleep(60)
