"""A device with paho-mqtt 2: gets its alerts with QoS 1 and sends one report."""

import os
import random

import paho.mqtt.client as mqtt

device = os.environ["DEVICE_ID"]


def on_connect(client, userdata, flags, reason_code, properties):
    if reason_code.is_failure:
        print(f"refused: {reason_code}", flush=True)
        return
    # Here and not after connect(): so it happens again after each reconnect.
    client.subscribe(f"clients/{device}/alerts", qos=1)


def on_subscribe(client, userdata, mid, reason_codes, properties):
    print(f"subscribed: {reason_codes[0]}", flush=True)
    client.publish(f"clients/{device}/reports", '{"reading":21.5}', qos=1)


def on_message(client, userdata, message):
    print(f"alert: {message.payload.decode()}", flush=True)


client = mqtt.Client(
    mqtt.CallbackAPIVersion.VERSION2, client_id=device, protocol=mqtt.MQTTv311, clean_session=True
)
client.username_pw_set(device, os.environ["DEVICE_SECRET"])
client.tls_set(ca_certs=os.environ["CA_FILE"])
client.on_connect = on_connect
client.on_subscribe = on_subscribe
client.on_message = on_message
# Twice as long after each failure, up to five minutes, and not as long as all others.
client.reconnect_delay_set(min_delay=random.randint(1, 5), max_delay=300)
# A device may start while there is nothing to connect to.
client.connect_async(os.environ["HOST"], int(os.environ["PORT"]), keepalive=60)
client.loop_forever(retry_first_connection=True)
