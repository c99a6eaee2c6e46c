// A device with ESP-IDF 5: gets its alerts with QoS 1 and sends a report each time it connects.
// Built with CONFIG_MBEDTLS_SSL_PROTO_TLS1_3=y, which is not what ESP-IDF's menu begins with.
#include <stdio.h>

#include "esp_log.h"
#include "esp_random.h"
#include "mqtt_client.h"

extern const char ca_pem[], id[], secret[];

static void on_event(void *argument, esp_event_base_t base, int32_t event_id, void *data) {
  esp_mqtt_event_handle_t event = data;
  char topic[96];
  switch ((esp_mqtt_event_id_t)event_id) {
    case MQTT_EVENT_CONNECTED:
      // Here: so it happens again after each reconnect.
      snprintf(topic, sizeof topic, "clients/%s/alerts", id);
      esp_mqtt_client_subscribe(event->client, topic, 1);
      snprintf(topic, sizeof topic, "clients/%s/reports", id);
      esp_mqtt_client_enqueue(event->client, topic, "{\"reading\":21.5}", 0, 1, 0, true);
      break;
    case MQTT_EVENT_DATA:
      // What is larger than the buffer comes in pieces, each with its offset.
      ESP_LOGI("alert", "%d of %d bytes at %d: %.*s", event->data_len, event->total_data_len,
               event->current_data_offset, event->data_len, event->data);
      break;
    default:
      break;
  }
}

void start_alerts(void) {
  const esp_mqtt_client_config_t config = {
      .broker.address.uri = "mqtts://devices.example.com:8883",
      .broker.verification.certificate = ca_pem,
      .credentials.client_id = id,
      .credentials.username = id,
      .credentials.authentication.password = secret,
      .session.protocol_ver = MQTT_PROTOCOL_V_3_1_1,
      .session.keepalive = 60,
      // The library does not lengthen it: long enough for a refusal, and another one in each device.
      .network.reconnect_timeout_ms = 30000 + esp_random() % 60000,
  };
  esp_mqtt_client_handle_t client = esp_mqtt_client_init(&config);
  esp_mqtt_client_register_event(client, MQTT_EVENT_ANY, on_event, NULL);
  esp_mqtt_client_start(client);
}
